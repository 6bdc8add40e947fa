#include "broker/fetch_sessions.h"

#include <algorithm>

namespace souk::broker {

using protocol::kafka::FetchRequest;

namespace {

constexpr int32_t kFinalEpoch = -1;
constexpr int32_t kInitialEpoch = 0;

std::vector<FetchTarget> TargetsOf(const FetchRequest& request) {
  std::vector<FetchTarget> targets;
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      targets.push_back({std::string(topic.topic), topic.topic_id, partition.partition,
                         partition.current_leader_epoch, partition.fetch_offset,
                         partition.partition_max_bytes});
    }
  }
  return targets;
}

// Puts what the request names into the session's list: known partitions keep their place and what was told of
// them.
void Merge(std::vector<FetchTarget>& known, const FetchRequest& request) {
  for (FetchTarget& target : TargetsOf(request)) {
    auto found =
        std::find_if(known.begin(), known.end(), [&](const auto& other) { return other.Same(target); });
    if (found == known.end()) {
      known.push_back(std::move(target));
      continue;
    }
    found->leader_epoch = target.leader_epoch;
    found->fetch_offset = target.fetch_offset;
    found->max_bytes = target.max_bytes;
  }
  for (const auto& topic : request.forgotten_topics_data) {
    for (int32_t partition : topic.partitions) {
      std::erase_if(known, [&](const FetchTarget& target) {
        return target.partition == partition && target.topic == topic.topic &&
               target.topic_id == topic.topic_id;
      });
    }
  }
}

}  // namespace

FetchSessions::FetchSessions(size_t most) : most_(most), random_(std::random_device{}()) {}

int32_t FetchSessions::NewId() {
  int32_t id;
  do {
    id = static_cast<int32_t>(random_() & 0x7fffffff);
  } while (id == 0 || sessions_.contains(id));
  return id;
}

void FetchSessions::Erase(int32_t id) {
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  by_use_.erase(found->second.use);
  sessions_.erase(found);
}

FetchPlan FetchSessions::Begin(const FetchRequest& request) {
  FetchPlan plan;
  if (request.session_epoch == kFinalEpoch || request.session_epoch == kInitialEpoch) {
    plan.targets = TargetsOf(request);
    std::lock_guard lock(mutex_);
    Erase(request.session_id);
    if (request.session_epoch == kFinalEpoch || plan.targets.empty()) return plan;
    if (sessions_.size() >= most_) Erase(by_use_.front());
    plan.session_id = NewId();
    Session& session = sessions_[plan.session_id];
    session.targets = plan.targets;
    session.use = by_use_.insert(by_use_.end(), plan.session_id);
    return plan;
  }
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(request.session_id);
  if (found == sessions_.end()) {
    plan.error = ErrorCode::kFetchSessionIdNotFound;
    return plan;
  }
  Session& session = found->second;
  if (session.epoch != request.session_epoch) {
    plan.error = ErrorCode::kInvalidFetchSessionEpoch;
    return plan;
  }
  session.epoch = session.epoch == 0x7fffffff ? 1 : session.epoch + 1;
  by_use_.splice(by_use_.end(), by_use_, session.use);
  Merge(session.targets, request);
  plan.session_id = request.session_id;
  plan.incremental = true;
  plan.targets = session.targets;
  return plan;
}

void FetchSessions::Finish(int32_t session_id, const std::vector<FetchTarget>& told,
                           const std::vector<bool>& had_records) {
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(session_id);
  if (found == sessions_.end()) return;
  // One request of a session at a time, so the list is still the one that Begin gave.
  auto& targets = found->second.targets;
  if (targets.size() != told.size()) return;
  targets.clear();
  for (bool late : {false, true}) {
    for (size_t i = 0; i < told.size(); ++i) {
      if (had_records[i] == late) targets.push_back(told[i]);
    }
  }
}

size_t FetchSessions::size() const {
  std::lock_guard lock(mutex_);
  return sessions_.size();
}

}  // namespace souk::broker
