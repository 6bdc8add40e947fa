#include "broker/handler/handlers.h"

namespace souk::broker {

void DescribeGroupsHandler::Handle(Core& core, const CallPtr& call,
                                   const wire::DescribeGroupsRequest& request) {
  wire::DescribeGroupsResponse response;
  for (std::string_view id : request.groups) {
    GroupDescription group = core.groups().Describe(std::string(id));
    auto& answer = response.groups.emplace_back();
    answer.group_id = group.id;
    answer.group_state = group.state;
    answer.protocol_type = group.protocol_type;
    answer.protocol_data = group.protocol;
    // Before version 6 a group that does not exist was said to be dead.
    if (group.state == GroupStateName(GroupState::kDead) && call->version() >= 6) {
      answer.error_code = Wire(ErrorCode::kGroupIdNotFound);
      answer.error_message = "there is no group " + group.id;
    }
    for (const GroupDescription::Member& member : group.members) {
      answer.members.push_back({member.id, member.instance_id, member.client_id, member.client_host,
                                member.metadata, member.assignment});
    }
  }
  call->Reply(response);
}

}  // namespace souk::broker
