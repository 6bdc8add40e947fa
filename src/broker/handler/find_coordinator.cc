#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

constexpr int8_t kGroup = 0, kTransaction = 1;

}  // namespace

void FindCoordinatorHandler::Handle(Core& core, const CallPtr& call,
                                    const wire::FindCoordinatorRequest& request) {
  ErrorCode error = ErrorCode::kNone;
  std::optional<std::string> message;
  if (request.key_type == kTransaction) {
    error = ErrorCode::kTransactionalIdAuthorizationFailed;
    message = "this broker has no transactions";
  } else if (request.key_type != kGroup) {
    error = ErrorCode::kInvalidRequest;
    message = "this broker has no share groups";
  }
  bool found = error == ErrorCode::kNone;
  wire::FindCoordinatorResponse response;
  response.error_code = Wire(error);
  response.error_message = message;
  response.node_id = found ? Core::kNodeId : -1;
  response.host = found ? core.AdvertisedHost(call->sink()) : "";
  response.port = found ? core.AdvertisedPort() : -1;
  for (std::string_view key : request.coordinator_keys) {
    auto& coordinator = response.coordinators.emplace_back();
    coordinator.key = key;
    coordinator.node_id = response.node_id;
    coordinator.host = response.host;
    coordinator.port = response.port;
    coordinator.error_code = response.error_code;
    coordinator.error_message = message;
  }
  call->Reply(response);
}

}  // namespace souk::broker
