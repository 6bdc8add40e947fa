#include "broker/handler/handlers.h"

namespace souk::broker {

wire::ApiVersionsResponse ApiVersionsAnswer() {
  wire::ApiVersionsResponse response;
  for (const ApiRange& api : SupportedApis()) {
    int16_t low = api.min_version;
    // librdkafka sees from the old versions of Produce whether it may compress, so they are named as Kafka
    // names them; one that really comes is refused.
    if (api.api_key == wire::ProduceRequest::kApiKey) low = 0;
    response.api_keys.push_back({api.api_key, low, api.max_version});
  }
  return response;
}

void ApiVersionsHandler::Handle(Core&, const CallPtr& call, const wire::ApiVersionsRequest&) {
  call->Reply(ApiVersionsAnswer());
}

}  // namespace souk::broker
