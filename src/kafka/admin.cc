#include "kafka/admin.h"

#include <algorithm>
#include <functional>

#include "kafka/handle.h"

namespace souk::kafka {
namespace {

using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<rd_kafka_AdminOptions_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<rd_kafka_NewTopic_destroy>>;
using NewPartitions = std::unique_ptr<rd_kafka_NewPartitions_t, Deleter<rd_kafka_NewPartitions_destroy>>;
using DeleteTopicRequest = std::unique_ptr<rd_kafka_DeleteTopic_t, Deleter<rd_kafka_DeleteTopic_destroy>>;
using DeleteGroupRequest = std::unique_ptr<rd_kafka_DeleteGroup_t, Deleter<rd_kafka_DeleteGroup_destroy>>;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, Deleter<rd_kafka_ConfigResource_destroy>>;
using GroupList =
    std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, Deleter<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using GroupChange = std::unique_ptr<rd_kafka_AlterConsumerGroupOffsets_t,
                                    Deleter<rd_kafka_AlterConsumerGroupOffsets_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>>;

TopicInfo FromRd(const rd_kafka_metadata_topic_t& from) {
  TopicInfo topic;
  topic.name = from.topic;
  for (int i = 0; i < from.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& one = from.partitions[i];
    PartitionInfo& partition = topic.partitions.emplace_back();
    partition.partition = one.id;
    partition.leader = one.leader;
    partition.replicas.assign(one.replicas, one.replicas + one.replica_cnt);
    partition.in_sync.assign(one.isrs, one.isrs + one.isr_cnt);
  }
  std::sort(topic.partitions.begin(), topic.partitions.end(),
            [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return topic;
}

std::string Text(const char* text) { return text ? text : ""; }

}  // namespace

std::vector<TopicPartition> TopicInfo::Places() const {
  std::vector<TopicPartition> places;
  for (const PartitionInfo& partition : partitions) places.push_back({name, partition.partition});
  return places;
}

struct Admin::Impl {
  Handle handle;
  std::chrono::milliseconds timeout;

  int Ms() const { return Millis(timeout); }

  // Makes the options, sends a request and waits for its result.
  Result<Event> Ask(
      rd_kafka_admin_op_t kind, const std::string& what,
      const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& send) const {
    Options options(rd_kafka_AdminOptions_new(handle.get(), kind));
    char reason[256];
    if (rd_kafka_AdminOptions_set_request_timeout(options.get(), Ms(), reason, sizeof reason)) {
      return Fail(Code::kInvalid, "{}: {}", what, reason);
    }
    Queue queue(rd_kafka_queue_new(handle.get()));
    send(options.get(), queue.get());
    // librdkafka ends the request itself when its time is over; a second more for the answer.
    Event event(rd_kafka_queue_poll(queue.get(), Ms() + 1000));
    if (!event) return Fail(Code::kTimeout, "{}: no answer within {} ms", what, timeout.count());
    if (rd_kafka_resp_err_t error = rd_kafka_event_error(event.get())) {
      return FailRd(error, what, rd_kafka_event_error_string(event.get()));
    }
    return event;
  }

  static Status FirstError(const rd_kafka_topic_result_t** results, size_t count, const std::string& what) {
    for (size_t i = 0; i < count; ++i) {
      rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
      if (error) return FailRd(error, what, rd_kafka_topic_result_error_string(results[i]));
    }
    return {};
  }

  static Status FirstError(const rd_kafka_group_result_t** results, size_t count, const std::string& what) {
    for (size_t i = 0; i < count; ++i) {
      const rd_kafka_error_t* error = rd_kafka_group_result_error(results[i]);
      if (error) return FailRd(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
      const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(results[i]);
      for (int p = 0; list && p < list->cnt; ++p) {
        const rd_kafka_topic_partition_t& one = list->elems[p];
        if (one.err)
          return FailRd(one.err, fmt::format("{}: {}", what, Place({one.topic, one.partition}, one.offset)));
      }
    }
    return {};
  }

  // `all` for every topic, else only `name`.
  Result<std::vector<TopicInfo>> Look(const std::string& name, bool all) const {
    std::unique_ptr<rd_kafka_topic_t, Deleter<rd_kafka_topic_destroy>> topic(
        all ? nullptr : rd_kafka_topic_new(handle.get(), name.c_str(), nullptr));
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_resp_err_t error = rd_kafka_metadata(handle.get(), all, topic.get(), &metadata, Ms())) {
      return FailRd(error, "topics cannot be looked up");
    }
    Metadata owner(metadata);
    std::vector<TopicInfo> topics;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      const rd_kafka_metadata_topic_t& one = metadata->topics[i];
      if (one.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && !all)
        return Fail(Code::kNotFound, "there is no topic {}; souk topics ls names those there are", name);
      if (one.err && !all) return FailRd(one.err, fmt::format("topic {} cannot be described", one.topic));
      topics.push_back(FromRd(one));
    }
    std::sort(topics.begin(), topics.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return topics;
  }
};

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

Result<std::unique_ptr<Admin>> Admin::Open(const ClientSettings& settings,
                                           std::chrono::milliseconds timeout) {
  Properties own = {{"group.id", "souk-admin"}};
  // A consumer's handle: it can ask for offsets too.
  TRY(Conf conf, MakeConf({&settings.all, &own}));
  auto impl = std::make_unique<Impl>();
  impl->timeout = timeout;
  TRY(impl->handle, MakeHandle(RD_KAFKA_CONSUMER, std::move(conf)));
  return std::unique_ptr<Admin>(new Admin(std::move(impl)));
}

Result<std::vector<TopicInfo>> Admin::Topics() { return impl_->Look("", true); }

Result<TopicInfo> Admin::DescribeTopic(const std::string& name) {
  TRY(std::vector<TopicInfo> topics, impl_->Look(name, false));
  if (topics.empty()) return Fail(Code::kNotFound, "there is no topic {}", name);
  return topics.front();
}

Status Admin::CreateTopic(const std::string& name, int32_t partitions, int32_t replicas,
                          const Properties& settings) {
  std::string what = fmt::format("topic {} cannot be created", name);
  char reason[256];
  NewTopic topic(rd_kafka_NewTopic_new(name.c_str(), partitions, replicas, reason, sizeof reason));
  if (!topic) return Fail(Code::kInvalid, "{}: {}", what, reason);
  for (const auto& [key, value] : settings) {
    if (rd_kafka_resp_err_t error = rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str())) {
      return FailRd(error, what);
    }
  }
  rd_kafka_NewTopic_t* list[] = {topic.get()};
  TRY(Event event, impl_->Ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, what, [&](const auto* options, auto* queue) {
    rd_kafka_CreateTopics(impl_->handle.get(), list, 1, options, queue);
  }));
  size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  return Impl::FirstError(results, count, what);
}

Status Admin::DeleteTopic(const std::string& name) {
  std::string what = fmt::format("topic {} cannot be deleted", name);
  DeleteTopicRequest request(rd_kafka_DeleteTopic_new(name.c_str()));
  rd_kafka_DeleteTopic_t* list[] = {request.get()};
  TRY(Event event, impl_->Ask(RD_KAFKA_ADMIN_OP_DELETETOPICS, what, [&](const auto* options, auto* queue) {
    rd_kafka_DeleteTopics(impl_->handle.get(), list, 1, options, queue);
  }));
  size_t count = 0;
  const auto** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  return Impl::FirstError(results, count, what);
}

Status Admin::AddPartitions(const std::string& name, int32_t total) {
  std::string what = fmt::format("topic {} cannot get {} partitions", name, total);
  char reason[256];
  NewPartitions request(rd_kafka_NewPartitions_new(name.c_str(), static_cast<size_t>(std::max(total, 0)),
                                                   reason, sizeof reason));
  if (!request) return Fail(Code::kInvalid, "{}: {}", what, reason);
  rd_kafka_NewPartitions_t* list[] = {request.get()};
  TRY(Event event,
      impl_->Ask(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, what, [&](const auto* options, auto* queue) {
        rd_kafka_CreatePartitions(impl_->handle.get(), list, 1, options, queue);
      }));
  size_t count = 0;
  const auto** results =
      rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event.get()), &count);
  return Impl::FirstError(results, count, what);
}

