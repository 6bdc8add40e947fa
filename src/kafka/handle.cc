#include "kafka/handle.h"

#include <algorithm>
#include <climits>

#include "base/log.h"

namespace souk::kafka {
namespace {

void TakeLogLine(const rd_kafka_t*, int level, const char* facility, const char* text) {
  // syslog's levels. What is an error there (a broker that is away) is tried again by itself, and when that
  // does not help, the call that wanted something says so.
  LogLevel as = level <= 2 ? LogLevel::kError : level <= 4 ? LogLevel::kInfo : LogLevel::kDebug;
  // Properties are given to all clients, and each says which of them are the others'.
  if (std::string_view(facility) == "CONFWARN") as = LogLevel::kDebug;
  Log(as, "kafka", text, {{"facility", facility}});
}

}  // namespace

Code CodeOf(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: return Code::kNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return Code::kAlreadyExists;
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION: return Code::kCorrupt;
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR__FS: return Code::kIo;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT: return Code::kTimeout;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR__FENCED: return Code::kDenied;
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED: return Code::kUnsupported;
    case RD_KAFKA_RESP_ERR__DESTROY:
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT: return Code::kCancelled;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR__INVALID_ARG: return Code::kInvalid;
    default: return Code::kUnavailable;
  }
}

tl::unexpected<Error> FailRd(rd_kafka_resp_err_t error, const std::string& what, const char* detail) {
  std::string reason = detail && *detail ? detail : rd_kafka_err2str(error);
  const char* remedy = CodeOf(error) == Code::kTimeout || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
                               error == RD_KAFKA_RESP_ERR__TRANSPORT
                           ? "; is the broker running, and kafka.url right?"
                           : "";
  return Fail(CodeOf(error), "{}: {}{}", what, reason, remedy);
}

Result<Conf> MakeConf(const std::vector<const Properties*>& properties) {
  Conf conf(rd_kafka_conf_new());
  char reason[512];
  for (const Properties* some : properties) {
    for (const auto& [name, value] : *some) {
      if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), reason, sizeof reason) ==
          RD_KAFKA_CONF_OK)
        continue;
      return Fail(Code::kInvalid, "the Kafka property {} cannot be set: {}", name, reason);
    }
  }
  return conf;
}

Result<Handle> MakeHandle(rd_kafka_type_t type, Conf conf) {
  rd_kafka_conf_set_log_cb(conf.get(), TakeLogLine);
  char reason[512];
  Handle handle(rd_kafka_new(type, conf.get(), reason, sizeof reason));
  if (!handle) return Fail(Code::kInvalid, "the Kafka client cannot start: {}", reason);
  (void)conf.release();  // the handle has it now
  return handle;
}

PartitionList MakeList(const std::vector<TopicPartition>& where) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(where.size())));
  for (const TopicPartition& one : where) {
    rd_kafka_topic_partition_list_add(list.get(), one.topic.c_str(), one.partition);
  }
  return list;
}

PartitionList MakeList(const Offsets& offsets) {
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [where, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), where.topic.c_str(), where.partition)->offset = offset;
  }
  return list;
}

std::vector<TopicPartition> FromList(const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartition> where;
  for (int i = 0; list && i < list->cnt; ++i)
    where.push_back({list->elems[i].topic, list->elems[i].partition});
  return where;
}

int Millis(std::chrono::milliseconds time) {
  return static_cast<int>(std::clamp<int64_t>(time.count(), 0, INT_MAX));
}

Result<Range> QueryRange(rd_kafka_t* handle, const TopicPartition& where, int timeout_ms) {
  Range range;
  rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(handle, where.topic.c_str(), where.partition,
                                                               &range.start, &range.end, timeout_ms);
  if (error)
    return FailRd(error, fmt::format("the offsets of {}-{} cannot be read", where.topic, where.partition));
  return range;
}

Result<Offsets> QueryTimes(rd_kafka_t* handle, const std::vector<TopicPartition>& where, int64_t timestamp_ms,
                           int timeout_ms) {
  Offsets wanted;
  for (const TopicPartition& one : where) wanted[one] = timestamp_ms;
  PartitionList list = MakeList(wanted);
  if (rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(handle, list.get(), timeout_ms)) {
    return FailRd(error, "offsets cannot be found by time");
  }
  Offsets found;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    TopicPartition at{one.topic, one.partition};
    if (one.err)
      return FailRd(one.err, fmt::format("offsets of {}-{} cannot be found by time", at.topic, at.partition));
    found[at] = one.offset;
    if (one.offset >= 0) continue;
    TRY(Range range, QueryRange(handle, at, timeout_ms));
    found[at] = range.end;
  }
  return found;
}

std::string Place(const TopicPartition& where, int64_t offset) {
  return offset >= 0 ? fmt::format("{}-{}@{}", where.topic, where.partition, offset)
                     : fmt::format("{}-{}", where.topic, where.partition);
}

}  // namespace souk::kafka
