#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Partition = wire::ListOffsetsResponse::ListOffsetsPartitionResponse;

// What a negative timestamp asks for.
constexpr int64_t kLatest = -1, kEarliest = -2, kMaxTimestamp = -3, kEarliestLocal = -4, kLatestTiered = -5;

void Set(Partition& answer, int64_t offset, int64_t timestamp) {
  answer.offset = offset;
  answer.timestamp = timestamp;
  answer.leader_epoch = offset < 0 ? -1 : Core::kLeaderEpoch;
}

void SetTimed(Partition& answer, const Result<std::optional<log::TimedOffset>>& found) {
  if (!found)
    answer.error_code = Wire(KafkaError(found.error()));
  else if (*found)
    Set(answer, (*found)->offset, (*found)->timestamp);
}

void Look(const log::PartitionLog& log, int64_t timestamp, Partition& answer) {
  if (timestamp >= 0) return SetTimed(answer, log.OffsetForTime(timestamp));
  switch (timestamp) {
    case kLatest: return Set(answer, log.high_watermark(), -1);
    case kEarliest:
    case kEarliestLocal: return Set(answer, log.start_offset(), -1);
    case kMaxTimestamp: return SetTimed(answer, log.MaxTimestamp());
    case kLatestTiered: return;  // nothing is kept elsewhere
    default: answer.error_code = Wire(ErrorCode::kUnsupportedVersion);
  }
}

}  // namespace

void ListOffsetsHandler::Handle(Core& core, const CallPtr& call, const wire::ListOffsetsRequest& request) {
  wire::ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      Partition& answer = answers.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      auto log = core.store().FindPartition(topic.name, partition.partition_index);
      if (!log)
        answer.error_code = Wire(ErrorCode::kUnknownTopicOrPartition);
      else if (partition.current_leader_epoch > Core::kLeaderEpoch)
        answer.error_code = Wire(ErrorCode::kUnknownLeaderEpoch);
      else
        Look(*log, partition.timestamp, answer);
    }
  }
  call->Reply(response);
}

}  // namespace souk::broker
