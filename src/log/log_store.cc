#include "log/log_store.h"

#include <algorithm>
#include <random>

#include "base/log.h"
#include "log/big_endian.h"
#include "log/log_store_impl.h"

namespace souk::log {
namespace {

constexpr int32_t kMostPartitions = 100'000;
constexpr int64_t kProducerBlock = 1000;

Uuid RandomId() {
  std::random_device random;
  Uuid id;
  for (size_t i = 0; i < id.size(); i += 4) StoreBig(reinterpret_cast<char*>(id.data()) + i, random());
  id[6] = static_cast<uint8_t>((id[6] & 0x0f) | 0x40);  // version 4, variant 1
  id[8] = static_cast<uint8_t>((id[8] & 0x3f) | 0x80);
  return id;
}

}  // namespace

LogStore::LogStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<LogStore>> LogStore::Open(const std::string& directory, const StoreOptions& options,
                                                 const Clock& clock, FileLayer& files) {
  auto impl = std::make_unique<Impl>(directory, options, clock, files);
  TRY_STATUS(impl->Load());
  if (options.background) impl->thread = std::thread([work = impl.get()] { work->Work(); });
  return std::unique_ptr<LogStore>(new LogStore(std::move(impl)));
}

LogStore::~LogStore() {
  if (Status closed = Close(); !closed) {
    Log(LogLevel::kError, "log", "the event log could not be closed", {{"reason", closed.error().message}});
  }
}

Status LogStore::Impl::CheckOpen() const {
  std::shared_lock lock(mutex);
  if (closed) return Fail(Code::kUnavailable, "the event log in {} is closed", directory);
  return {};
}

Status LogStore::Impl::Load() {
  TRY_STATUS(files.CreateDirectory(directory));
  size_t slash = directory.rfind('/');
  TRY_STATUS(files.SyncDirectory(slash == std::string::npos ? "."
                                 : slash == 0               ? "/"
                                                            : directory.substr(0, slash)));
  TRY_STATUS(files.CreateDirectory(directory + "/topics"));
  TRY(state, StateLog::Open(files, directory + "/state.log", *syncer));
  TRY_STATUS(files.SyncDirectory(directory));
  if (state->report().damaged) {
    report.notes.push_back(
        fmt::format("{}/state.log was damaged; it is kept as state.log.damaged. Topics, offsets or "
                    "groups may be missing, the records are not touched.",
                    directory));
  }
  report.cut_bytes += state->report().cut_bytes;
  TRY_STATUS(LoadIdentity());
  TRY_STATUS(LoadTopics());
  return TidyTopics();
}

Status LogStore::Impl::LoadIdentity() {
  if (auto id = state->Find(kClusterKey)) {
    cluster_id = *id;
  } else {
    cluster_id = UuidText(RandomId());
    TRY_STATUS(state->Apply({{std::string(kClusterKey), cluster_id}}, true));
  }
  if (auto next = state->Find(kProducerKey); next && next->size() == 8) {
    next_producer = producers_until = LoadBig<int64_t>(next->data());
  }
  last_state_sync = NowMs();
  return {};
}

Status LogStore::Impl::LoadTopics() {
  std::map<std::string, TopicState> known;
  state->ForEach(kTopicPrefix, [&](std::string_view key, const std::string& value) {
    if (auto topic = DecodeTopic(value)) known.emplace(key.substr(kTopicPrefix.size()), *topic);
  });
  std::map<std::string, Checkpoint, std::less<>> checkpoints;
  state->ForEach(kCheckPrefix, [&](std::string_view key, const std::string& value) {
    if (auto checkpoint = DecodeCheckpoint(value)) checkpoints.emplace(key, *checkpoint);
  });
  // From here on nothing is as it was at the stop: the marks go before anything can change.
  std::vector<StateLog::Change> changes;
  for (const auto& [key, checkpoint] : checkpoints) {
    Checkpoint open = checkpoint;
    open.clean_end = -1;
    if (open != checkpoint) changes.push_back({key, EncodeCheckpoint(open)});
  }
  if (!changes.empty()) TRY_STATUS(state->Apply(changes, true));
  stopped = std::move(checkpoints);
  report.clean = !state->report().damaged;
  for (const auto& [name, topic] : known) {
    TRY(std::shared_ptr<const Topic> opened, OpenTopic(name, topic));
    for (const auto& partition : opened->partitions) Note(*partition);
    Put(std::move(opened));
  }
  stopped.clear();
  report.topics = static_cast<int64_t>(topics.size());
  return {};
}

void LogStore::Impl::Note(const PartitionLog& partition) {
  const OpenReport& found = partition.open_report();
  ++report.partitions;
  report.clean &= found.clean;
  report.scanned_bytes += found.scanned_bytes;
  report.cut_bytes += found.cut_bytes;
  if (found.cut_bytes > 0) {
    report.notes.push_back(fmt::format("{}@{}: a torn tail of {} bytes was cut.", partition.name(),
                                       partition.end_offset(), found.cut_bytes));
  }
  for (const Damage& damage : found.damages) report.notes.push_back(damage.what + ".");
}

Result<std::shared_ptr<PartitionLog>> LogStore::Impl::OpenPartition(const Topic& topic, int32_t partition) {
  PartitionLog::Setup setup;
  setup.files = &files;
  setup.clock = &clock;
  setup.syncer = syncer.get();
  setup.directory = fmt::format("{}/{}", TopicDirectory(topic.name, topic.id), partition);
  setup.name = fmt::format("{}-{}", topic.name, partition);
  setup.options = topic.options;
  std::string key = CheckKey(topic.id, partition);
  if (auto checkpoint = stopped.find(key); checkpoint != stopped.end()) setup.checkpoint = checkpoint->second;
  setup.save = [keep = state, key](const Checkpoint& checkpoint, bool durable) {
    return keep->Apply({{key, EncodeCheckpoint(checkpoint)}}, durable);
  };
  TRY_STATUS(files.CreateDirectory(setup.directory));
  TRY(std::unique_ptr<PartitionLog> log, PartitionLog::Open(std::move(setup)));
  return std::shared_ptr<PartitionLog>(std::move(log));
}

Result<std::shared_ptr<const Topic>> LogStore::Impl::OpenTopic(const std::string& name,
                                                               const TopicState& from) {
  auto topic = std::make_shared<Topic>();
  topic->name = name;
  topic->id = from.id;
  topic->configs = from.configs;
  TRY(topic->options, ApplyTopicConfigs(options.defaults, from.configs));
  TRY_STATUS(files.CreateDirectory(TopicDirectory(name)));
  TRY_STATUS(files.CreateDirectory(TopicDirectory(name, from.id)));
  for (int32_t i = 0; i < from.partitions; ++i) {
    TRY(std::shared_ptr<PartitionLog> partition, OpenPartition(*topic, i));
    topic->partitions.push_back(std::move(partition));
  }
  return topic;
}

void LogStore::Impl::Put(std::shared_ptr<const Topic> topic) {
  std::unique_lock lock(mutex);
  topics_by_id[topic->id] = topic;
  topics[topic->name] = std::move(topic);
}

// Directories that no topic names are what a crash left of a creation or a deletion.
Status LogStore::Impl::TidyTopics() {
  if (state->report().damaged) return {};
  TRY(std::vector<std::string> names, files.List(directory + "/topics"));
  for (const std::string& name : names) {
    auto topic = topics.find(name);
    std::string path = TopicDirectory(name);
    if (topic == topics.end()) {
      TRY_STATUS(RemoveDirectory(files, path));
      continue;
    }
    TRY(std::vector<std::string> ids, files.List(path));
    for (const std::string& id : ids) {
      if (id != UuidText(topic->second->id)) TRY_STATUS(RemoveDirectory(files, path + "/" + id));
    }
  }
  std::vector<StateLog::Change> stale;
  state->ForEach(kCheckPrefix, [&](std::string_view key, const std::string&) {
    std::string_view id = key.substr(kCheckPrefix.size(), 22);
    auto owns = [&](const auto& entry) { return UuidText(entry.first) == id; };
    if (std::none_of(topics_by_id.begin(), topics_by_id.end(), owns)) stale.push_back({std::string(key), {}});
  });
  return stale.empty() ? Status() : state->Apply(stale, false);
}

Result<std::shared_ptr<const Topic>> LogStore::CreateTopic(const std::string& name, int32_t partitions,
                                                           const TopicConfigs& configs) {
  std::lock_guard change(impl_->change);
  TRY_STATUS(impl_->CheckOpen());
  TRY_STATUS(CheckTopicName(name));
  if (partitions < 1 || partitions > kMostPartitions) {
    return Fail(Code::kInvalid, "topic {} cannot have {} partitions; 1 to {} are possible", name, partitions,
                kMostPartitions);
  }
  TRY_STATUS(ApplyTopicConfigs(impl_->options.defaults, configs).map([](const LogOptions&) {}));
  if (FindTopic(name)) return Fail(Code::kAlreadyExists, "topic {} exists already", name);
  TopicState state{RandomId(), partitions, configs};
  auto opened = impl_->OpenTopic(name, state);
  std::string directory = impl_->TopicDirectory(name, state.id);
  auto create = [&]() -> Status {
    if (!opened) return tl::unexpected(opened.error());
    TRY_STATUS(impl_->files.SyncDirectory(directory));
    TRY_STATUS(impl_->files.SyncDirectory(impl_->TopicDirectory(name)));
    TRY_STATUS(impl_->files.SyncDirectory(impl_->directory + "/topics"));
    return impl_->state->Apply({{TopicKey(name), EncodeTopic(state)}}, true);
  };
  if (Status created = create(); !created) {
    // After a sync that failed the change may still come to light at the next start, and then needs its
    // directory.
    if (!impl_->state->Find(TopicKey(name))) (void)RemoveDirectory(impl_->files, impl_->TopicDirectory(name));
    return Wrap(created.error(), fmt::format("topic {} cannot be created", name));
  }
  impl_->Put(*opened);
  return *opened;
}

Status LogStore::DeleteTopic(const std::string& name) {
  std::lock_guard change(impl_->change);
  TRY_STATUS(impl_->CheckOpen());
  std::shared_ptr<const Topic> topic = FindTopic(name);
  if (!topic) return Fail(Code::kNotFound, "there is no topic {}", name);
  std::vector<StateLog::Change> changes = {{TopicKey(name), {}}};
  for (int32_t i = 0; i < static_cast<int32_t>(topic->partitions.size()); ++i) {
    changes.push_back({CheckKey(topic->id, i), {}});
  }
  impl_->state->ForEach(kOffsetPrefix, [&](std::string_view key, const std::string&) {
    auto parts = ParseOffsetKey(key);
    if (parts && parts->where.topic == name) changes.push_back({std::string(key), {}});
  });
  TRY_STATUS(impl_->state->Apply(changes, true));
  {
    std::unique_lock lock(impl_->mutex);
    impl_->topics.erase(name);
    impl_->topics_by_id.erase(topic->id);
  }
  if (Status removed = RemoveDirectory(impl_->files, impl_->TopicDirectory(name)); !removed) {
    Log(LogLevel::kWarn, "log", "the files of a deleted topic are removed at the next start",
        {{"topic", name}, {"reason", removed.error().message}});
  }
  return {};
}

Status LogStore::AddPartitions(const std::string& name, int32_t total) {
  std::lock_guard change(impl_->change);
  TRY_STATUS(impl_->CheckOpen());
  std::shared_ptr<const Topic> topic = FindTopic(name);
  if (!topic) return Fail(Code::kNotFound, "there is no topic {}", name);
  auto present = static_cast<int32_t>(topic->partitions.size());
  if (total <= present || total > kMostPartitions) {
    return Fail(Code::kInvalid, "topic {} has {} partitions; it can get more, up to {}, but not {}", name,
                present, kMostPartitions, total);
  }
  auto wider = std::make_shared<Topic>(*topic);
  for (int32_t i = present; i < total; ++i) {
    TRY(std::shared_ptr<PartitionLog> partition, impl_->OpenPartition(*topic, i));
    wider->partitions.push_back(std::move(partition));
  }
  TRY_STATUS(impl_->files.SyncDirectory(impl_->TopicDirectory(name, topic->id)));
  TopicState state{topic->id, total, topic->configs};
  TRY_STATUS(impl_->state->Apply({{TopicKey(name), EncodeTopic(state)}}, true));
  impl_->Put(std::move(wider));
  return {};
}

Status LogStore::SetTopicConfigs(const std::string& name, const TopicConfigs& configs) {
  std::lock_guard change(impl_->change);
  TRY_STATUS(impl_->CheckOpen());
  std::shared_ptr<const Topic> topic = FindTopic(name);
  if (!topic) return Fail(Code::kNotFound, "there is no topic {}", name);
  auto changed = std::make_shared<Topic>(*topic);
  changed->configs = configs;
  TRY(changed->options, ApplyTopicConfigs(impl_->options.defaults, configs));
  TopicState state{topic->id, static_cast<int32_t>(topic->partitions.size()), configs};
  TRY_STATUS(impl_->state->Apply({{TopicKey(name), EncodeTopic(state)}}, true));
  for (const auto& partition : changed->partitions) partition->SetOptions(changed->options);
  impl_->Put(std::move(changed));
  return {};
}

std::vector<std::shared_ptr<const Topic>> LogStore::Topics() const {
  std::shared_lock lock(impl_->mutex);
  std::vector<std::shared_ptr<const Topic>> all;
  for (const auto& [name, topic] : impl_->topics) all.push_back(topic);
  return all;
}

std::shared_ptr<const Topic> LogStore::FindTopic(std::string_view name) const {
  std::shared_lock lock(impl_->mutex);
  auto found = impl_->topics.find(name);
  return found == impl_->topics.end() ? nullptr : found->second;
}

std::shared_ptr<const Topic> LogStore::FindTopic(const Uuid& id) const {
  std::shared_lock lock(impl_->mutex);
  auto found = impl_->topics_by_id.find(id);
  return found == impl_->topics_by_id.end() ? nullptr : found->second;
}

std::shared_ptr<PartitionLog> LogStore::FindPartition(std::string_view topic, int32_t partition) const {
  std::shared_lock lock(impl_->mutex);
  auto found = impl_->topics.find(topic);
  if (found == impl_->topics.end() || partition < 0) return nullptr;
  const auto& all = found->second->partitions;
  return static_cast<size_t>(partition) < all.size() ? all[static_cast<size_t>(partition)] : nullptr;
}

Result<int64_t> LogStore::AllocateProducerId() {
  TRY_STATUS(impl_->CheckOpen());
  std::lock_guard lock(impl_->producer_mutex);
  if (impl_->next_producer >= impl_->producers_until) {
    std::string value;
    AppendBig(value, impl_->producers_until + kProducerBlock);
    TRY_STATUS(impl_->state->Apply({{std::string(kProducerKey), value}}, true));
    impl_->producers_until += kProducerBlock;
  }
  return impl_->next_producer++;
}

const std::string& LogStore::cluster_id() const { return impl_->cluster_id; }
const StoreReport& LogStore::report() const { return impl_->report; }
const std::string& LogStore::directory() const { return impl_->directory; }

}  // namespace souk::log
