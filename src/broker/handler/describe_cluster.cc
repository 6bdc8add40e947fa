#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

constexpr int8_t kBrokers = 1;

}  // namespace

void DescribeClusterHandler::Handle(Core& core, const CallPtr& call,
                                    const wire::DescribeClusterRequest& request) {
  wire::DescribeClusterResponse response;
  response.endpoint_type = kBrokers;
  if (request.endpoint_type != kBrokers) {
    response.error_code = Wire(ErrorCode::kInvalidRequest);
    response.error_message = "this is a broker; there are no controllers to ask";
    return call->Reply(response);
  }
  response.cluster_id = core.store().cluster_id();
  response.controller_id = Core::kNodeId;
  auto& node = response.brokers.emplace_back();
  node.broker_id = Core::kNodeId;
  node.host = core.AdvertisedHost(call->sink());
  node.port = core.AdvertisedPort();
  call->Reply(response);
}

}  // namespace souk::broker
