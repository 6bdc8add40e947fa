#include <algorithm>

#include "broker/handler/config_resource.h"
#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Wanted = wire::DescribeConfigsRequest::DescribeConfigsResource;
using Answer = wire::DescribeConfigsResponse::DescribeConfigsResult;
using Type = log::TopicConfigKey::Type;

int8_t WireType(Type type) {
  switch (type) {
    case Type::kBoolean: return 1;
    case Type::kString: return 2;
    case Type::kInt: return 3;
    case Type::kLong: return 5;
    case Type::kDouble: return 6;
    case Type::kList: return 7;
  }
  return 0;
}

bool Wants(const Wanted& wanted, std::string_view key) {
  if (!wanted.configuration_keys) return true;
  const auto& keys = *wanted.configuration_keys;
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void DescribeTopic(Core& core, const Wanted& wanted, const wire::DescribeConfigsRequest& request,
                   Answer& answer) {
  auto topic = core.store().FindTopic(wanted.resource_name);
  if (!topic) {
    answer.error_code = Wire(ErrorCode::kUnknownTopicOrPartition);
    answer.error_message = "there is no such topic";
    return;
  }
  auto values = log::DescribeOptions(topic->options);
  for (const log::TopicConfigKey& key : log::TopicConfigKeys()) {
    if (!Wants(wanted, key.name)) continue;
    auto& config = answer.configs.emplace_back();
    auto set = topic->configs.find(key.name);
    config.name = key.name;
    config.value = set == topic->configs.end() ? values[config.name] : set->second;
    config.config_source = set == topic->configs.end() ? kDefaultConfigSource : kTopicConfigSource;
    config.config_type = WireType(key.type);
    config.documentation.reset();
    if (request.include_documentation) config.documentation = std::string(key.documentation);
    if (request.include_synonyms)
      config.synonyms.push_back({config.name, config.value, config.config_source});
  }
}

void DescribeBroker(Core& core, const Wanted& wanted, Answer& answer) {
  if (wanted.resource_name != std::to_string(Core::kNodeId) && !wanted.resource_name.empty()) {
    answer.error_code = Wire(ErrorCode::kInvalidRequest);
    answer.error_message = fmt::format("there is one broker, {}", Core::kNodeId);
    return;
  }
  const BrokerOptions& options = core.options();
  const std::tuple<const char*, std::string, Type> values[] = {
      {"auto.create.topics.enable", options.auto_create_topics ? "true" : "false", Type::kBoolean},
      {"broker.id", std::to_string(Core::kNodeId), Type::kInt},
      {"connections.max.idle.ms", std::to_string(options.idle_timeout_ms), Type::kLong},
      {"default.replication.factor", "1", Type::kInt},
      {"fetch.max.bytes", std::to_string(options.max_fetch_bytes), Type::kInt},
      {"group.initial.rebalance.delay.ms", std::to_string(options.initial_rebalance_delay_ms), Type::kInt},
      {"group.max.session.timeout.ms", std::to_string(options.max_session_timeout_ms), Type::kInt},
      {"group.min.session.timeout.ms", std::to_string(options.min_session_timeout_ms), Type::kInt},
      {"max.connections", std::to_string(options.max_connections), Type::kInt},
      {"min.insync.replicas", "1", Type::kInt},
      {"num.network.threads", std::to_string(options.threads), Type::kInt},
      {"num.partitions", std::to_string(options.default_partitions), Type::kInt},
      {"socket.request.max.bytes", std::to_string(options.max_request_bytes), Type::kInt},
  };
  for (const auto& [name, value, type] : values) {
    if (!Wants(wanted, name)) continue;
    auto& config = answer.configs.emplace_back();
    config.name = name;
    config.value = value;
    config.read_only = true;
    config.config_source = kStaticBrokerConfigSource;
    config.config_type = WireType(type);
    config.documentation.reset();
  }
}

}  // namespace

void DescribeConfigsHandler::Handle(Core& core, const CallPtr& call,
                                    const wire::DescribeConfigsRequest& request) {
  wire::DescribeConfigsResponse response;
  for (const Wanted& wanted : request.resources) {
    Answer& answer = response.results.emplace_back();
    answer.resource_type = wanted.resource_type;
    answer.resource_name = wanted.resource_name;
    answer.error_message.reset();
    if (wanted.resource_type == kTopicResource) {
      DescribeTopic(core, wanted, request, answer);
    } else if (wanted.resource_type == kBrokerResource) {
      DescribeBroker(core, wanted, answer);
    } else {
      answer.error_code = Wire(ErrorCode::kInvalidRequest);
      answer.error_message = "only topics and brokers have a configuration here";
    }
  }
  call->Reply(response);
}

}  // namespace souk::broker
