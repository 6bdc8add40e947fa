#include "serve/message_reader.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "kafka/position.h"
#include "record/json_filter.h"

namespace souk::serve {
namespace {

using kafka::Message;
using kafka::TopicPartition;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kPoll{100};
constexpr std::chrono::seconds kAcknowledge{10};
constexpr int64_t kFirstWindow = 2000;  // how far back a filter looks at first

// Reads spans of single partitions under the limits of one request.
class SpanReader {
 public:
  SpanReader(kafka::Consumer& consumer, std::optional<record::JsonFilter> filter, const ReaderLimits& limits)
      : consumer_(consumer),
        filter_(std::move(filter)),
        limits_(limits),
        deadline_(SteadyClock::now() + limits.time) {}

  // Hands the records of [from, until) that fit to `take` until it returns false. The offset where it
  // stopped.
  Result<int64_t> Read(const TopicPartition& where, int64_t from, int64_t until,
                       const std::function<bool(Message&&)>& take) {
    if (from >= until) return until;
    TRY_STATUS(consumer_.Assign({{where, from}}));
    int64_t next = from;
    while (next < until && !Exhausted()) {
      if (limits_.stop.stop_requested())
        return Fail(Code::kCancelled, "nobody waits for these records any more");
      TRY(auto message, consumer_.Poll(kPoll));
      // Offsets at the end that hold no records (of transactions, or compacted ones) are never delivered.
      if (!message && consumer_.AtEnd(where)) return until;
      if (!message) continue;
      if (message->offset >= until) return until;
      next = message->offset + 1;
      ++looked_at_;
      if (filter_ && !filter_->Fits(message->value.value_or(""))) continue;
      bytes_ += message->key.value_or("").size() + message->value.value_or("").size();
      if (!take(std::move(*message))) break;
    }
    return next;
  }

  bool Exhausted() const {
    return SteadyClock::now() >= deadline_ || looked_at_ >= limits_.look_at || bytes_ >= limits_.bytes;
  }
  uint64_t looked_at() const { return looked_at_; }
  bool filters() const { return filter_.has_value(); }

