// What a LogStore does beside topics: offsets and groups, background work, the stop.
#include <algorithm>

#include "base/log.h"
#include "log/log_store_impl.h"

namespace souk::log {
namespace {

using Changes = std::vector<StateLog::Change>;

// How often the thread looks for flushes that are due, in ms.
int64_t TickMs(const LogOptions& defaults) {
  return defaults.flush == FlushMode::kInterval ? std::clamp<int64_t>(defaults.flush_interval_ms / 4, 10, 250)
                                                : 250;
}

}  // namespace

void LogStore::Impl::Answer(const Status& applied, Done done) {
  if (!applied || options.defaults.flush != FlushMode::kEach) return done(applied);
  state->WhenDurable(std::move(done));
}

void LogStore::CommitOffsets(const std::string& group,
                             const std::map<TopicPartition, CommittedOffset>& offsets, Done done) {
  if (Status open = impl_->CheckOpen(); !open) return done(open);
  Changes changes;
  for (const auto& [where, offset] : offsets) {
    CommittedOffset stamped = offset;
    stamped.commit_time = impl_->NowMs();
    changes.push_back({OffsetKey(group, where), EncodeOffset(stamped)});
  }
  impl_->Answer(impl_->state->Apply(changes, false), std::move(done));
}

std::map<TopicPartition, CommittedOffset> LogStore::Offsets(std::string_view group) const {
  std::map<TopicPartition, CommittedOffset> offsets;
  impl_->state->ForEach(OffsetsPrefix(group), [&](std::string_view key, const std::string& value) {
    auto parts = ParseOffsetKey(key);
    auto offset = DecodeOffset(value);
    if (parts && offset && parts->group == group) offsets.emplace(parts->where, *offset);
  });
  return offsets;
}

void LogStore::DeleteOffsets(const std::string& group, const std::vector<TopicPartition>& which, Done done) {
  if (Status open = impl_->CheckOpen(); !open) return done(open);
  Changes changes;
  for (const TopicPartition& where : which) changes.push_back({OffsetKey(group, where), {}});
  impl_->Answer(impl_->state->Apply(changes, false), std::move(done));
}

void LogStore::SaveGroup(const std::string& group, std::string_view state, Done done) {
  if (Status open = impl_->CheckOpen(); !open) return done(open);
  impl_->Answer(impl_->state->Apply({{GroupKey(group), std::string(state)}}, false), std::move(done));
}

std::map<std::string, std::string> LogStore::Groups() const {
  std::map<std::string, std::string> groups;
  impl_->state->ForEach(kGroupPrefix, [&](std::string_view key, const std::string& value) {
    groups[std::string(key.substr(kGroupPrefix.size()))] = value;
  });
  impl_->state->ForEach(kOffsetPrefix, [&](std::string_view key, const std::string&) {
    if (auto parts = ParseOffsetKey(key)) groups.try_emplace(parts->group);
  });
  return groups;
}

void LogStore::DeleteGroup(const std::string& group, Done done) {
  if (Status open = impl_->CheckOpen(); !open) return done(open);
  Changes changes = {{GroupKey(group), {}}};
  for (const auto& [where, offset] : Offsets(group)) changes.push_back({OffsetKey(group, where), {}});
  impl_->Answer(impl_->state->Apply(changes, false), std::move(done));
}

Status LogStore::ExpireOffsets(const std::vector<std::string>& active) {
  TRY_STATUS(impl_->CheckOpen());
  int64_t before = impl_->NowMs() - impl_->options.offsets_retention_ms;
  Changes changes;
  impl_->state->ForEach(kOffsetPrefix, [&](std::string_view key, const std::string& value) {
    auto parts = ParseOffsetKey(key);
    auto offset = DecodeOffset(value);
    if (!parts || !offset || offset->commit_time >= before) return;
    if (std::find(active.begin(), active.end(), parts->group) == active.end()) {
      changes.push_back({std::string(key), {}});
    }
  });
  return changes.empty() ? Status() : impl_->state->Apply(changes, false);
}

std::vector<std::shared_ptr<PartitionLog>> LogStore::Impl::Partitions() const {
  std::shared_lock lock(mutex);
  std::vector<std::shared_ptr<PartitionLog>> all;
  for (const auto& [name, topic] : topics) {
    all.insert(all.end(), topic->partitions.begin(), topic->partitions.end());
  }
  return all;
}

Status LogStore::Impl::FlushDue() {
  Status first;
  for (const auto& partition : Partitions()) {
    if (Status done = partition->FlushIfDue(); !done && first) first = done;
  }
  int64_t now = NowMs();
  bool due = now - last_state_sync >= options.defaults.flush_interval_ms || now < last_state_sync;
  if (options.defaults.flush == FlushMode::kInterval && due) {
    last_state_sync = now;
    if (Status done = state->Sync(); !done && first) first = done;
  }
  return first;
}

Status LogStore::Impl::Maintain() {
  Status first;
  for (const auto& partition : Partitions()) {
    for (Status done : {partition->ApplyRetention(), partition->Compact()}) {
      if (done) continue;
      Log(LogLevel::kWarn, "log", "a partition could not be tidied up",
          {{"partition", partition->name()}, {"reason", done.error().message}});
      if (first) first = done;
    }
    partition->Trim();
  }
  return first;
}

Status LogStore::FlushDue() { return impl_->FlushDue(); }
Status LogStore::Maintain() { return impl_->Maintain(); }

Result<std::vector<Damage>> LogStore::Check() const {
  std::vector<Damage> all;
  for (const auto& partition : impl_->Partitions()) {
    TRY(std::vector<Damage> damages, partition->Check());
    all.insert(all.end(), damages.begin(), damages.end());
  }
  return all;
}

void LogStore::Impl::Work() {
  auto tick = std::chrono::milliseconds(TickMs(options.defaults));
  auto every = std::chrono::milliseconds(options.retention_check_ms);
  // The steady clock: what is due is decided by the injected one.
  auto next = std::chrono::steady_clock::now() + every;
  std::unique_lock lock(thread_mutex);
  while (!thread_wake.wait_for(lock, tick, [this] { return stopping; })) {
    lock.unlock();
    (void)FlushDue();  // a partition that cannot be synced has said so itself
    if (std::chrono::steady_clock::now() >= next) {
      next = std::chrono::steady_clock::now() + every;
      (void)Maintain();
    }
    lock.lock();
  }
}

Status LogStore::Close() {
  std::lock_guard change(impl_->change);
  {
    std::unique_lock lock(impl_->mutex);
    if (std::exchange(impl_->closed, true)) return {};
  }
  {
    std::lock_guard lock(impl_->thread_mutex);
    impl_->stopping = true;
  }
  impl_->thread_wake.notify_all();
  if (impl_->thread.joinable()) impl_->thread.join();
  Changes changes;
  Status first;
  for (const auto& topic : Topics()) {
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      auto checkpoint = topic->partitions[i]->Close();
      if (checkpoint) {
        changes.push_back({CheckKey(topic->id, static_cast<int32_t>(i)), EncodeCheckpoint(*checkpoint)});
      } else if (first) {
        first = tl::unexpected(checkpoint.error());
      }
    }
  }
  if (Status applied = impl_->state->Apply(changes, true); !applied && first) first = applied;
  return first;
}

}  // namespace souk::log
