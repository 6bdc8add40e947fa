// Consumer groups of Kafka's classic protocol: joining, dividing the work, heartbeats, committed offsets.
//
// Threads: all functions from any thread. Answers are given by callbacks, which run in the caller's thread or
// in the one that completed what they waited for, without locks held. Times are of the steady clock, so a
// clock that is set changes no deadline. Membership survives a restart of the broker (LogStore::SaveGroup).
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "broker/group.h"
#include "log/log_store.h"

namespace souk::broker {

struct GroupOptions {
  int64_t initial_rebalance_delay_ms = 3000;  // how long an empty group waits for more members to come
  int64_t min_session_timeout_ms = 6000;
  int64_t max_session_timeout_ms = 1'800'000;
  std::function<int64_t()> now_ms;  // the steady clock when empty; tests give their own
};

struct JoinRequest {
  std::string group;
  std::string member_id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  int64_t session_timeout_ms = 0;
  int64_t rebalance_timeout_ms = 0;
  std::string protocol_type;
  std::vector<GroupProtocol> protocols;
  bool id_required = false;          // version 4 and later: a member gets its id first and joins with it then
  bool can_skip_assignment = false;  // version 9
};

// Who asks, in requests of members.
struct MemberRef {
  std::string group;
  int32_t generation = -1;
  std::string member_id;
  std::optional<std::string> instance_id;
};

struct SyncRequest : MemberRef {
  std::optional<std::string> protocol_type;
  std::optional<std::string> protocol;
  std::map<std::string, std::string> assignments;  // from the leader, by member id
};

struct LeavingMember {
  std::string member_id;
  std::optional<std::string> instance_id;
};

struct GroupDescription {
  ErrorCode error = ErrorCode::kNone;
  std::string id;
  std::string state;
  std::string protocol_type;
  std::string protocol;
  struct Member {
    std::string id;
    std::optional<std::string> instance_id;
    std::string client_id, client_host, metadata, assignment;
  };
  std::vector<Member> members;
};

class GroupCoordinator {
 public:
  GroupCoordinator(log::LogStore& store, GroupOptions options);
  ~GroupCoordinator();
  // Starts the thread that watches deadlines; tests call Tick instead.
  void Start();
  // Answers all that wait (with kCoordinatorNotAvailable) and stops the thread.
  void Stop();

  void Join(JoinRequest request, JoinDone done);
  void Sync(SyncRequest request, SyncDone done);
  ErrorCode Heartbeat(const MemberRef& member);
  // One result per member, in their order.
  std::vector<ErrorCode> Leave(const std::string& group, const std::vector<LeavingMember>& leaving);
  // Whether this member may commit now. kGroupIdNotFound: it names a generation of a group that does not
  // exist.
  ErrorCode CheckCommit(const MemberRef& member);
  std::vector<GroupDescription> List() const;  // without members
  GroupDescription Describe(const std::string& group) const;
  ErrorCode Delete(const std::string& group);
  // kGroupSubscribedToTopic for topics that members read, kNone for the others. `error` is of the group as a
  // whole.
  std::map<std::string, ErrorCode> MayDeleteOffsets(const std::string& group,
                                                    const std::vector<std::string>& topics,
                                                    ErrorCode& error) const;
  // Groups that have members, for the expiry of offsets.
  std::vector<std::string> Active() const;

  // Drops offsets that are out of date, and then groups of which nothing is left. Call now and then.
  void Tidy();
  // Does what is due; returns when the next thing will be, or a far time.
  int64_t Tick();

 private:
  using Actions = std::vector<std::function<void()>>;  // answers, given after unlocking

  int64_t Now() const;
  std::shared_ptr<Group> Find(const std::string& id) const;
  std::shared_ptr<Group> FindOrMake(const std::string& id);
  void Restore();
  void Run();
  void WakeTimer();

  // With the group locked:
  void JoinNew(Group& group, JoinRequest& request, JoinDone done, Actions& actions);
  void JoinKnown(Group& group, JoinRequest& request, JoinDone done, Actions& actions);
  void ReplaceStatic(Group& group, JoinRequest& request, JoinDone done, Actions& actions);
  GroupMember MakeMember(JoinRequest& request, std::string member_id, JoinDone done) const;
  void AddAndRebalance(Group& group, GroupMember member, Actions& actions);
  void UpdateAndRebalance(Group& group, GroupMember& member, JoinRequest& request, JoinDone done,
                          Actions& actions);
  void PrepareRebalance(Group& group, Actions& actions);
  void TryCompleteJoin(Group& group, Actions& actions);
  void CompleteJoin(Group& group, Actions& actions);
  void AnswerJoin(Group& group, GroupMember& member, Actions& actions);
  void CompleteSync(Group& group, Actions& actions);
  void RemoveAndRebalance(Group& group, const std::string& member_id, Actions& actions);
  void Save(Group& group);
  int64_t TickGroup(Group& group, int64_t now, Actions& actions);
  ErrorCode CheckMember(Group& group, const MemberRef& member, bool check_generation) const;
  void Touch(GroupMember& member) const;
  static void Act(Actions& actions);

  log::LogStore& store_;
  const GroupOptions options_;
  mutable std::shared_mutex mutex_;  // guards groups_
  std::map<std::string, std::shared_ptr<Group>> groups_;
  std::mutex timer_mutex_;
  std::condition_variable timer_;
  bool stopping_ = false;
  bool wake_ = false;
  std::thread thread_;
};

}  // namespace souk::broker
