#include "broker/handler/handlers.h"
#include "broker/handler/text.h"

namespace souk::broker {

void LeaveGroupHandler::Handle(Core& core, const CallPtr& call, const wire::LeaveGroupRequest& request) {
  std::vector<LeavingMember> leaving;
  bool single = call->version() < 3;
  if (single) leaving.push_back({std::string(request.member_id), std::nullopt});
  for (const auto& member : request.members) {
    leaving.push_back({std::string(member.member_id), Own(member.group_instance_id)});
  }
  auto results = core.groups().Leave(std::string(request.group_id), leaving);
  wire::LeaveGroupResponse response;
  if (single) response.error_code = Wire(results[0]);
  for (size_t i = 0; i < leaving.size() && !single; ++i) {
    auto& answer = response.members.emplace_back();
    answer.member_id = leaving[i].member_id;
    answer.group_instance_id = leaving[i].instance_id;
    answer.error_code = Wire(results[i]);
  }
  call->Reply(response);
}

}  // namespace souk::broker