Result<std::vector<TopicSetting>> Admin::TopicSettings(const std::string& name) {
  std::string what = fmt::format("the settings of topic {} cannot be read", name);
  Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  rd_kafka_ConfigResource_t* list[] = {resource.get()};
  TRY(Event event, impl_->Ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what, [&](const auto* options, auto* queue) {
    rd_kafka_DescribeConfigs(impl_->handle.get(), list, 1, options, queue);
  }));
  size_t count = 0;
  const auto** found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  std::vector<TopicSetting> settings;
  for (size_t i = 0; i < count; ++i) {
    if (rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(found[i])) {
      return FailRd(error, what, rd_kafka_ConfigResource_error_string(found[i]));
    }
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** entry = rd_kafka_ConfigResource_configs(found[i], &entries);
    for (size_t e = 0; e < entries; ++e) {
      settings.push_back(
          {rd_kafka_ConfigEntry_name(entry[e]), Text(rd_kafka_ConfigEntry_value(entry[e])),
           rd_kafka_ConfigEntry_source(entry[e]) != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG,
           rd_kafka_ConfigEntry_is_read_only(entry[e]) != 0});
    }
  }
  std::sort(settings.begin(), settings.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return settings;
}

// The request that is used replaces all settings, so those that are set are sent again. Two that
// change a topic at the same time may undo each other.
Status Admin::SetTopicSettings(const std::string& name, const Properties& settings) {
  TRY(std::vector<TopicSetting> present, TopicSettings(name));
  Properties all;
  for (const TopicSetting& setting : present) {
    if (!setting.is_default && !setting.read_only) all[setting.name] = setting.value;
  }
  for (const auto& [key, value] : settings) all[key] = value;
  std::erase_if(all, [](const auto& entry) { return entry.second.empty(); });
  std::string what = fmt::format("the settings of topic {} cannot be changed", name);
  Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  for (const auto& [key, value] : all) {
    rd_kafka_ConfigResource_set_config(resource.get(), key.c_str(), value.c_str());
  }
  rd_kafka_ConfigResource_t* list[] = {resource.get()};
  TRY(Event event, impl_->Ask(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, what, [&](const auto* options, auto* queue) {
    rd_kafka_AlterConfigs(impl_->handle.get(), list, 1, options, queue);
  }));
  size_t count = 0;
  const auto** done =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    if (rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(done[i])) {
      return FailRd(error, what, rd_kafka_ConfigResource_error_string(done[i]));
    }
  }
  return {};
}

