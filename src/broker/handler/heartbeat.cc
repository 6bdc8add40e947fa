#include "broker/handler/handlers.h"
#include "broker/handler/text.h"

namespace souk::broker {

void HeartbeatHandler::Handle(Core& core, const CallPtr& call, const wire::HeartbeatRequest& request) {
  wire::HeartbeatResponse response;
  response.error_code =
      Wire(core.groups().Heartbeat({std::string(request.group_id), request.generation_id,
                                    std::string(request.member_id), Own(request.group_instance_id)}));
  call->Reply(response);
}

}  // namespace souk::broker
