#include "stream/refused_records.h"

#include <algorithm>
#include <charconv>
#include <mutex>

namespace souk::stream {
namespace {

using kafka::Message;
using kafka::TopicPartition;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{30'000};

std::string_view HeaderOf(const Message& message, std::string_view name) {
  for (const auto& [key, value] : message.headers) {
    if (key == name && value) return *value;
  }
  return {};
}

template <typename T>
bool ReadNumber(std::string_view text, T& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

Message MessageOf(const std::string& topic, const std::string& source, int32_t partition,
                  const RefusedRecord& record) {
  Message message;
  message.topic = topic;
  message.partition = partition;
  message.value = record.content;
  message.headers = {{"reason", record.fault.reason},
                     {"field", record.fault.field},
                     {"topic", source},
                     {"partition", std::to_string(record.partition)},
                     {"offset", std::to_string(record.offset)}};
  return message;
}

// What the reports of one sending say; they come in another thread.
struct Reports {
  std::mutex mutex;
  Status failed;
  std::map<std::pair<int32_t, int64_t>, std::pair<int32_t, int64_t>> arrived;  // refused record → where it is
};

bool Covers(const std::map<int32_t, int64_t>& next, const std::pair<int32_t, int64_t>& place) {
  auto known = next.find(place.first);
  return known != next.end() && place.second < known->second;
}

}  // namespace

void QuarantineTopic::Begin(const std::string& source, const std::map<int32_t, int64_t>& from) {
  begins_[source] = from;
  looked_.erase(source);
  there_.erase(source);
}

std::map<int32_t, int64_t> QuarantineTopic::Ends(const std::string& source,
                                                 const std::map<int32_t, int64_t>& next) const {
  std::map<int32_t, int64_t> ends = ends_;
  auto there = there_.find(source);
  if (there == there_.end()) return ends;
  for (const auto& [refused, where] : there->second) {
    if (Covers(next, refused)) continue;
    auto [end, fresh] = ends.emplace(where);
    end->second = std::min(end->second, where.second);
  }
  return ends;
}

void QuarantineTopic::Committed(const std::string& source, const std::map<int32_t, int64_t>& next) {
  if (looked_.count(source) > 0) begins_[source] = Ends(source, next);
  std::erase_if(there_[source], [&](const auto& one) { return Covers(next, one.first); });
}

Status QuarantineTopic::Connect() {
  if (producer_) return {};
  kafka::ProducerOptions options;
  options.full_queue_timeout = kPatience;
  // Known as failed before this side stops waiting, so that nothing is sent behind its back later.
  options.properties = {{"delivery.timeout.ms", "20000"}};
  TRY(producer_, kafka::Producer::Open(clients_, options));
  return {};
}

Status QuarantineTopic::LookAtTail(const std::string& source) {
  TRY(auto consumer, kafka::Consumer::Open(clients_, {}));
  TRY(auto partitions, consumer->PartitionsOf(name_));
  partitions_ = static_cast<int32_t>(partitions.size());
  kafka::Offsets from;
  std::map<TopicPartition, int64_t> until;
  const auto& begins = begins_[source];
  for (const TopicPartition& where : partitions) {
    TRY(kafka::Range range, consumer->RangeOf(where));
    auto begin = begins.find(where.partition);
    int64_t start = begin == begins.end() ? range.start : std::max(begin->second, range.start);
    if (start > range.end) start = range.start;  // the topic was made anew
    ends_[where.partition] = range.end;
    if (start >= range.end) continue;
    from[where] = start;
    until[where] = range.end;
  }
  auto& there = there_[source];
  there.clear();
  if (!from.empty()) TRY_STATUS(consumer->Assign(from));
  auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!until.empty()) {
    TRY(auto messages, consumer->PollBatch(1000, milliseconds(100)));
    for (const Message& message : messages) {
      std::pair<int32_t, int64_t> place;
      if (HeaderOf(message, "topic") == source && ReadNumber(HeaderOf(message, "partition"), place.first) &&
          ReadNumber(HeaderOf(message, "offset"), place.second)) {
        there[place] = {message.partition, message.offset};
      }
      auto waits = until.find({message.topic, message.partition});
      if (waits != until.end() && message.offset + 1 >= waits->second) until.erase(waits);
    }
    // The end of the log may be no record but a mark of a transaction.
    std::erase_if(until, [&](const auto& waits) { return consumer->AtEnd(waits.first); });
    if (!messages.empty()) give_up = std::chrono::steady_clock::now() + kPatience;
    if (std::chrono::steady_clock::now() > give_up) {
      return Fail(Code::kTimeout, "{} cannot be read to its end", name_);
    }
  }
  looked_.insert(source);
  return consumer->Close();
}

Status QuarantineTopic::Publish(const std::string& source, const std::vector<RefusedRecord>& records) {
  if (records.empty()) return {};
  TRY_STATUS(Connect());
  if (looked_.count(source) == 0) TRY_STATUS(LookAtTail(source));
  auto& there = there_[source];
  auto reports = std::make_shared<Reports>();
  Status sent;
  for (const RefusedRecord& record : records) {
    if (there.count({record.partition, record.offset}) > 0) continue;
    Message message = MessageOf(name_, source, record.partition % partitions_, record);
    Place refused{record.partition, record.offset};
    sent = producer_->Send(std::move(message), [reports, refused](const Result<kafka::Delivered>& report) {
      std::scoped_lock lock(reports->mutex);
      if (!report) {
        reports->failed = tl::unexpected(report.error());
      } else {
        reports->arrived[refused] = {report->where.partition, report->offset};
      }
    });
    if (!sent) break;
  }
  Status flushed = producer_->Flush(kPatience);
  if (sent && flushed) {
    std::scoped_lock lock(reports->mutex);
    sent = reports->failed;
    for (const auto& [refused, where] : reports->arrived) {
      there[refused] = where;
      ends_[where.first] = std::max(ends_[where.first], where.second + 1);
    }
  }
  if (sent && flushed) return {};
  // What arrived is seen by looking again.
  looked_.erase(source);
  producer_.reset();
  Error error = sent ? flushed.error() : sent.error();
  return Wrap(error,
              fmt::format("{} refused records of {} cannot be sent to {}", records.size(), source, name_));
}

}  // namespace souk::stream
