#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Answer = wire::DeleteTopicsResponse::DeletableTopicResult;

Answer Delete(Core& core, const std::shared_ptr<const log::Topic>& topic, std::optional<std::string> name,
              const wire::Uuid& id) {
  Answer answer;
  answer.name = topic ? std::optional(topic->name) : std::move(name);
  answer.topic_id = topic ? wire::Uuid{topic->id} : id;
  ErrorCode error = ErrorCode::kNone;
  if (!topic) {
    error = id.is_zero() ? ErrorCode::kUnknownTopicOrPartition : ErrorCode::kUnknownTopicId;
    answer.error_message = "there is no such topic";
  } else if (Status deleted = core.store().DeleteTopic(topic->name); !deleted) {
    error = KafkaError(deleted.error());
    answer.error_message = deleted.error().message;
  } else {
    for (const auto& partition : topic->partitions) core.fetch_waits().Forget(partition.get());
  }
  answer.error_code = Wire(error);
  return answer;
}

}  // namespace

void DeleteTopicsHandler::Handle(Core& core, const CallPtr& call, const wire::DeleteTopicsRequest& request) {
  wire::DeleteTopicsResponse response;
  for (std::string_view name : request.topic_names) {
    response.responses.push_back(Delete(core, core.store().FindTopic(name), std::string(name), {}));
  }
  for (const auto& topic : request.topics) {
    if (topic.name) {
      response.responses.push_back(
          Delete(core, core.store().FindTopic(*topic.name), std::string(*topic.name), {}));
    } else {
      response.responses.push_back(
          Delete(core, core.store().FindTopic(topic.topic_id.bytes), std::nullopt, topic.topic_id));
    }
  }
  call->Reply(response);
}

}  // namespace souk::broker
