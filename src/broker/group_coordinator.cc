#include "broker/group_coordinator.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace souk::broker {
namespace {

constexpr int64_t kFarMs = int64_t{1} << 60;
constexpr int64_t kTidyMs = 600'000;

}  // namespace

GroupCoordinator::GroupCoordinator(log::LogStore& store, GroupOptions options)
    : store_(store), options_(std::move(options)) {
  Restore();
}

GroupCoordinator::~GroupCoordinator() { Stop(); }

int64_t GroupCoordinator::Now() const {
  if (options_.now_ms) return options_.now_ms();
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Members of before the restart have a session's time to be heard of again.
void GroupCoordinator::Restore() {
  for (const auto& [id, bytes] : store_.Groups()) {
    auto group = std::make_shared<Group>(id);
    if (!bytes.empty()) {
      if (Status read = group->Decode(bytes); !read) {
        Log(LogLevel::kWarn, "broker", "a group's members are forgotten, its offsets are kept",
            {{"group", id}, {"error", read.error().message}});
        group = std::make_shared<Group>(id);
      }
    }
    for (auto& [member_id, member] : group->members) Touch(member);
    groups_.emplace(id, std::move(group));
  }
}

void GroupCoordinator::Start() {
  thread_ = std::thread([this] { Run(); });
}

void GroupCoordinator::Run() {
  int64_t tidy_at = Now();
  std::unique_lock lock(timer_mutex_);
  while (!stopping_) {
    wake_ = false;
    lock.unlock();
    if (Now() >= tidy_at) {
      Tidy();
      tidy_at = Now() + kTidyMs;
    }
    int64_t next = Tick();
    lock.lock();
    int64_t pause = std::clamp<int64_t>(next - Now(), 1, 60'000);
    timer_.wait_for(lock, std::chrono::milliseconds(pause), [this] { return stopping_ || wake_; });
  }
}

void GroupCoordinator::WakeTimer() {
  std::lock_guard lock(timer_mutex_);
  wake_ = true;
  timer_.notify_one();
}

void GroupCoordinator::Stop() {
  {
    std::lock_guard lock(timer_mutex_);
    stopping_ = true;
    timer_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  Actions actions;
  {
    std::shared_lock lock(mutex_);
    for (auto& [id, group] : groups_) {
      std::lock_guard group_lock(group->mutex);
      for (auto& [member_id, member] : group->members) {
        if (auto join = std::exchange(member.join, nullptr)) {
          JoinAnswer answer;
          answer.error = ErrorCode::kCoordinatorNotAvailable;
          answer.member_id = member_id;
          actions.push_back([join, answer] { join(answer); });
        }
        if (auto sync = std::exchange(member.sync, nullptr)) {
          SyncAnswer answer;
          answer.error = ErrorCode::kCoordinatorNotAvailable;
          actions.push_back([sync, answer] { sync(answer); });
        }
      }
    }
  }
  Act(actions);
}

void GroupCoordinator::Act(Actions& actions) {
  for (auto& action : actions) action();
  actions.clear();
}

std::shared_ptr<Group> GroupCoordinator::Find(const std::string& id) const {
  std::shared_lock lock(mutex_);
  auto found = groups_.find(id);
  return found == groups_.end() ? nullptr : found->second;
}

std::shared_ptr<Group> GroupCoordinator::FindOrMake(const std::string& id) {
  if (auto group = Find(id)) return group;
  std::unique_lock lock(mutex_);
  auto& slot = groups_[id];
  if (!slot) slot = std::make_shared<Group>(id);
  return slot;
}

void GroupCoordinator::Touch(GroupMember& member) const {
  member.expires_ms = Now() + member.session_timeout_ms;
}

void GroupCoordinator::Save(Group& group) {
  store_.SaveGroup(group.id, group.Encode(), [id = group.id](Status saved) {
    if (!saved) {
      Log(LogLevel::kError, "broker",
          "a group's members could not be stored; after a restart they join again",
          {{"group", id}, {"error", saved.error().message}});
    }
  });
}

ErrorCode GroupCoordinator::CheckMember(Group& group, const MemberRef& member, bool check_generation) const {
  if (member.instance_id) {
    auto named = group.static_members.find(*member.instance_id);
    if (named == group.static_members.end()) return ErrorCode::kUnknownMemberId;
    if (named->second != member.member_id) return ErrorCode::kFencedInstanceId;
  }
  if (!group.members.contains(member.member_id)) return ErrorCode::kUnknownMemberId;
  if (check_generation && member.generation != group.generation) return ErrorCode::kIllegalGeneration;
  return ErrorCode::kNone;
}

ErrorCode GroupCoordinator::Heartbeat(const MemberRef& ref) {
  if (ref.group.empty()) return ErrorCode::kInvalidGroupId;
  auto group = Find(ref.group);
  if (!group) return ErrorCode::kUnknownMemberId;
  std::lock_guard lock(group->mutex);
  if (ErrorCode error = CheckMember(*group, ref, true); error != ErrorCode::kNone) return error;
  Touch(group->members.at(ref.member_id));
  return group->state == GroupState::kPreparingRebalance ? ErrorCode::kRebalanceInProgress : ErrorCode::kNone;
}

ErrorCode GroupCoordinator::CheckCommit(const MemberRef& ref) {
  auto group = ref.generation < 0 ? FindOrMake(ref.group) : Find(ref.group);
  if (!group) return ErrorCode::kGroupIdNotFound;
  std::lock_guard lock(group->mutex);
  if (group->state == GroupState::kDead) return ErrorCode::kCoordinatorNotAvailable;
  // Consumers that choose their partitions themselves commit without being members.
  if (ref.generation < 0 && group->members.empty()) return ErrorCode::kNone;
  if (ErrorCode error = CheckMember(*group, ref, true); error != ErrorCode::kNone) return error;
  if (group->state == GroupState::kCompletingRebalance) return ErrorCode::kRebalanceInProgress;
  Touch(group->members.at(ref.member_id));
  return ErrorCode::kNone;
}

std::vector<ErrorCode> GroupCoordinator::Leave(const std::string& group_id,
                                               const std::vector<LeavingMember>& leaving) {
  auto group = Find(group_id);
  if (!group) return std::vector<ErrorCode>(leaving.size(), ErrorCode::kUnknownMemberId);
  std::vector<ErrorCode> results;
  Actions actions;
  {
    std::lock_guard lock(group->mutex);
    for (const LeavingMember& member : leaving) {
      std::string id = member.member_id;
      if (member.instance_id) {
        auto named = group->static_members.find(*member.instance_id);
        if (named == group->static_members.end()) {
          results.push_back(ErrorCode::kUnknownMemberId);
          continue;
        }
        // An administrator removes a member by its instance id alone.
        if (id.empty()) id = named->second;
        if (id != named->second) {
          results.push_back(ErrorCode::kFencedInstanceId);
          continue;
        }
      }
      bool was_pending = group->pending.erase(id) > 0;
      if (!was_pending && !group->members.contains(id)) {
        results.push_back(ErrorCode::kUnknownMemberId);
        continue;
      }
      if (was_pending)
        TryCompleteJoin(*group, actions);
      else
        RemoveAndRebalance(*group, id, actions);
      results.push_back(ErrorCode::kNone);
    }
  }
  Act(actions);
  WakeTimer();
  return results;
}

std::vector<GroupDescription> GroupCoordinator::List() const {
  std::vector<std::shared_ptr<Group>> groups;
  {
    std::shared_lock lock(mutex_);
    for (const auto& [id, group] : groups_) groups.push_back(group);
  }
  std::vector<GroupDescription> list;
  for (const auto& group : groups) {
    std::lock_guard lock(group->mutex);
    if (group->state == GroupState::kDead) continue;
    list.push_back({ErrorCode::kNone, group->id, GroupStateName(group->state), group->protocol_type, "", {}});
  }
  return list;
}

GroupDescription GroupCoordinator::Describe(const std::string& id) const {
  GroupDescription description;
  description.id = id;
  description.state = GroupStateName(GroupState::kDead);
  auto group = Find(id);
  if (!group) return description;
  std::lock_guard lock(group->mutex);
  description.state = GroupStateName(group->state);
  description.protocol_type = group->protocol_type;
  bool settled = group->state == GroupState::kStable;
  if (settled) description.protocol = group->protocol;
  for (const auto& [member_id, member] : group->members) {
    description.members.push_back({member_id, member.instance_id, member.client_id, member.client_host,
                                   settled ? group->MetadataOf(member) : "",
                                   settled ? member.assignment : ""});
  }
  return description;
}

ErrorCode GroupCoordinator::Delete(const std::string& id) {
  if (id.empty()) return ErrorCode::kInvalidGroupId;
  auto group = Find(id);
  if (!group) return ErrorCode::kGroupIdNotFound;
  {
    std::lock_guard lock(group->mutex);
    if (group->state == GroupState::kDead) return ErrorCode::kGroupIdNotFound;
    if (!group->members.empty() || !group->pending.empty()) return ErrorCode::kNonEmptyGroup;
    group->state = GroupState::kDead;
  }
  {
    std::unique_lock lock(mutex_);
    auto found = groups_.find(id);
    if (found != groups_.end() && found->second == group) groups_.erase(found);
  }
  ErrorCode result = ErrorCode::kNone;
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
  store_.DeleteGroup(id, [&](Status deleted) {
    std::lock_guard lock(mutex);
    if (!deleted) result = KafkaError(deleted.error());
    done = true;
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done; });
  return result;
}

std::map<std::string, ErrorCode> GroupCoordinator::MayDeleteOffsets(const std::string& id,
                                                                    const std::vector<std::string>& topics,
                                                                    ErrorCode& error) const {
  std::map<std::string, ErrorCode> results;
  error = id.empty() ? ErrorCode::kInvalidGroupId : ErrorCode::kNone;
  auto group = Find(id);
  if (!group && error == ErrorCode::kNone) error = ErrorCode::kGroupIdNotFound;
  if (error != ErrorCode::kNone) return results;
  std::lock_guard lock(group->mutex);
  if (!group->members.empty() && group->protocol_type != "consumer") error = ErrorCode::kNonEmptyGroup;
  auto subscribed = group->SubscribedTopics();
  for (const std::string& topic : topics) {
    results[topic] = subscribed.contains(topic) ? ErrorCode::kGroupSubscribedToTopic : ErrorCode::kNone;
  }
  return results;
}

std::vector<std::string> GroupCoordinator::Active() const {
  std::vector<std::string> active;
  std::shared_lock lock(mutex_);
  for (const auto& [id, group] : groups_) {
    std::lock_guard group_lock(group->mutex);
    if (!group->members.empty()) active.push_back(id);
  }
  return active;
}

void GroupCoordinator::Tidy() {
  if (Status expired = store_.ExpireOffsets(Active()); !expired) {
    Log(LogLevel::kWarn, "broker", "offsets that are out of date could not be dropped",
        {{"error", expired.error().message}});
  }
  auto stored = store_.Groups();
  std::unique_lock lock(mutex_);
  std::erase_if(groups_, [&](const auto& entry) {
    std::lock_guard group_lock(entry.second->mutex);
    Group& group = *entry.second;
    if (!group.members.empty() || !group.pending.empty() || !store_.Offsets(entry.first).empty())
      return false;
    if (stored.contains(entry.first)) store_.DeleteGroup(entry.first, [](Status) {});
    group.state = GroupState::kDead;
    return true;
  });
}

int64_t GroupCoordinator::Tick() {
  std::vector<std::shared_ptr<Group>> groups;
  {
    std::shared_lock lock(mutex_);
    for (const auto& [id, group] : groups_) groups.push_back(group);
  }
  int64_t now = Now(), next = kFarMs;
  for (const auto& group : groups) {
    Actions actions;
    {
      std::lock_guard lock(group->mutex);
      next = std::min(next, TickGroup(*group, now, actions));
    }
    Act(actions);
  }
  return next;
}

int64_t GroupCoordinator::TickGroup(Group& group, int64_t now, Actions& actions) {
  std::erase_if(group.pending, [&](const auto& entry) { return entry.second <= now; });
  std::vector<std::string> gone;
  bool sync_over = group.sync_ends_ms != 0 && group.sync_ends_ms <= now;
  for (const auto& [id, member] : group.members) {
    bool expired = member.join == nullptr && member.expires_ms <= now;
    if (expired || (sync_over && !member.synced && member.join == nullptr)) gone.push_back(id);
  }
  if (sync_over) group.sync_ends_ms = 0;
  for (const std::string& id : gone) {
    Log(LogLevel::kInfo, "broker", "a member of a group was not heard of and is removed",
        {{"group", group.id}, {"member", id}});
    RemoveAndRebalance(group, id, actions);
  }
  if (group.state == GroupState::kPreparingRebalance) {
    if (group.join_ends_ms > now) {
      TryCompleteJoin(group, actions);
    } else if (group.initial_join && group.joined_meanwhile && group.initial_left_ms > 0) {
      int64_t more = std::min(options_.initial_rebalance_delay_ms, group.initial_left_ms);
      group.joined_meanwhile = false;
      group.initial_left_ms -= more;
      group.join_ends_ms = now + more;
    } else {
      CompleteJoin(group, actions);
    }
  }
  int64_t next = kFarMs;
  for (const auto& [id, ends] : group.pending) next = std::min(next, ends);
  for (const auto& [id, member] : group.members) {
    if (member.join == nullptr) next = std::min(next, member.expires_ms);
  }
  if (group.sync_ends_ms != 0) next = std::min(next, group.sync_ends_ms);
  if (group.state == GroupState::kPreparingRebalance) next = std::min(next, group.join_ends_ms);
  return next;
}

}  // namespace souk::broker
