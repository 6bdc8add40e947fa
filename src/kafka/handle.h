// librdkafka's objects with owners, and its errors as ours. Only sources include it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "kafka/client_settings.h"
#include "kafka/consumer.h"

namespace souk::kafka {

template <auto Destroy>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};

using Handle = std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>>;
using Conf = std::unique_ptr<rd_kafka_conf_t, Deleter<rd_kafka_conf_destroy>>;
using PartitionList =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Deleter<rd_kafka_topic_partition_list_destroy>>;
using RdError = std::unique_ptr<rd_kafka_error_t, Deleter<rd_kafka_error_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;

Code CodeOf(rd_kafka_resp_err_t error);
// `what` says what was wanted, on which object: "topic orders cannot be created".
[[nodiscard]] tl::unexpected<Error> FailRd(rd_kafka_resp_err_t error, const std::string& what,
                                           const char* detail = nullptr);

// A configuration with all these applied, the later ones winning. kInvalid: an unknown property or value.
Result<Conf> MakeConf(const std::vector<const Properties*>& properties);
// Takes the configuration over. librdkafka's own log lines go to the program's log, room "kafka".
Result<Handle> MakeHandle(rd_kafka_type_t type, Conf conf);

PartitionList MakeList(const std::vector<TopicPartition>& where);
PartitionList MakeList(const Offsets& offsets);
std::vector<TopicPartition> FromList(const rd_kafka_topic_partition_list_t* list);
int Millis(std::chrono::milliseconds time);

// Shared by Consumer and Admin.
Result<Range> QueryRange(rd_kafka_t* handle, const TopicPartition& where, int timeout_ms);
Result<Offsets> QueryTimes(rd_kafka_t* handle, const std::vector<TopicPartition>& where, int64_t timestamp_ms,
                           int timeout_ms);

}  // namespace souk::kafka
