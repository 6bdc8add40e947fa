#include <algorithm>

#include "broker/handler/config_resource.h"
#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Change = wire::IncrementalAlterConfigsRequest::AlterableConfig;
using Resource = wire::IncrementalAlterConfigsRequest::AlterConfigsResource;

constexpr int8_t kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3;

std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> items;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find(',', start), text.size());
    if (end > start) items.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return items;
}

// A list with `change` put in or taken out.
Result<std::string> ChangeList(const Change& change, const std::string& current) {
  const auto& keys = log::TopicConfigKeys();
  auto key =
      std::find_if(keys.begin(), keys.end(), [&](const auto& known) { return known.name == change.name; });
  if (key == keys.end() || key->type != log::TopicConfigKey::Type::kList) {
    return Fail(Code::kInvalid, "{} is no list, so nothing can be added to it or taken from it", change.name);
  }
  std::vector<std::string> items = SplitList(current);
  for (const std::string& item : SplitList(std::string(change.value.value_or(std::string_view())))) {
    auto found = std::find(items.begin(), items.end(), item);
    if (change.config_operation == kAppend && found == items.end()) items.push_back(item);
    if (change.config_operation == kSubtract && found != items.end()) items.erase(found);
  }
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return text;
}

Status Alter(Core& core, const Resource& resource, bool validate_only) {
  auto topic = core.store().FindTopic(resource.resource_name);
  if (!topic) return Fail(Code::kNotFound, "there is no topic {}", resource.resource_name);
  log::TopicConfigs configs = topic->configs;
  auto defaults = log::DescribeOptions(topic->options);
  for (const Change& change : resource.configs) {
    std::string name(change.name);
    if (change.config_operation == kDelete) {
      configs.erase(name);
    } else if (change.config_operation == kSet) {
      if (!change.value) return Fail(Code::kInvalid, "{} has no value", name);
      configs[name] = *change.value;
    } else if (change.config_operation == kAppend || change.config_operation == kSubtract) {
      TRY(configs[name], ChangeList(change, configs.contains(name) ? configs[name] : defaults[name]));
    } else {
      return Fail(Code::kInvalid, "{}: there is no operation {}", name, change.config_operation);
    }
  }
  return SetConfigs(core, topic->name, configs, validate_only);
}

}  // namespace

void IncrementalAlterConfigsHandler::Handle(Core& core, const CallPtr& call,
                                            const wire::IncrementalAlterConfigsRequest& request) {
  call->Reply(AlterEach<wire::IncrementalAlterConfigsResponse>(
      request, [&](const Resource& resource) { return Alter(core, resource, request.validate_only); }));
}

}  // namespace souk::broker
