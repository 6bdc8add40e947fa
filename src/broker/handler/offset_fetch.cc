#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Offsets = std::map<log::TopicPartition, log::CommittedOffset>;

// Fills the answer's list of topics: what was asked for, or all that is committed when nothing was named. The
// lists of the old versions and those of the new ones have the same fields under different types.
template <typename Wanted, typename Answers>
void Fill(const Offsets& offsets, const std::optional<std::vector<Wanted>>& wanted, Answers& topics) {
  auto add = [&](const std::string& topic, int32_t partition, const log::CommittedOffset& committed) {
    if (topics.empty() || topics.back().name != topic) {
      topics.emplace_back();
      topics.back().name = topic;
    }
    auto& answer = topics.back().partitions.emplace_back();
    answer.partition_index = partition;
    answer.committed_offset = committed.offset;
    answer.committed_leader_epoch = committed.leader_epoch;
    answer.metadata = committed.metadata;
  };
  if (!wanted) {
    for (const auto& [which, committed] : offsets) add(which.topic, which.partition, committed);
    return;
  }
  for (const Wanted& topic : *wanted) {
    std::string name(topic.name);
    for (int32_t partition : topic.partition_indexes) {
      auto found = offsets.find({name, partition});
      add(name, partition, found == offsets.end() ? log::CommittedOffset{} : found->second);
    }
  }
}

}  // namespace

void OffsetFetchHandler::Handle(Core& core, const CallPtr& call, const wire::OffsetFetchRequest& request) {
  wire::OffsetFetchResponse response;
  if (call->version() < 8) {
    // Version 1 has no null, there an empty list asks for nothing.
    Fill(core.store().Offsets(request.group_id), request.topics, response.topics);
    return call->Reply(response);
  }
  for (const auto& group : request.groups) {
    auto& answer = response.groups.emplace_back();
    answer.group_id = group.group_id;
    Fill(core.store().Offsets(group.group_id), group.topics, answer.topics);
  }
  call->Reply(response);
}

}  // namespace souk::broker
