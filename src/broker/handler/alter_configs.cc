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
  if (auto valid = log::ApplyTopicConfigs({}, configs); !valid) return tl::unexpected(valid.error());
  return validate_only ? Status() : core.store().SetTopicConfigs(topic->name, configs);
}

}  // namespace

void AlterConfigsHandler::Handle(Core& core, const CallPtr& call, const wire::AlterConfigsRequest& request) {
  wire::AlterConfigsResponse response;
  for (const Resource& resource : request.resources) {
    auto& answer = response.responses.emplace_back();
    answer.resource_type = resource.resource_type;
    answer.resource_name = resource.resource_name;
    SetAlterResult(answer, resource.resource_type == kTopicResource
                               ? Alter(core, resource, request.validate_only)
                               : Status(Fail(Code::kUnsupported, "{}", kOnlyTopics)));
  }
  call->Reply(response);
}

}  // namespace souk::broker
