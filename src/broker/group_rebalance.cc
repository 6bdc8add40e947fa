// The coordinator's way from members that join to a generation in which each has its assignment.
#include <algorithm>

#include "base/log.h"
#include "broker/group_coordinator.h"
#include "broker/member_id.h"

namespace souk::broker {
namespace {

JoinAnswer Refused(ErrorCode error, const std::string& member_id) {
  JoinAnswer answer;
  answer.error = error;
  answer.member_id = member_id;
  return answer;
}

}  // namespace

void GroupCoordinator::Join(JoinRequest request, JoinDone done) {
  auto refuse = [&](ErrorCode error) { done(Refused(error, request.member_id)); };
  if (request.group.empty()) return refuse(ErrorCode::kInvalidGroupId);
  if (request.session_timeout_ms < options_.min_session_timeout_ms ||
      request.session_timeout_ms > options_.max_session_timeout_ms) {
    return refuse(ErrorCode::kInvalidSessionTimeout);
  }
  auto group = request.member_id.empty() ? FindOrMake(request.group) : Find(request.group);
  if (!group) return refuse(ErrorCode::kUnknownMemberId);
  Actions actions;
  {
    std::lock_guard lock(group->mutex);
    if (group->state == GroupState::kDead) {
      actions.push_back([&] { refuse(ErrorCode::kCoordinatorNotAvailable); });
    } else if (!group->Supports(request.protocol_type, request.protocols)) {
      actions.push_back([&] { refuse(ErrorCode::kInconsistentGroupProtocol); });
    } else if (request.member_id.empty()) {
      JoinNew(*group, request, done, actions);
    } else {
      JoinKnown(*group, request, done, actions);
    }
  }
  Act(actions);
  WakeTimer();
}

GroupMember GroupCoordinator::MakeMember(JoinRequest& request, std::string member_id, JoinDone done) const {
  GroupMember member;
  member.id = std::move(member_id);
  member.instance_id = request.instance_id;
  member.client_id = request.client_id;
  member.client_host = request.client_host;
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  member.session_timeout_ms = request.session_timeout_ms;
  member.protocols = std::move(request.protocols);
  member.join = std::move(done);
  member.is_new = true;
  return member;
}

void GroupCoordinator::JoinNew(Group& group, JoinRequest& request, JoinDone done, Actions& actions) {
  if (request.instance_id) {
    if (group.static_members.contains(*request.instance_id)) {
      return ReplaceStatic(group, request, std::move(done), actions);
    }
    group.protocol_type = request.protocol_type;
    std::string id = NewMemberId(*request.instance_id);
    return AddAndRebalance(group, MakeMember(request, id, std::move(done)), actions);
  }
  std::string id = NewMemberId(request.client_id);
  if (request.id_required) {
    group.pending[id] = Now() + request.session_timeout_ms;
    actions.push_back([done, id] { done(Refused(ErrorCode::kMemberIdRequired, id)); });
    return;
  }
  group.protocol_type = request.protocol_type;
  AddAndRebalance(group, MakeMember(request, id, std::move(done)), actions);
}

void GroupCoordinator::JoinKnown(Group& group, JoinRequest& request, JoinDone done, Actions& actions) {
  const std::string& id = request.member_id;
  if (group.pending.contains(id)) {
    group.protocol_type = request.protocol_type;
    return AddAndRebalance(group, MakeMember(request, id, std::move(done)), actions);
  }
  ErrorCode error = CheckMember(group, {group.id, -1, id, request.instance_id}, false);
  if (error != ErrorCode::kNone) {
    actions.push_back([done, answer = Refused(error, id)] { done(answer); });
    return;
  }
  GroupMember& member = group.members.at(id);
  bool same = member.protocols == request.protocols;
  bool leader = id == group.leader;
  // Nothing changed for the others: the member only missed the answer, or asks once more.
  bool repeat = same && (group.state == GroupState::kCompletingRebalance ||
                         (group.state == GroupState::kStable && !leader));
  if (!repeat) return UpdateAndRebalance(group, member, request, std::move(done), actions);
  member.join = std::move(done);
  Touch(member);
  AnswerJoin(group, member, actions);
}

// A process with this instance id was there and comes back under a new member id: it takes over the old one's
// place, and in a stable group its assignment too, without the others noticing.
void GroupCoordinator::ReplaceStatic(Group& group, JoinRequest& request, JoinDone done, Actions& actions) {
  std::string old_id = group.static_members.at(*request.instance_id);
  bool led = group.leader == old_id;
  GroupMember old = std::move(group.members.at(old_id));
  group.members.erase(old_id);
  if (old.join) {
    actions.push_back([join = old.join, old_id] { join(Refused(ErrorCode::kFencedInstanceId, old_id)); });
  }
  if (old.sync) {
    SyncAnswer fenced;
    fenced.error = ErrorCode::kFencedInstanceId;
    actions.push_back([sync = old.sync, fenced] { sync(fenced); });
  }
  std::string id = NewMemberId(*request.instance_id);
  GroupMember member = MakeMember(request, id, done);
  member.assignment = old.assignment;
  member.is_new = old.is_new;
  member.synced = old.synced;
  if (led) group.leader = id;
  group.Add(std::move(member));
  GroupMember& added = group.members.at(id);
  Touch(added);
  if (group.state != GroupState::kStable || group.SelectProtocol() != group.protocol) {
    if (group.state != GroupState::kPreparingRebalance) return PrepareRebalance(group, actions);
    return TryCompleteJoin(group, actions);
  }
  JoinAnswer answer;
  answer.generation = group.generation;
  answer.protocol_type = group.protocol_type;
  answer.protocol = group.protocol;
  answer.member_id = id;
  // Before version 9 a leader could not be told to leave the division alone; so nobody is told to lead then.
  answer.leader = led && !request.can_skip_assignment ? old_id : group.leader;
  answer.skip_assignment = led && request.can_skip_assignment;
  if (answer.skip_assignment) answer.members = group.MembersForLeader();
  added.join = nullptr;
  Save(group);
  actions.push_back([done, answer] { done(answer); });
}

void GroupCoordinator::AddAndRebalance(Group& group, GroupMember member, Actions& actions) {
  group.Add(std::move(member));
  group.joined_meanwhile = true;
  if (group.state == GroupState::kPreparingRebalance)
    TryCompleteJoin(group, actions);
  else
    PrepareRebalance(group, actions);
}

void GroupCoordinator::UpdateAndRebalance(Group& group, GroupMember& member, JoinRequest& request,
                                          JoinDone done, Actions& actions) {
  member.protocols = std::move(request.protocols);
  member.rebalance_timeout_ms = request.rebalance_timeout_ms;
  member.session_timeout_ms = request.session_timeout_ms;
  member.client_id = request.client_id;
  member.client_host = request.client_host;
  // A member asks again on a new connection when it lost the old one; only the newest is answered.
  if (auto old = std::exchange(member.join, std::move(done))) {
    actions.push_back([old, id = member.id] { old(Refused(ErrorCode::kUnknownMemberId, id)); });
  }
  if (group.state == GroupState::kPreparingRebalance)
    TryCompleteJoin(group, actions);
  else
    PrepareRebalance(group, actions);
}

void GroupCoordinator::PrepareRebalance(Group& group, Actions& actions) {
  for (auto& [id, member] : group.members) {
    if (auto sync = std::exchange(member.sync, nullptr)) {
      SyncAnswer answer;
      answer.error = ErrorCode::kRebalanceInProgress;
      Touch(member);
      actions.push_back([sync, answer] { sync(answer); });
    }
  }
  int64_t timeout = 0;
  for (const auto& [id, member] : group.members) timeout = std::max(timeout, member.rebalance_timeout_ms);
  group.initial_join = group.state == GroupState::kEmpty && options_.initial_rebalance_delay_ms > 0;
  group.state = GroupState::kPreparingRebalance;
  group.sync_ends_ms = 0;
  group.joined_meanwhile = false;
  int64_t wait = group.initial_join ? std::min(options_.initial_rebalance_delay_ms, timeout) : timeout;
  group.initial_left_ms = timeout - wait;
  group.join_ends_ms = Now() + wait;
  TryCompleteJoin(group, actions);
}

void GroupCoordinator::TryCompleteJoin(Group& group, Actions& actions) {
  if (group.state != GroupState::kPreparingRebalance || group.initial_join || !group.AllJoined()) return;
  CompleteJoin(group, actions);
}

// Begins the next generation with those who are there. Static members that are missing keep their place until
// their session ends.
void GroupCoordinator::CompleteJoin(Group& group, Actions& actions) {
  group.initial_join = false;
  std::vector<std::string> missing;
  for (const auto& [id, member] : group.members) {
    if (member.join == nullptr && !member.instance_id) missing.push_back(id);
  }
  for (const std::string& id : missing) group.Remove(id);
  auto joined = std::find_if(group.members.begin(), group.members.end(),
                             [](const auto& entry) { return entry.second.join != nullptr; });
  if (!group.members.empty() && joined == group.members.end()) {
    // Only static members, none of them back yet: wait on, until they come or their sessions end.
    int64_t timeout = 1000;
    for (const auto& [id, member] : group.members) timeout = std::max(timeout, member.rebalance_timeout_ms);
    group.join_ends_ms = Now() + timeout;
    return;
  }
  ++group.generation;
  if (group.members.empty()) {
    group.state = GroupState::kEmpty;
    group.protocol.clear();
    group.leader.clear();
    return Save(group);
  }
  if (!group.members.contains(group.leader) || group.members.at(group.leader).join == nullptr) {
    group.leader = joined->first;
  }
  group.protocol = group.SelectProtocol();
  group.state = GroupState::kCompletingRebalance;
  int64_t timeout = 0;
  for (auto& [id, member] : group.members) {
    timeout = std::max(timeout, member.rebalance_timeout_ms);
    member.synced = false;
    member.is_new = false;
    if (member.join == nullptr) continue;
    Touch(member);
    AnswerJoin(group, member, actions);
  }
  group.sync_ends_ms = Now() + timeout;
}

void GroupCoordinator::AnswerJoin(Group& group, GroupMember& member, Actions& actions) {
  JoinAnswer answer;
  answer.generation = group.generation;
  answer.protocol_type = group.protocol_type;
  answer.protocol = group.protocol;
  answer.leader = group.leader;
  answer.member_id = member.id;
  if (member.id == group.leader) answer.members = group.MembersForLeader();
  actions.push_back([join = std::exchange(member.join, nullptr), answer] { join(answer); });
}

void GroupCoordinator::Sync(SyncRequest request, SyncDone done) {
  SyncAnswer refused;
  auto group = Find(request.group);
  if (request.group.empty())
    refused.error = ErrorCode::kInvalidGroupId;
  else if (!group)
    refused.error = ErrorCode::kUnknownMemberId;
  if (refused.error != ErrorCode::kNone) return done(refused);
  Actions actions;
  {
    std::lock_guard lock(group->mutex);
    refused.error = CheckMember(*group, request, true);
    bool other = (request.protocol_type && *request.protocol_type != group->protocol_type) ||
                 (request.protocol && *request.protocol != group->protocol);
    if (refused.error == ErrorCode::kNone && other) refused.error = ErrorCode::kInconsistentGroupProtocol;
    if (refused.error == ErrorCode::kNone && group->state == GroupState::kPreparingRebalance) {
      refused.error = ErrorCode::kRebalanceInProgress;
    }
    if (refused.error != ErrorCode::kNone) {
      actions.push_back([&] { done(refused); });
    } else {
      GroupMember& member = group->members.at(request.member_id);
      Touch(member);
      member.synced = true;
      member.sync = std::move(done);
      if (group->state == GroupState::kCompletingRebalance && request.member_id == group->leader) {
        for (auto& [id, other_member] : group->members) {
          auto found = request.assignments.find(id);
          other_member.assignment = found == request.assignments.end() ? "" : std::move(found->second);
        }
        group->state = GroupState::kStable;
        Save(*group);
      }
      if (group->state == GroupState::kStable) CompleteSync(*group, actions);
    }
  }
  Act(actions);
  WakeTimer();
}

void GroupCoordinator::CompleteSync(Group& group, Actions& actions) {
  bool all = true;
  for (auto& [id, member] : group.members) {
    all = all && member.synced;
    auto sync = std::exchange(member.sync, nullptr);
    if (!sync) continue;
    Touch(member);
    SyncAnswer answer{ErrorCode::kNone, group.protocol_type, group.protocol, member.assignment};
    actions.push_back([sync, answer] { sync(answer); });
  }
  if (all) group.sync_ends_ms = 0;
}

void GroupCoordinator::RemoveAndRebalance(Group& group, const std::string& member_id, Actions& actions) {
  auto found = group.members.find(member_id);
  if (found == group.members.end()) return;
  if (auto join = found->second.join) {
    actions.push_back([join, member_id] { join(Refused(ErrorCode::kUnknownMemberId, member_id)); });
  }
  if (auto sync = found->second.sync) {
    SyncAnswer answer;
    answer.error = ErrorCode::kUnknownMemberId;
    actions.push_back([sync, answer] { sync(answer); });
  }
  group.Remove(member_id);
  if (group.state == GroupState::kPreparingRebalance) {
    if (group.members.empty() && group.pending.empty()) return CompleteJoin(group, actions);
    return TryCompleteJoin(group, actions);
  }
  PrepareRebalance(group, actions);
}

}  // namespace souk::broker