Result<std::map<TopicPartition, Range>> Admin::Ranges(const std::vector<TopicPartition>& where) {
  std::map<TopicPartition, Range> ranges;
  for (const TopicPartition& one : where) {
    TRY(ranges[one], QueryRange(impl_->handle.get(), one, impl_->Ms()));
  }
  return ranges;
}

Result<Offsets> Admin::OffsetsForTime(const std::vector<TopicPartition>& where, int64_t timestamp_ms) {
  return QueryTimes(impl_->handle.get(), where, timestamp_ms, impl_->Ms());
}

Result<std::vector<std::string>> Admin::Groups() {
  TRY(Event event, impl_->Ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, "groups cannot be listed",
                              [&](const auto* options, auto* queue) {
                                rd_kafka_ListConsumerGroups(impl_->handle.get(), options, queue);
                              }));
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event.get());
  size_t count = 0;
  const rd_kafka_error_t** errors = rd_kafka_ListConsumerGroups_result_errors(result, &count);
  if (count > 0) {
    return FailRd(rd_kafka_error_code(errors[0]), "groups cannot be listed",
                  rd_kafka_error_string(errors[0]));
  }
  std::vector<std::string> names;
  const auto** groups = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  for (size_t i = 0; i < count; ++i) names.emplace_back(rd_kafka_ConsumerGroupListing_group_id(groups[i]));
  std::sort(names.begin(), names.end());
  return names;
}

