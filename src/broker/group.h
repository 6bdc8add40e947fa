// One consumer group of Kafka's classic protocol: its members, its state, and what is stored of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "broker/errors.h"

namespace souk::broker {

// Names as in the protocol's answers.
enum class GroupState { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable, kDead };
const char* GroupStateName(GroupState state);

// A way of dividing the partitions that a member can take part in ("range"), with what it tells the leader.
struct GroupProtocol {
  std::string name;
  std::string metadata;
  bool operator==(const GroupProtocol&) const = default;
};

struct JoinAnswer {
  ErrorCode error = ErrorCode::kNone;
  int32_t generation = -1;
  std::string protocol_type;
  std::string protocol;
  std::string leader;
  std::string member_id;
  bool skip_assignment = false;
  struct Member {
    std::string member_id;
    std::optional<std::string> instance_id;
    std::string metadata;
  };
  std::vector<Member> members;  // for the leader
};
using JoinDone = std::function<void(const JoinAnswer&)>;

struct SyncAnswer {
  ErrorCode error = ErrorCode::kNone;
  std::string protocol_type;
  std::string protocol;
  std::string assignment;
};
using SyncDone = std::function<void(const SyncAnswer&)>;

struct GroupMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  int64_t rebalance_timeout_ms = 0;
  int64_t session_timeout_ms = 0;
  std::vector<GroupProtocol> protocols;  // preferred first
  std::string assignment;

  JoinDone join;           // waits for the others
  SyncDone sync;           // waits for the leader
  int64_t expires_ms = 0;  // of the session, by the steady clock; not while it waits in `join`
  bool synced = false;     // has asked for its assignment in this generation
  bool is_new = false;     // has not been in a generation yet
};

struct Group {
  explicit Group(std::string group_id) : id(std::move(group_id)) {}

  const std::string id;
  std::mutex mutex;  // guards the rest
  GroupState state = GroupState::kEmpty;
  int32_t generation = 0;
  std::string protocol_type;
  std::string protocol;
  std::string leader;
  std::map<std::string, GroupMember> members;         // by member id
  std::map<std::string, std::string> static_members;  // instance id -> member id
  std::map<std::string, int64_t> pending;             // given an id, not joined yet -> when that ends

  int64_t join_ends_ms = 0;     // kPreparingRebalance: when it goes on without those who are missing
  bool initial_join = false;    // the first rebalance of an empty group, which waits for more to come
  int64_t initial_left_ms = 0;  // how much longer it may
  bool joined_meanwhile = false;
  int64_t sync_ends_ms = 0;  // kCompletingRebalance and after: when members that did not sync are removed

  bool AllJoined() const;
  bool Supports(const std::string& type, const std::vector<GroupProtocol>& protocols) const;
  // The protocol that all members have and most prefer.
  std::string SelectProtocol() const;
  std::string MetadataOf(const GroupMember& member) const;
  std::vector<JoinAnswer::Member> MembersForLeader() const;
  void Add(GroupMember member);
  void Remove(const std::string& member_id);
  // Topics that members subscribed to, as far as their metadata is that of consumers.
  std::set<std::string> SubscribedTopics() const;

  // What a restart needs: generation, members and assignments. Decode sets all of that.
  std::string Encode() const;
  Status Decode(std::string_view bytes);
};

}  // namespace souk::broker
