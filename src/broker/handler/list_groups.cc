#include <algorithm>
#include <cctype>

#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

bool SameWord(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

// An empty filter lets everything pass.
bool Passes(const std::vector<std::string_view>& filter, std::string_view value) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(),
                                       [&](std::string_view word) { return SameWord(word, value); });
}

}  // namespace

void ListGroupsHandler::Handle(Core& core, const CallPtr& call, const wire::ListGroupsRequest& request) {
  wire::ListGroupsResponse response;
  for (const GroupDescription& group : core.groups().List()) {
    if (!Passes(request.states_filter, group.state) || !Passes(request.types_filter, "classic")) continue;
    response.groups.push_back({group.id, group.protocol_type, group.state, "classic"});
  }
  call->Reply(response);
}

}  // namespace souk::broker
