#include <map>

#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Wanted = wire::CreateTopicsRequest::CreatableTopic;
using Answer = wire::CreateTopicsResponse::CreatableTopicResult;

void Refuse(Answer& answer, ErrorCode error, std::string message) {
  answer.error_code = Wire(error);
  answer.error_message = std::move(message);
  answer.configs.reset();
}

// The number of partitions, when the replicas that the client names are those that one broker can have.
Result<int32_t> PartitionsOf(const Wanted& wanted, int32_t default_partitions) {
  if (wanted.assignments.empty())
    return wanted.num_partitions == -1 ? default_partitions : wanted.num_partitions;
  std::vector<bool> seen(wanted.assignments.size());
  for (const auto& assignment : wanted.assignments) {
    auto index = static_cast<size_t>(assignment.partition_index);
    if (index >= seen.size() || seen[index])
      return Fail(Code::kInvalid, "the partitions must be numbered from 0 without gaps");
    if (assignment.broker_ids != std::vector<int32_t>{Core::kNodeId}) {
      return Fail(Code::kInvalid, "each partition must be on the one broker there is, {}", Core::kNodeId);
    }
    seen[index] = true;
  }
  return static_cast<int32_t>(seen.size());
}

void DescribeConfigs(const log::TopicConfigs& set, Answer& answer) {
  auto options = log::ApplyTopicConfigs({}, set);
  if (!options) return;
  for (const auto& [name, value] : log::DescribeOptions(*options)) {
    constexpr int8_t kTopicConfig = 1, kDefaultConfig = 5;
    answer.configs->push_back(
        {name, value, false, set.contains(name) ? kTopicConfig : kDefaultConfig, false});
  }
}

void Create(Core& core, const Wanted& wanted, bool validate_only, Answer& answer) {
  log::TopicConfigs configs;
  for (const auto& config : wanted.configs) {
    if (!config.value)
      return Refuse(answer, ErrorCode::kInvalidConfig, fmt::format("{} has no value", config.name));
    configs[std::string(config.name)] = *config.value;
  }
  if (Status name = log::CheckTopicName(wanted.name); !name) {
    return Refuse(answer, ErrorCode::kInvalidTopic, name.error().message);
  }
  if (core.store().FindTopic(wanted.name)) {
    return Refuse(answer, ErrorCode::kTopicAlreadyExists, fmt::format("the topic {} exists", wanted.name));
  }
  if (!wanted.assignments.empty() && (wanted.num_partitions != -1 || wanted.replication_factor != -1)) {
    return Refuse(answer, ErrorCode::kInvalidRequest, "give either the replicas or their numbers, not both");
  }
  if (wanted.replication_factor != -1 && wanted.replication_factor != 1) {
    return Refuse(answer, ErrorCode::kInvalidReplicationFactor,
                  fmt::format("the replication factor {} needs as many brokers; there is one",
                              wanted.replication_factor));
  }
  auto partitions = PartitionsOf(wanted, core.options().default_partitions);
  if (!partitions) return Refuse(answer, ErrorCode::kInvalidReplicaAssignment, partitions.error().message);
  if (*partitions < 1 || *partitions > 100'000) {
    return Refuse(answer, ErrorCode::kInvalidPartitions, "a topic has between 1 and 100000 partitions");
  }
  auto options = log::ApplyTopicConfigs({}, configs);
  if (!options) return Refuse(answer, ErrorCode::kInvalidConfig, options.error().message);
  answer.num_partitions = *partitions;
  answer.replication_factor = 1;
  DescribeConfigs(configs, answer);
  if (validate_only) return;
  auto made = core.store().CreateTopic(std::string(wanted.name), *partitions, configs);
  if (!made) return Refuse(answer, KafkaError(made.error()), made.error().message);
  answer.topic_id = {(*made)->id};
}

}  // namespace

void CreateTopicsHandler::Handle(Core& core, const CallPtr& call, const wire::CreateTopicsRequest& request) {
  std::map<std::string_view, int> named;
  for (const auto& wanted : request.topics) ++named[wanted.name];
  wire::CreateTopicsResponse response;
  for (const auto& wanted : request.topics) {
    Answer answer;
    answer.name = wanted.name;
    answer.error_message.reset();
    if (named[wanted.name] > 1)
      Refuse(answer, ErrorCode::kInvalidRequest, "the request names this topic twice");
    else
      Create(core, wanted, request.validate_only, answer);
    response.topics.push_back(std::move(answer));
  }
  call->Reply(response);
}

}  // namespace souk::broker
