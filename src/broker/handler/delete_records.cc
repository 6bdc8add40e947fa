#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Answer = wire::DeleteRecordsResponse::DeleteRecordsPartitionResult;

// -1 stands for the high watermark: everything that is there.
void Delete(log::PartitionLog& partition, int64_t offset, Answer& answer) {
  auto start = partition.DeleteRecordsBefore(offset == -1 ? partition.high_watermark() : offset);
  if (start) {
    answer.low_watermark = *start;
  } else {
    bool outside = start.error().code == Code::kInvalid;
    answer.error_code = Wire(outside ? ErrorCode::kOffsetOutOfRange : KafkaError(start.error()));
    answer.low_watermark = -1;
  }
}

}  // namespace

void DeleteRecordsHandler::Handle(Core& core, const CallPtr& call,
                                  const wire::DeleteRecordsRequest& request) {
  wire::DeleteRecordsResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      Answer& answer = answers.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      auto log = core.store().FindPartition(topic.name, partition.partition_index);
      if (log) {
        Delete(*log, partition.offset, answer);
      } else {
        answer.error_code = Wire(ErrorCode::kUnknownTopicOrPartition);
        answer.low_watermark = -1;
      }
    }
  }
  call->Reply(response);
}

}  // namespace souk::broker
