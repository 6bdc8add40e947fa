#include "broker/handler/handlers.h"
#include "broker/handler/text.h"

namespace souk::broker {
namespace {

constexpr size_t kMaxMetadataBytes = 4096;

ErrorCode Check(Core& core, std::string_view topic,
                const wire::OffsetCommitRequest::OffsetCommitRequestPartition& partition) {
  if (partition.committed_metadata && partition.committed_metadata->size() > kMaxMetadataBytes) {
    return ErrorCode::kOffsetMetadataTooLarge;
  }
  bool known = core.store().FindPartition(topic, partition.partition_index) != nullptr;
  return known ? ErrorCode::kNone : ErrorCode::kUnknownTopicOrPartition;
}

}  // namespace

void OffsetCommitHandler::Handle(Core& core, const CallPtr& call, const wire::OffsetCommitRequest& request) {
  std::string group(request.group_id);
  ErrorCode refused =
      core.groups().CheckCommit({group, request.generation_id_or_member_epoch, std::string(request.member_id),
                                 Own(request.group_instance_id)});
  // Clients of older versions know only this way to say it.
  if (refused == ErrorCode::kGroupIdNotFound && call->version() < 9) refused = ErrorCode::kIllegalGeneration;
  auto response = std::make_shared<wire::OffsetCommitResponse>();
  std::map<log::TopicPartition, log::CommittedOffset> offsets;
  for (const auto& topic : request.topics) {
    auto& answers = response->topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      ErrorCode error = refused != ErrorCode::kNone ? refused : Check(core, topic.name, partition);
      answers.partitions.push_back({partition.partition_index, Wire(error)});
      if (error != ErrorCode::kNone) continue;
      offsets[{std::string(topic.name), partition.partition_index}] = {
          partition.committed_offset, partition.committed_leader_epoch,
          std::string(partition.committed_metadata.value_or(std::string_view())), 0};
    }
  }
  if (offsets.empty()) return call->Reply(*response);
  core.store().CommitOffsets(group, offsets, [call, response](Status committed) {
    if (!committed) {
      for (auto& topic : response->topics) {
        for (auto& partition : topic.partitions) {
          if (partition.error_code == 0) partition.error_code = Wire(ErrorCode::kCoordinatorNotAvailable);
        }
      }
    }
    call->Reply(*response);
  });
}

}  // namespace souk::broker
