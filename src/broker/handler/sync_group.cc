#include "broker/handler/handlers.h"
#include "broker/handler/text.h"

namespace souk::broker {

void SyncGroupHandler::Handle(Core& core, const CallPtr& call, const wire::SyncGroupRequest& request) {
  SyncRequest sync;
  sync.group = request.group_id;
  sync.generation = request.generation_id;
  sync.member_id = request.member_id;
  sync.instance_id = Own(request.group_instance_id);
  sync.protocol_type = Own(request.protocol_type);
  sync.protocol = Own(request.protocol_name);
  for (const auto& assignment : request.assignments) {
    sync.assignments[std::string(assignment.member_id)] = assignment.assignment;
  }
  core.groups().Sync(std::move(sync), [call](const SyncAnswer& answer) {
    wire::SyncGroupResponse response;
    response.error_code = Wire(answer.error);
    if (!answer.protocol_type.empty()) response.protocol_type = answer.protocol_type;
    if (!answer.protocol.empty()) response.protocol_name = answer.protocol;
    response.assignment = answer.assignment;
    call->Reply(response);
  });
}

}  // namespace souk::broker
