#include "broker/handler/config_resource.h"
#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Resource = wire::AlterConfigsRequest::AlterConfigsResource;

// What is named here is set, everything else is as if it had never been set: how clients from before
// IncrementalAlterConfigs do it.
Status Alter(Core& core, const Resource& resource, bool validate_only) {
  auto topic = core.store().FindTopic(resource.resource_name);
  if (!topic) return Fail(Code::kNotFound, "there is no topic {}", resource.resource_name);
  log::TopicConfigs configs;
  for (const auto& config : resource.configs) {
    if (!config.value) return Fail(Code::kInvalid, "{} has no value", config.name);
    configs[std::string(config.name)] = *config.value;
  }
  return SetConfigs(core, topic->name, configs, validate_only);
}

}  // namespace

void AlterConfigsHandler::Handle(Core& core, const CallPtr& call, const wire::AlterConfigsRequest& request) {
  call->Reply(AlterEach<wire::AlterConfigsResponse>(
      request, [&](const Resource& resource) { return Alter(core, resource, request.validate_only); }));
}

}  // namespace souk::broker
