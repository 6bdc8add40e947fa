#include "broker/handler/handlers.h"
#include "broker/handler/text.h"

namespace souk::broker {
namespace {

wire::JoinGroupResponse ResponseOf(const JoinAnswer& answer, int version) {
  wire::JoinGroupResponse response;
  response.error_code = Wire(answer.error);
  response.generation_id = answer.generation;
  if (!answer.protocol_type.empty()) response.protocol_type = answer.protocol_type;
  response.protocol_name = answer.protocol;
  if (answer.protocol.empty() && version >= 7) response.protocol_name.reset();
  response.leader = answer.leader;
  response.skip_assignment = answer.skip_assignment;
  response.member_id = answer.member_id;
  for (const JoinAnswer::Member& member : answer.members) {
    auto& listed = response.members.emplace_back();
    listed.member_id = member.member_id;
    listed.group_instance_id = member.instance_id;
    listed.metadata = member.metadata;
  }
  return response;
}

}  // namespace

void JoinGroupHandler::Handle(Core& core, const CallPtr& call, const wire::JoinGroupRequest& request) {
  JoinRequest join;
  join.group = request.group_id;
  join.member_id = request.member_id;
  join.instance_id = Own(request.group_instance_id);
  join.client_id = call->client_id();
  join.client_host = "/" + call->sink().remote_address();
  join.session_timeout_ms = request.session_timeout_ms;
  // Version 0 knew one timeout for both.
  join.rebalance_timeout_ms =
      call->version() == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
  join.protocol_type = request.protocol_type;
  for (const auto& protocol : request.protocols) {
    join.protocols.push_back({std::string(protocol.name), std::string(protocol.metadata)});
  }
  join.id_required = call->version() >= 4;
  join.can_skip_assignment = call->version() >= 9;
  core.groups().Join(std::move(join),
                     [call](const JoinAnswer& answer) { call->Reply(ResponseOf(answer, call->version())); });
}

}  // namespace souk::broker
