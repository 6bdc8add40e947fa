#include <atomic>

#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Partition = wire::ProduceResponse::PartitionProduceResponse;

// Collects what becomes of the partitions and answers when the last one is durable.
struct PendingProduce {
  PendingProduce(Core& the_core, CallPtr the_call, int16_t the_acks)
      : core(the_core), call(std::move(the_call)), acks(the_acks) {}

  Core& core;
  CallPtr call;
  int16_t acks;
  wire::ProduceResponse response;  // complete in its shape before anything is waited for
  std::atomic<size_t> left{1};     // partitions that are not durable yet, and one for the handler itself

  void Finish() {
    if (--left > 0) return;
    CountRefused();
    if (acks != 0) return call->Reply(response);
    for (const auto& topic : response.responses) {
      for (const auto& partition : topic.partition_responses) {
        // Somebody who wants no answer learns of a failure by losing the connection, as with Kafka.
        if (partition.error_code != 0) return call->Abort("a batch without acknowledgement was refused");
      }
    }
    call->NoReply();
  }

  void CountRefused() const {
    uint64_t refused = 0;
    for (const auto& topic : response.responses) {
      for (const auto& partition : topic.partition_responses) refused += partition.error_code != 0;
    }
    if (refused > 0) core.refused_batches += refused;
  }
};

void Refuse(Partition& answer, ErrorCode error, std::string message) {
  answer.error_code = Wire(error);
  answer.base_offset = -1;
  answer.error_message = std::move(message);
}

void Append(log::PartitionLog& log, const wire::Records& records, Partition& answer,
            const std::shared_ptr<PendingProduce>& pending) {
  if (records.is_null || records.bytes.empty()) {
    return Refuse(answer, ErrorCode::kInvalidRecord, "the request holds no records for this partition");
  }
  auto appended = log.Append(records.bytes);
  if (!appended) return Refuse(answer, KafkaError(appended.error()), appended.error().message);
  if (appended->refusal != log::Refusal::kNone) {
    return Refuse(answer, KafkaError(appended->refusal), appended->reason);
  }
  if (!appended->duplicate) {
    auto records = appended->last_offset - appended->base_offset + 1;
    pending->core.appended_records += static_cast<uint64_t>(records);
  }
  answer.base_offset = appended->base_offset;
  answer.log_append_time_ms = appended->append_time;
  answer.log_start_offset = appended->start_offset;
  ++pending->left;
  log.WhenDurable(appended->last_offset + 1, [pending, &answer](Status durable) {
    if (!durable) Refuse(answer, KafkaError(durable.error()), durable.error().message);
    pending->Finish();
  });
}

std::shared_ptr<const log::Topic> FindTopic(Core& core, const wire::ProduceRequest::TopicProduceData& topic,
                                            int version) {
  return version >= 13 ? core.store().FindTopic(topic.topic_id.bytes) : core.store().FindTopic(topic.name);
}

void AppendTopic(Core& core, const wire::ProduceRequest& request,
                 const wire::ProduceRequest::TopicProduceData& topic,
                 wire::ProduceResponse::TopicProduceResponse& answers,
                 const std::shared_ptr<PendingProduce>& pending) {
  int version = pending->call->version();
  auto found = FindTopic(core, topic, version);
  for (size_t i = 0; i < topic.partition_data.size(); ++i) {
    const auto& data = topic.partition_data[i];
    Partition& answer = answers.partition_responses[i];
    if (request.transactional_id) {
      Refuse(answer, ErrorCode::kTransactionalIdAuthorizationFailed, "this broker has no transactions");
    } else if (request.acks < -1 || request.acks > 1) {
      Refuse(answer, ErrorCode::kInvalidRequiredAcks, "acks may be all (-1), 1 or 0");
    } else if (!found && version >= 13) {
      Refuse(answer, ErrorCode::kUnknownTopicId, "there is no topic with this id");
    } else if (!found || data.index < 0 || static_cast<size_t>(data.index) >= found->partitions.size()) {
      Refuse(answer, ErrorCode::kUnknownTopicOrPartition, "there is no such topic or partition");
    } else {
      Append(*found->partitions[static_cast<size_t>(data.index)], data.records, answer, pending);
    }
  }
}

}  // namespace

void ProduceHandler::Handle(Core& core, const CallPtr& call, const wire::ProduceRequest& request) {
  auto pending = std::make_shared<PendingProduce>(core, call, request.acks);
  auto& topics = pending->response.responses;
  topics.resize(request.topic_data.size());
  for (size_t i = 0; i < topics.size(); ++i) {
    topics[i].name = request.topic_data[i].name;
    topics[i].topic_id = request.topic_data[i].topic_id;
    topics[i].partition_responses.resize(request.topic_data[i].partition_data.size());
    for (size_t j = 0; j < topics[i].partition_responses.size(); ++j) {
      topics[i].partition_responses[j].index = request.topic_data[i].partition_data[j].index;
    }
  }
  for (size_t i = 0; i < topics.size(); ++i)
    AppendTopic(core, request, request.topic_data[i], topics[i], pending);
  pending->Finish();
}

}  // namespace souk::broker
