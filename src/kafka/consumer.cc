#include "kafka/consumer.h"

#include <algorithm>
#include <set>

#include "kafka/handle.h"

namespace souk::kafka {
namespace {

constexpr int kAskMs = 30'000;

const Properties kDefaults = {
    {"enable.auto.commit", "false"},
    {"enable.partition.eof", "true"},
    {"partition.assignment.strategy", "cooperative-sticky"},
    {"check.crcs", "true"},
};

Message FromRd(const rd_kafka_message_t& from) {
  Message message;
  message.topic = rd_kafka_topic_name(from.rkt);
  message.partition = from.partition;
  message.offset = from.offset;
  message.timestamp_ms = rd_kafka_message_timestamp(&from, nullptr);
  if (from.key) message.key.emplace(static_cast<const char*>(from.key), from.key_len);
  if (from.payload) message.value.emplace(static_cast<const char*>(from.payload), from.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return message;
  const char* name;
  const void* value;
  size_t bytes;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &bytes) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    auto& [to_name, to_value] = message.headers.emplace_back(name, std::nullopt);
    if (value) to_value.emplace(static_cast<const char*>(value), bytes);
  }
  return message;
}

}  // namespace

struct Consumer::Impl {
  Handle handle;
  bool grouped = false;
  bool closed = false;
  Change assigned;
  Change revoked;
  std::set<TopicPartition> at_end;
  Queue queue;  // made by the first PollEach
  std::vector<rd_kafka_message_t*> messages;
  size_t held = 0;  // of them, those of the last PollEach

  ~Impl() { Release(); }
  void Release() {
    for (size_t i = 0; i < held; ++i) rd_kafka_message_destroy(messages[i]);
    held = 0;
  }

  // Errors of single steps come up again in Poll.
  static void Rebalance(rd_kafka_t* handle, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* list,
                        void* opaque) {
    auto* self = static_cast<Impl*>(opaque);
    bool cooperative = std::string_view(rd_kafka_rebalance_protocol(handle)) == "COOPERATIVE";
    std::vector<TopicPartition> where = FromList(list);
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      if (cooperative) {
        RdError ignored(rd_kafka_incremental_assign(handle, list));
      } else {
        rd_kafka_assign(handle, list);
      }
      if (self->assigned) self->assigned(where);
      return;
    }
    if (self->revoked) self->revoked(where);
    for (const TopicPartition& one : where) self->at_end.erase(one);
    if (cooperative) {
      RdError ignored(rd_kafka_incremental_unassign(handle, list));
    } else {
      rd_kafka_assign(handle, nullptr);
    }
  }
};

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Consumer>> Consumer::Open(const ClientSettings& settings,
                                                 const ConsumerOptions& options) {
  // librdkafka wants a group's name even where none is used.
  Properties own = {{"group.id", options.group.empty() ? "souk" : options.group},
                    {"auto.offset.reset", options.from_beginning ? "earliest" : "latest"}};
  if (!options.instance.empty()) own["group.instance.id"] = options.instance;
  TRY(Conf conf, MakeConf({&kDefaults, &settings.all, &settings.consumer, &own, &options.properties}));
  auto impl = std::make_unique<Impl>();
  impl->grouped = !options.group.empty();
  rd_kafka_conf_set_opaque(conf.get(), impl.get());
  rd_kafka_conf_set_rebalance_cb(conf.get(), Impl::Rebalance);
  TRY(impl->handle, MakeHandle(RD_KAFKA_CONSUMER, std::move(conf)));
  rd_kafka_poll_set_consumer(impl->handle.get());
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

Consumer::~Consumer() { (void)Close(); }

Status Consumer::Close() {
  if (std::exchange(impl_->closed, true)) return {};
  impl_->Release();
  rd_kafka_resp_err_t error = rd_kafka_consumer_close(impl_->handle.get());
  if (error) return FailRd(error, "the consumer cannot be closed");
  return {};
}

Status Consumer::Subscribe(const std::vector<std::string>& topics, Change assigned, Change revoked) {
  if (!impl_->grouped) return Fail(Code::kInvalid, "a consumer needs a group to subscribe");
  impl_->assigned = std::move(assigned);
  impl_->revoked = std::move(revoked);
  std::vector<TopicPartition> all;
  for (const std::string& topic : topics) all.push_back({topic, RD_KAFKA_PARTITION_UA});
  rd_kafka_resp_err_t error = rd_kafka_subscribe(impl_->handle.get(), MakeList(all).get());
  if (error) return FailRd(error, "the topics cannot be subscribed to");
  return {};
}

Status Consumer::Assign(const Offsets& from) {
  impl_->at_end.clear();
  rd_kafka_resp_err_t error = rd_kafka_assign(impl_->handle.get(), MakeList(from).get());
  if (error) return FailRd(error, "the partitions cannot be assigned");
  return {};
}

std::vector<TopicPartition> Consumer::assignment() const {
  rd_kafka_topic_partition_list_t* list = nullptr;
  if (rd_kafka_assignment(impl_->handle.get(), &list)) return {};
  PartitionList owner(list);
  return FromList(list);
}

Result<std::optional<Message>> Consumer::Poll(std::chrono::milliseconds timeout) {
  std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>> message(
      rd_kafka_consumer_poll(impl_->handle.get(), Millis(timeout)));
  if (!message) return std::nullopt;
  TopicPartition where{message->rkt ? rd_kafka_topic_name(message->rkt) : "", message->partition};
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    impl_->at_end.insert(std::move(where));
    return std::nullopt;
  }
  if (message->err) {
    std::string what = where.topic.empty() ? "records cannot be read"
                                           : fmt::format("{} cannot be read", Place(where, message->offset));
    return FailRd(message->err, what, rd_kafka_message_errstr(message.get()));
  }
  impl_->at_end.erase(where);
  return FromRd(*message);
}

