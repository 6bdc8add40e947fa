#include "broker/handler/handlers.h"

namespace souk::broker {

void OffsetDeleteHandler::Handle(Core& core, const CallPtr& call, const wire::OffsetDeleteRequest& request) {
  auto response = std::make_shared<wire::OffsetDeleteResponse>();
  std::string group(request.group_id);
  std::vector<std::string> topics;
  for (const auto& topic : request.topics) topics.emplace_back(topic.name);
  ErrorCode error = ErrorCode::kNone;
  auto allowed = core.groups().MayDeleteOffsets(group, topics, error);
  response->error_code = Wire(error);
  if (error != ErrorCode::kNone) return call->Reply(*response);
  std::vector<log::TopicPartition> which;
  for (const auto& topic : request.topics) {
    auto& answers = response->topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      ErrorCode result = allowed[answers.name];
      if (result == ErrorCode::kNone && !core.store().FindPartition(topic.name, partition.partition_index)) {
        result = ErrorCode::kUnknownTopicOrPartition;
      }
      answers.partitions.push_back({partition.partition_index, Wire(result)});
      if (result == ErrorCode::kNone) which.push_back({answers.name, partition.partition_index});
    }
  }
  core.store().DeleteOffsets(group, which, [call, response](Status deleted) {
    if (!deleted) response->error_code = Wire(KafkaError(deleted.error()));
    call->Reply(*response);
  });
}

}  // namespace souk::broker
