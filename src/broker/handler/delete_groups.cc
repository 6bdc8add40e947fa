#include "broker/handler/handlers.h"

namespace souk::broker {

void DeleteGroupsHandler::Handle(Core& core, const CallPtr& call, const wire::DeleteGroupsRequest& request) {
  wire::DeleteGroupsResponse response;
  for (std::string_view id : request.groups_names) {
    std::string group(id);
    response.results.push_back({group, Wire(core.groups().Delete(group))});
  }
  call->Reply(response);
}

}  // namespace souk::broker
