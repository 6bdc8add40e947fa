#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Wanted = wire::CreatePartitionsRequest::CreatePartitionsTopic;
using Answer = wire::CreatePartitionsResponse::CreatePartitionsTopicResult;

void Refuse(Answer& answer, ErrorCode error, std::string message) {
  answer.error_code = Wire(error);
  answer.error_message = std::move(message);
}

void Create(Core& core, const Wanted& wanted, bool validate_only, Answer& answer) {
  auto topic = core.store().FindTopic(wanted.name);
  if (!topic) return Refuse(answer, ErrorCode::kUnknownTopicOrPartition, "there is no such topic");
  auto have = static_cast<int32_t>(topic->partitions.size());
  if (wanted.count <= have || wanted.count > 100'000) {
    return Refuse(
        answer, ErrorCode::kInvalidPartitions,
        fmt::format("the topic has {} partitions; it can get more, up to 100000, and never fewer", have));
  }
  if (wanted.assignments) {
    bool fits = wanted.assignments->size() == static_cast<size_t>(wanted.count - have);
    for (const auto& assignment : *wanted.assignments) {
      fits = fits && assignment.broker_ids == std::vector<int32_t>{Core::kNodeId};
    }
    if (!fits) {
      return Refuse(answer, ErrorCode::kInvalidReplicaAssignment,
                    fmt::format("each new partition must be on the one broker there is, {}", Core::kNodeId));
    }
  }
  if (validate_only) return;
  if (Status added = core.store().AddPartitions(std::string(wanted.name), wanted.count); !added) {
    return Refuse(answer, KafkaError(added.error()), added.error().message);
  }
}

}  // namespace

void CreatePartitionsHandler::Handle(Core& core, const CallPtr& call,
                                     const wire::CreatePartitionsRequest& request) {
  wire::CreatePartitionsResponse response;
  for (const auto& wanted : request.topics) {
    Answer answer;
    answer.name = wanted.name;
    Create(core, wanted, request.validate_only, answer);
    response.results.push_back(std::move(answer));
  }
  call->Reply(response);
}

}  // namespace souk::broker