 private:
  kafka::Consumer& consumer_;
  std::optional<record::JsonFilter> filter_;
  ReaderLimits limits_;
  SteadyClock::time_point deadline_;
  uint64_t looked_at_ = 0;
  uint64_t bytes_ = 0;
};

bool Newer(const Message& a, const Message& b) {
  return std::tie(a.timestamp_ms, a.partition, a.offset) > std::tie(b.timestamp_ms, b.partition, b.offset);
}

// The newest records of a partition that fit, found by windows that reach further and further back.
Status ReadBackwards(SpanReader& reader, const TopicPartition& where, const kafka::Range& range, size_t limit,
                     MessagePage& page) {
  std::vector<Message> found;
  auto window = static_cast<int64_t>(reader.filters() ? std::max<size_t>(limit, kFirstWindow) : limit);
  int64_t reached = range.end;
  while (reached > range.start && found.size() < limit && !reader.Exhausted()) {
    int64_t from = std::max(range.start, reached - window);
    std::vector<Message> part;
    TRY(int64_t stopped, reader.Read(where, from, reached, [&](Message&& message) {
      part.push_back(std::move(message));
      return true;
    }));
    // The rest of this window would be newer than what was read of it: without it there is nothing to show.
    if (stopped < reached) break;
    found.insert(found.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    reached = from;
    window *= 4;
  }
  page.complete = page.complete && reached == range.start;
  page.messages.insert(page.messages.end(), std::make_move_iterator(found.begin()),
                       std::make_move_iterator(found.end()));
  page.next[where.partition] = range.end;
  return {};
}

Status ReadLatest(SpanReader& reader, const std::vector<TopicPartition>& where, size_t limit,
                  MessagePage& page) {
  for (const TopicPartition& one : where) {
    TRY_STATUS(ReadBackwards(reader, one, page.ranges.at(one.partition), limit, page));
  }
  std::sort(page.messages.begin(), page.messages.end(), Newer);
  if (page.messages.size() > limit) {
    page.messages.resize(limit);
    page.complete = false;
  }
  return {};
}

// Every partition may give its share, what one leaves over the later ones may take.
Status ReadForwards(SpanReader& reader, const std::vector<TopicPartition>& where, const kafka::Offsets& from,
                    const MessageRequest& request, MessagePage& page) {
  size_t left = request.limit, partitions = where.size();
  for (const TopicPartition& one : where) {
    size_t share = (left + partitions - 1) / partitions;
    --partitions;
    int64_t end = page.ranges.at(one.partition).end, start = from.at(one);
    // The limit is used up: the rest is for the next time.
    if (share == 0) {
      page.next[one.partition] = start;
      page.complete = page.complete && start >= end;
      continue;
    }
    // Without a filter each record is one of the answer, so more than the share could never catch up.
    if (request.follow && !reader.filters() && end - start > static_cast<int64_t>(share)) {
      page.passed_over += static_cast<uint64_t>(end - start) - share;
      start = end - static_cast<int64_t>(share);
    }
    size_t taken = 0;
    TRY(page.next[one.partition], reader.Read(one, start, end, [&](Message&& message) {
      page.messages.push_back(std::move(message));
      return ++taken < share;
    }));
    left -= taken;
    page.complete = page.complete && page.next[one.partition] >= end;
  }
  std::stable_sort(page.messages.begin(), page.messages.end(),
                   [](const Message& a, const Message& b) { return a.timestamp_ms < b.timestamp_ms; });
  return {};
}

Result<kafka::Offsets> Beginnings(kafka::Consumer& consumer, const std::vector<TopicPartition>& where,
                                  const MessageRequest& request, const MessagePage& page) {
  kafka::Offsets offsets;
  for (const TopicPartition& one : where) offsets[one] = page.ranges.at(one.partition).end;
  if (!request.after.empty()) {
    for (auto& [one, offset] : offsets) {
      const kafka::Range& range = page.ranges.at(one.partition);
      auto given = request.after.find(one.partition);
      if (given != request.after.end()) offset = std::clamp(given->second, range.start, range.end);
    }
    return offsets;
  }
  TRY(kafka::Position position, kafka::ParsePosition(request.from));
  if (position.kind == kafka::Position::Kind::kTime) {
    TRY(auto found, consumer.OffsetsForTime(where, position.value));
    for (const auto& [one, offset] : found) {
      if (offset >= 0) offsets[one] = offset;
    }
    return offsets;
  }
  for (auto& [one, offset] : offsets) offset = position.Within(page.ranges.at(one.partition));
  return offsets;
}

}  // namespace

Result<MessagePage> ReadMessages(StreamAccess& access, const MessageRequest& request,
                                 const ReaderLimits& limits) {
  if (request.limit < 1 || request.limit > limits.most) {
    return Fail(Code::kInvalid, "limit {} is not possible; give 1 to {}", request.limit, limits.most);
  }
  std::optional<record::JsonFilter> filter;
  if (!request.filter.empty()) {
    TRY(filter, record::JsonFilter::Parse(request.filter));
  }
  bool latest = request.after.empty() && request.from == "latest";
  if (!latest && request.after.empty()) TRY_STATUS(kafka::ParsePosition(request.from));
  TRY(auto consumer, access.Consumer());
  TRY(auto where, consumer->PartitionsOf(request.topic, request.partitions));
  MessagePage page;
  for (const TopicPartition& one : where) {
    TRY(page.ranges[one.partition], consumer->RangeOf(one));
  }
  SpanReader reader(*consumer, std::move(filter), limits);
  if (latest) {
    TRY_STATUS(ReadLatest(reader, where, request.limit, page));
  } else {
    TRY(auto from, Beginnings(*consumer, where, request, page));
    TRY_STATUS(ReadForwards(reader, where, from, request, page));
  }
  page.looked_at = reader.looked_at();
  return page;
}

Result<kafka::Delivered> SendMessage(StreamAccess& access, Message message) {
  // A client's first use would make the topic; a slip of the pen must not.
  TRY(auto admin, access.Admin());
  TRY(auto topic, admin->DescribeTopic(message.topic));
  if (message.partition >= static_cast<int32_t>(topic.partitions.size())) {
    return Fail(Code::kNotFound, "topic {} has no partition {}; it has {}", message.topic, message.partition,
                topic.partitions.size());
  }
  TRY(auto producer, access.Producer());
  struct Report {
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Result<kafka::Delivered>> result;
  };
  auto report = std::make_shared<Report>();
  TRY_STATUS(producer->Send(std::move(message), [report](const Result<kafka::Delivered>& result) {
    std::lock_guard lock(report->mutex);
    report->result = result;
    report->came.notify_all();
  }));
  std::unique_lock lock(report->mutex);
  if (!report->came.wait_for(lock, kAcknowledge, [&] { return report->result.has_value(); })) {
    return Fail(Code::kTimeout, "the record was not acknowledged within {} s; look whether it is there",
                kAcknowledge.count());
  }
  return *report->result;
}

}  // namespace souk::serve
