#include "broker/group.h"

#include <algorithm>

#include "protocol/kafka/wire.h"

namespace souk::broker {

using protocol::kafka::Reader;
using protocol::kafka::Writer;

namespace {

constexpr int16_t kStoredVersion = 1;

bool Has(const std::vector<GroupProtocol>& protocols, const std::string& name) {
  return std::any_of(protocols.begin(), protocols.end(),
                     [&](const auto& protocol) { return protocol.name == name; });
}

}  // namespace

const char* GroupStateName(GroupState state) {
  switch (state) {
    case GroupState::kEmpty: return "Empty";
    case GroupState::kPreparingRebalance: return "PreparingRebalance";
    case GroupState::kCompletingRebalance: return "CompletingRebalance";
    case GroupState::kStable: return "Stable";
    case GroupState::kDead: return "Dead";
  }
  return "Unknown";
}

bool Group::AllJoined() const {
  if (!pending.empty()) return false;
  return std::all_of(members.begin(), members.end(),
                     [](const auto& entry) { return entry.second.join != nullptr; });
}

bool Group::Supports(const std::string& type, const std::vector<GroupProtocol>& protocols) const {
  if (members.empty()) return !type.empty() && !protocols.empty();
  if (type != protocol_type) return false;
  return std::any_of(protocols.begin(), protocols.end(), [&](const GroupProtocol& protocol) {
    return std::all_of(members.begin(), members.end(),
                       [&](const auto& entry) { return Has(entry.second.protocols, protocol.name); });
  });
}

std::string Group::SelectProtocol() const {
  std::map<std::string, int> votes;
  for (const auto& [id, member] : members) {
    for (const GroupProtocol& candidate : member.protocols) {
      bool common = std::all_of(members.begin(), members.end(), [&](const auto& entry) {
        return Has(entry.second.protocols, candidate.name);
      });
      if (!common) continue;
      ++votes[candidate.name];
      break;
    }
  }
  auto best = std::max_element(votes.begin(), votes.end(),
                               [](const auto& one, const auto& other) { return one.second < other.second; });
  return best == votes.end() ? "" : best->first;
}

std::string Group::MetadataOf(const GroupMember& member) const {
  for (const GroupProtocol& candidate : member.protocols) {
    if (candidate.name == protocol) return candidate.metadata;
  }
  return {};
}

std::vector<JoinAnswer::Member> Group::MembersForLeader() const {
  std::vector<JoinAnswer::Member> list;
  for (const auto& [id, member] : members) list.push_back({id, member.instance_id, MetadataOf(member)});
  return list;
}

void Group::Add(GroupMember member) {
  if (leader.empty()) leader = member.id;
  if (member.instance_id) static_members[*member.instance_id] = member.id;
  pending.erase(member.id);
  std::string key = member.id;
  members.insert_or_assign(std::move(key), std::move(member));
}

void Group::Remove(const std::string& member_id) {
  auto found = members.find(member_id);
  if (found == members.end()) return;
  if (found->second.instance_id) {
    auto named = static_members.find(*found->second.instance_id);
    if (named != static_members.end() && named->second == member_id) static_members.erase(named);
  }
  members.erase(found);
  if (leader == member_id) leader = members.empty() ? "" : members.begin()->first;
}

std::set<std::string> Group::SubscribedTopics() const {
  std::set<std::string> topics;
  if (protocol_type != "consumer") return topics;
  for (const auto& [id, member] : members) {
    std::string metadata = MetadataOf(member);
    Reader in(metadata);
    in.Int16();  // version
    int32_t count = in.Count(false);
    for (int32_t i = 0; i < count && in.ok(); ++i) {
      std::string_view topic = in.String(false);
      if (in.ok()) topics.emplace(topic);
    }
  }
  return topics;
}

std::string Group::Encode() const {
  Writer out;
  out.Int16(kStoredVersion);
  out.Int32(generation);
  out.String(protocol_type, true);
  out.String(protocol, true);
  out.String(leader, true);
  out.Count(members.size(), true);
  for (const auto& [id, member] : members) {
    out.String(id, true);
    if (member.instance_id)
      out.String(*member.instance_id, true);
    else
      out.Null(true, 2);
    out.String(member.client_id, true);
    out.String(member.client_host, true);
    out.Int64(member.rebalance_timeout_ms);
    out.Int64(member.session_timeout_ms);
    out.Count(member.protocols.size(), true);
    for (const GroupProtocol& candidate : member.protocols) {
      out.String(candidate.name, true);
      out.Bytes(candidate.metadata, true);
    }
    out.Bytes(member.assignment, true);
  }
  return out.TakeBytes();
}

Status Group::Decode(std::string_view bytes) {
  Reader in(bytes);
  if (in.Int16() != kStoredVersion) in.Fail("an unknown version");
  generation = in.Int32();
  protocol_type = in.String(true);
  protocol = in.String(true);
  std::string stored_leader(in.String(true));
  int32_t count = in.Count(true);
  for (int32_t i = 0; i < count && in.ok(); ++i) {
    GroupMember member;
    member.id = in.String(true);
    if (auto instance = in.NullableString(true)) member.instance_id = std::string(*instance);
    member.client_id = in.String(true);
    member.client_host = in.String(true);
    member.rebalance_timeout_ms = in.Int64();
    member.session_timeout_ms = in.Int64();
    int32_t protocols = in.Count(true);
    for (int32_t j = 0; j < protocols && in.ok(); ++j) {
      std::string name(in.String(true));
      member.protocols.push_back({std::move(name), std::string(in.Bytes(true))});
    }
    member.assignment = in.Bytes(true);
    member.synced = true;
    if (in.ok()) Add(std::move(member));
  }
  if (!in.ok())
    return Fail(Code::kCorrupt, "the stored state of the group {} cannot be read: {}", id, in.problem());
  leader = stored_leader;
  state = members.empty() ? GroupState::kEmpty : GroupState::kStable;
  return {};
}

}  // namespace souk::broker