Result<std::vector<Message>> Consumer::PollBatch(size_t most, std::chrono::milliseconds timeout) {
  std::vector<Message> batch;
  auto until = std::chrono::steady_clock::now() + timeout;
  while (batch.size() < most) {
    auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    auto message = Poll(std::max(left, std::chrono::milliseconds(0)));
    if (!message && batch.empty()) return tl::unexpected(message.error());
    if (!message) break;  // what came before counts; the error comes again
    if (*message) batch.push_back(*std::move(*message));
    if (!*message && left.count() <= 0) break;
  }
  return batch;
}

Result<size_t> Consumer::PollEach(size_t most, std::chrono::milliseconds timeout,
                                  const std::function<void(const MessageView&)>& on_message) {
  if (!impl_->queue) impl_->queue.reset(rd_kafka_queue_get_consumer(impl_->handle.get()));
  impl_->Release();
  impl_->messages.resize(most);
  ssize_t count =
      rd_kafka_consume_batch_queue(impl_->queue.get(), Millis(timeout), impl_->messages.data(), most);
  if (count < 0) return FailRd(rd_kafka_last_error(), "records cannot be read");
  impl_->held = static_cast<size_t>(count);
  size_t seen = 0;
  Status failed;
  rd_kafka_topic_t* topic = nullptr;
  std::string_view name;
  int32_t partition = -1;
  for (ssize_t i = 0; i < count; ++i) {
    const rd_kafka_message_t* message = impl_->messages[i];
    if (message->rkt != topic || message->partition != partition) {
      topic = message->rkt;
      partition = message->partition;
      name = topic ? rd_kafka_topic_name(topic) : "";
      if (!impl_->at_end.empty()) impl_->at_end.erase({std::string(name), partition});
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      impl_->at_end.insert({std::string(name), message->partition});
      continue;
    }
    if (message->err) {
      std::string what = name.empty()
                             ? "records cannot be read"
                             : fmt::format("{} cannot be read",
                                           Place({std::string(name), message->partition}, message->offset));
      if (failed) failed = FailRd(message->err, what, rd_kafka_message_errstr(message));
      continue;
    }
    MessageView view{name, message->partition, message->offset, rd_kafka_message_timestamp(message, nullptr),
                     std::nullopt};
    if (message->payload) view.value.emplace(static_cast<const char*>(message->payload), message->len);
    on_message(view);
    ++seen;
  }
  if (!failed) return tl::unexpected(failed.error());
  return seen;
}

