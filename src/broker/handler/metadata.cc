#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using TopicAnswer = wire::MetadataResponse::MetadataResponseTopic;

TopicAnswer Describe(const log::Topic& topic) {
  TopicAnswer answer;
  answer.name = topic.name;
  answer.topic_id = {topic.id};
  for (size_t i = 0; i < topic.partitions.size(); ++i) {
    auto& partition = answer.partitions.emplace_back();
    partition.partition_index = static_cast<int32_t>(i);
    partition.leader_id = Core::kNodeId;
    partition.leader_epoch = Core::kLeaderEpoch;
    partition.replica_nodes = {Core::kNodeId};
    partition.isr_nodes = {Core::kNodeId};
  }
  return answer;
}

TopicAnswer Look(Core& core, const wire::MetadataRequest::MetadataRequestTopic& wanted, bool may_create) {
  bool by_id = !wanted.topic_id.is_zero();
  std::string name(wanted.name.value_or(std::string_view()));
  auto topic = by_id ? core.store().FindTopic(wanted.topic_id.bytes) : core.store().FindTopic(name);
  if (!topic && !by_id && may_create) topic = core.AutoCreate(name);
  if (topic) return Describe(*topic);
  TopicAnswer answer;
  answer.topic_id = wanted.topic_id;
  if (by_id)
    answer.name.reset();
  else
    answer.name = name;
  ErrorCode error = by_id                        ? ErrorCode::kUnknownTopicId
                    : !log::CheckTopicName(name) ? ErrorCode::kInvalidTopic
                                                 : ErrorCode::kUnknownTopicOrPartition;
  answer.error_code = Wire(error);
  return answer;
}

}  // namespace

void MetadataHandler::Handle(Core& core, const CallPtr& call, const wire::MetadataRequest& request) {
  wire::MetadataResponse response;
  auto& node = response.brokers.emplace_back();
  node.node_id = Core::kNodeId;
  node.host = core.AdvertisedHost(call->sink());
  node.port = core.AdvertisedPort();
  response.cluster_id = core.store().cluster_id();
  response.controller_id = Core::kNodeId;
  // Version 0 has no null, there an empty list asks for all.
  bool all = !request.topics || (call->version() == 0 && request.topics->empty());
  if (all) {
    for (const auto& topic : core.store().Topics()) response.topics.push_back(Describe(*topic));
  } else {
    for (const auto& wanted : *request.topics) {
      response.topics.push_back(Look(core, wanted, request.allow_auto_topic_creation));
    }
  }
  call->Reply(response);
}

}  // namespace souk::broker