Result<GroupInfo> Admin::DescribeGroup(const std::string& name) {
  std::string what = fmt::format("group {} cannot be described", name);
  const char* list[] = {name.c_str()};
  TRY(Event event,
      impl_->Ask(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, what, [&](const auto* options, auto* queue) {
        rd_kafka_DescribeConsumerGroups(impl_->handle.get(), list, 1, options, queue);
      }));
  size_t count = 0;
  const auto** groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event.get()), &count);
  if (count == 0) return Fail(Code::kNotFound, "there is no group {}", name);
  if (const rd_kafka_error_t* error = rd_kafka_ConsumerGroupDescription_error(groups[0])) {
    return FailRd(rd_kafka_error_code(error), what, rd_kafka_error_string(error));
  }
  GroupInfo group;
  group.name = name;
  group.state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(groups[0]));
  group.assignor = Text(rd_kafka_ConsumerGroupDescription_partition_assignor(groups[0]));
  for (size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(groups[0]); ++i) {
    const rd_kafka_MemberDescription_t* from = rd_kafka_ConsumerGroupDescription_member(groups[0], i);
    GroupMember& member = group.members.emplace_back();
    member.id = Text(rd_kafka_MemberDescription_consumer_id(from));
    member.instance = Text(rd_kafka_MemberDescription_group_instance_id(from));
    member.client = Text(rd_kafka_MemberDescription_client_id(from));
    member.host = Text(rd_kafka_MemberDescription_host(from));
    if (const rd_kafka_MemberAssignment_t* assignment = rd_kafka_MemberDescription_assignment(from)) {
      member.assignment = FromList(rd_kafka_MemberAssignment_partitions(assignment));
    }
  }
  return group;
}

Result<Offsets> Admin::GroupOffsets(const std::string& name) {
  std::string what = fmt::format("the offsets of group {} cannot be read", name);
  GroupList request(rd_kafka_ListConsumerGroupOffsets_new(name.c_str(), nullptr));
  rd_kafka_ListConsumerGroupOffsets_t* list[] = {request.get()};
  TRY(Event event,
      impl_->Ask(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, what, [&](const auto* options, auto* queue) {
        rd_kafka_ListConsumerGroupOffsets(impl_->handle.get(), list, 1, options, queue);
      }));
  size_t count = 0;
  const auto** groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
      rd_kafka_event_ListConsumerGroupOffsets_result(event.get()), &count);
  TRY_STATUS(Impl::FirstError(groups, count, what));
  Offsets offsets;
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_list_t* partitions = rd_kafka_group_result_partitions(groups[i]);
    for (int p = 0; partitions && p < partitions->cnt; ++p) {
      const rd_kafka_topic_partition_t& one = partitions->elems[p];
      if (one.offset >= 0) offsets[{one.topic, one.partition}] = one.offset;
    }
  }
  return offsets;
}

Status Admin::SetGroupOffsets(const std::string& name, const Offsets& offsets) {
  std::string what = fmt::format("the offsets of group {} cannot be set", name);
  PartitionList partitions = MakeList(offsets);
  GroupChange request(rd_kafka_AlterConsumerGroupOffsets_new(name.c_str(), partitions.get()));
  rd_kafka_AlterConsumerGroupOffsets_t* list[] = {request.get()};
  TRY(Event event,
      impl_->Ask(RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, what, [&](const auto* options, auto* queue) {
        rd_kafka_AlterConsumerGroupOffsets(impl_->handle.get(), list, 1, options, queue);
      }));
  size_t count = 0;
  const auto** groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()), &count);
  return Impl::FirstError(groups, count, what);
}

Status Admin::DeleteGroup(const std::string& name) {
  std::string what = fmt::format("group {} cannot be deleted", name);
  DeleteGroupRequest request(rd_kafka_DeleteGroup_new(name.c_str()));
  rd_kafka_DeleteGroup_t* list[] = {request.get()};
  TRY(Event event, impl_->Ask(RD_KAFKA_ADMIN_OP_DELETEGROUPS, what, [&](const auto* options, auto* queue) {
    rd_kafka_DeleteGroups(impl_->handle.get(), list, 1, options, queue);
  }));
  size_t count = 0;
  const auto** groups =
      rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event.get()), &count);
  return Impl::FirstError(groups, count, what);
}

}  // namespace souk::kafka
