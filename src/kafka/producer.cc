#include "kafka/producer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "kafka/handle.h"

namespace souk::kafka {
namespace {

// Keys go to the partitions where Java's clients put them.
const Properties kDefaults = {
    {"enable.idempotence", "true"}, {"acks", "all"}, {"linger.ms", "5"}, {"partitioner", "murmur2_random"}};
constexpr int kPollMs = 100;
constexpr std::chrono::seconds kCloseTimeout{10};

// What the user asked for wins over idempotence, unless that was asked for too; so do Java's clients.
Properties Idempotence(const std::vector<const Properties*>& given) {
  Properties own;
  for (const Properties* some : given) {
    if (some->contains("enable.idempotence")) return {};
    for (const char* name : {"acks", "request.required.acks"}) {
      auto acks = some->find(name);
      if (acks != some->end() && acks->second != "all" && acks->second != "-1")
        own["enable.idempotence"] = "false";
    }
    auto retries = some->find("retries");
    if (retries != some->end() && retries->second == "0") own["enable.idempotence"] = "false";
  }
  return own;
}

rd_kafka_headers_t* MakeHeaders(const Message& message) {
  if (message.headers.empty()) return nullptr;
  rd_kafka_headers_t* headers = rd_kafka_headers_new(message.headers.size());
  for (const auto& [name, value] : message.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                        value ? value->data() : nullptr, value ? static_cast<ssize_t>(value->size()) : 0);
  }
  return headers;
}

// The record is copied. When it works, `headers` and `report` belong to librdkafka.
rd_kafka_resp_err_t Enqueue(rd_kafka_t* handle, Message& message, rd_kafka_headers_t* headers, void* report) {
  std::array<rd_kafka_vu_t, 8> parts{};
  size_t count = 0;
  auto part = [&](rd_kafka_vtype_t type) -> auto& {
    parts[count].vtype = type;
    return parts[count++].u;
  };
  auto bytes = [&](rd_kafka_vtype_t type, std::optional<std::string>& text) {
    auto& memory = part(type).mem;
    memory.ptr = text ? text->data() : nullptr;
    memory.size = text ? text->size() : 0;
  };
  part(RD_KAFKA_VTYPE_TOPIC).cstr = message.topic.c_str();
  part(RD_KAFKA_VTYPE_PARTITION).i32 = message.partition;
  part(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  part(RD_KAFKA_VTYPE_TIMESTAMP).i64 = std::max<int64_t>(message.timestamp_ms, 0);  // 0: now
  part(RD_KAFKA_VTYPE_OPAQUE).ptr = report;
  bytes(RD_KAFKA_VTYPE_KEY, message.key);
  bytes(RD_KAFKA_VTYPE_VALUE, message.value);
  if (headers) part(RD_KAFKA_VTYPE_HEADERS).headers = headers;
  RdError error(rd_kafka_produceva(handle, parts.data(), count));
  return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

void TakeReport(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  std::unique_ptr<DeliveryReport> report(static_cast<DeliveryReport*>(message->_private));
  if (!report) return;
  TopicPartition where{rd_kafka_topic_name(message->rkt), message->partition};
  if (message->err) {
    (*report)(FailRd(message->err, fmt::format("a record could not be written to {}", Place(where, -1))));
  } else {
    (*report)(Delivered{std::move(where), message->offset});
  }
}

}  // namespace

struct Producer::Impl {
  ProducerOptions options;
  Handle handle;
  std::atomic<bool> stopping{false};
  std::thread reports;  // hands reports out
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Producer>> Producer::Open(const ClientSettings& settings,
                                                 const ProducerOptions& options) {
  Properties idempotence = Idempotence({&settings.all, &settings.producer, &options.properties});
  TRY(Conf conf,
      MakeConf({&kDefaults, &idempotence, &settings.all, &settings.producer, &options.properties}));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), TakeReport);
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  TRY(impl->handle, MakeHandle(RD_KAFKA_PRODUCER, std::move(conf)));
  impl->reports = std::thread([work = impl.get()] {
    while (!work->stopping) rd_kafka_poll(work->handle.get(), kPollMs);
  });
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

Producer::~Producer() {
  rd_kafka_flush(impl_->handle.get(), Millis(kCloseTimeout));
  impl_->stopping = true;
  impl_->reports.join();
  // What is left is reported as cancelled.
  rd_kafka_purge(impl_->handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_poll(impl_->handle.get(), 0);
}

Status Producer::Send(Message message, DeliveryReport report) {
  auto shared = report ? std::make_unique<DeliveryReport>(std::move(report)) : nullptr;
  auto give_up = std::chrono::steady_clock::now() + impl_->options.full_queue_timeout;
  while (true) {
    // Made anew each time: a call that fails leaves them to us, one that works takes them.
    rd_kafka_headers_t* headers = MakeHeaders(message);
    rd_kafka_resp_err_t error = Enqueue(impl_->handle.get(), message, headers, shared.get());
    if (!error) {
      (void)shared.release();  // TakeReport has it now
      return {};
    }
    if (headers) rd_kafka_headers_destroy(headers);
    std::string what =
        fmt::format("a record for {} cannot be sent", Place({message.topic, message.partition}, -1));
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) return FailRd(error, what);
    if (std::chrono::steady_clock::now() >= give_up) {
      return Fail(Code::kTimeout, "{}: the queue has been full for {} ms; the broker is too slow or away",
                  what, impl_->options.full_queue_timeout.count());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Status Producer::Flush(std::chrono::milliseconds timeout) {
  rd_kafka_resp_err_t error = rd_kafka_flush(impl_->handle.get(), Millis(timeout));
  if (error) return FailRd(error, fmt::format("{} records are still on their way", waiting()));
  return {};
}

size_t Producer::waiting() const { return static_cast<size_t>(rd_kafka_outq_len(impl_->handle.get())); }

}  // namespace souk::kafka