bool Consumer::AtEnd(const TopicPartition& where) const { return impl_->at_end.contains(where); }

Status Consumer::Commit(const Offsets& next) {
  if (!impl_->grouped) return Fail(Code::kInvalid, "a consumer needs a group to commit offsets");
  if (next.empty()) return {};
  PartitionList list = MakeList(next);
  rd_kafka_resp_err_t error = rd_kafka_commit(impl_->handle.get(), list.get(), 0);
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (!one.err) continue;
    return FailRd(one.err,
                  fmt::format("{} cannot be committed", Place({one.topic, one.partition}, one.offset)));
  }
  if (error) return FailRd(error, "offsets cannot be committed");
  return {};
}

Result<Offsets> Consumer::Committed(const std::vector<TopicPartition>& where) {
  PartitionList list = MakeList(where);
  if (rd_kafka_resp_err_t error = rd_kafka_committed(impl_->handle.get(), list.get(), kAskMs)) {
    return FailRd(error, "committed offsets cannot be read");
  }
  Offsets found;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    if (one.offset >= 0) found[{one.topic, one.partition}] = one.offset;
  }
  return found;
}

Status Consumer::Seek(const TopicPartition& where, int64_t offset) {
  PartitionList list = MakeList(Offsets{{where, offset}});
  RdError error(rd_kafka_seek_partitions(impl_->handle.get(), list.get(), kAskMs));
  rd_kafka_resp_err_t code = error ? rd_kafka_error_code(error.get()) : list->elems[0].err;
  if (code) return FailRd(code, fmt::format("{} cannot be sought", Place(where, offset)));
  impl_->at_end.erase(where);
  return {};
}

Result<Range> Consumer::RangeOf(const TopicPartition& where) {
  return QueryRange(impl_->handle.get(), where, kAskMs);
}

std::optional<Range> Consumer::KnownRangeOf(const TopicPartition& where) const {
  Range range;
  rd_kafka_resp_err_t error = rd_kafka_get_watermark_offsets(impl_->handle.get(), where.topic.c_str(),
                                                             where.partition, &range.start, &range.end);
  if (error || range.end < 0) return std::nullopt;
  return range;
}

Result<Offsets> Consumer::OffsetsForTime(const std::vector<TopicPartition>& where, int64_t timestamp_ms) {
  return QueryTimes(impl_->handle.get(), where, timestamp_ms, kAskMs);
}

Result<std::vector<TopicPartition>> Consumer::PartitionsOf(const std::string& topic,
                                                           const std::vector<int32_t>& only) {
  std::unique_ptr<rd_kafka_topic_t, Deleter<rd_kafka_topic_destroy>> handle(
      rd_kafka_topic_new(impl_->handle.get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_resp_err_t error = rd_kafka_metadata(impl_->handle.get(), 0, handle.get(), &metadata, kAskMs);
  if (error) return FailRd(error, fmt::format("topic {} cannot be looked up", topic));
  std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>> owner(metadata);
  std::vector<TopicPartition> where;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (metadata->topics[i].err)
      return FailRd(metadata->topics[i].err, fmt::format("there is no topic {}", topic));
    for (int p = 0; p < metadata->topics[i].partition_cnt; ++p) {
      where.push_back({topic, metadata->topics[i].partitions[p].id});
    }
  }
  if (only.empty()) return where;
  std::vector<TopicPartition> chosen;
  for (int32_t partition : only) {
    TopicPartition one{topic, partition};
    if (std::find(where.begin(), where.end(), one) == where.end()) {
      return Fail(Code::kNotFound, "topic {} has no partition {}; it has {}", topic, partition, where.size());
    }
    chosen.push_back(std::move(one));
  }
  return chosen;
}

}  // namespace souk::kafka
