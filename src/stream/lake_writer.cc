#include "stream/lake_writer.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/log.h"
#include "stream/topic_into_lake.h"

namespace souk::stream {
namespace {

using kafka::TopicPartition;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{100};
constexpr milliseconds kPause{1000};  // before what failed is tried again
constexpr size_t kBatch = 5000;
constexpr Micros kTidyInterval = 600 * kMicrosPerSecond;
constexpr Micros kLookInterval = 60 * kMicrosPerSecond;  // for new partitions

// Trying again would not help.
bool ForGood(const Error& error) { return error.code == Code::kInvalid || error.code == Code::kCorrupt; }

}  // namespace

struct LakeWriter::Impl {
  Impl(const LakeWriterOptions& options_of, const kafka::ClientSettings& clients_of,
       std::shared_ptr<lake::FileStore> store_of, const Clock& clock_of)
      : options(options_of),
        clients(clients_of),
        store(std::move(store_of)),
        clock(clock_of),
        quarantine_topic(options.quarantine_topic, clients) {}

  Status Start();
  Result<kafka::Offsets> Places(TopicIntoLake& topic);
  Result<bool> Poll();
  Status CommitDue(bool all);
  Status TidyUp();
  Result<bool> HasNewPartitions();
  bool AtEnd() const;
  void Publish();
  void Say(const Status& status);

  LakeWriterOptions options;
  const kafka::ClientSettings& clients;
  std::shared_ptr<lake::FileStore> store;
  const Clock& clock;
  QuarantineTopic quarantine_topic;
  std::vector<std::unique_ptr<TopicIntoLake>> topics;
  std::unique_ptr<kafka::Consumer> consumer;
  std::vector<TopicPartition> partitions;
  bool started = false;  // the consumer stands where the lake is
  Micros looked = 0, tidied = 0;

  mutable std::mutex mutex;
  std::vector<LakeTopicStatus> status;
  std::string error;
};

Result<std::unique_ptr<LakeWriter>> LakeWriter::Open(const LakeWriterOptions& options,
                                                     const kafka::ClientSettings& clients,
                                                     std::shared_ptr<lake::FileStore> store,
                                                     const Clock& clock) {
  if (options.topics.empty()) return Fail(Code::kInvalid, "name at least one topic to read");
  std::unique_ptr<LakeWriter> writer(new LakeWriter(options, clients, std::move(store), clock));
  Impl& impl = *writer->impl_;
  for (const LakeTopic& topic : impl.options.topics) {
    TRY(auto into, TopicIntoLake::Make(topic, impl.options, impl.store, clock, impl.quarantine_topic));
    impl.topics.push_back(std::move(into));
  }
  std::error_code failed;
  std::filesystem::create_directories(options.scratch, failed);
  if (failed) return Fail(Code::kIo, "cannot make {}: {}", options.scratch, failed.message());
  impl.Publish();
  return writer;
}

LakeWriter::LakeWriter(const LakeWriterOptions& options, const kafka::ClientSettings& clients,
                       std::shared_ptr<lake::FileStore> store, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, clients, std::move(store), clock)) {}

LakeWriter::~LakeWriter() = default;

// Where each partition of the topic is to be read from.
Result<kafka::Offsets> LakeWriter::Impl::Places(TopicIntoLake& topic) {
  TRY(auto all, consumer->PartitionsOf(topic.topic().topic));
  kafka::Offsets from;
  for (const TopicPartition& where : all) {
    int64_t next = topic.NextOf(where.partition);
    from[where] = next;
    if (next < 0) continue;
    TRY(kafka::Range range, consumer->RangeOf(where));
    if (next > range.end) {
      return Fail(
          Code::kInvalid,
          "{}-{} ends at offset {}, and the lake has its records up to {}: the topic was made anew. Give it "
          "another name, so that its records can be told from the old ones",
          where.topic, where.partition, range.end, next);
    }
    if (next < range.start) {
      Log(LogLevel::kError, "stream", "records were removed from the topic before they came into the lake",
          {{"partition", fmt::format("{}-{}", where.topic, where.partition)},
           {"from", std::to_string(next)},
           {"until", std::to_string(range.start)}});
    }
  }
  return from;
}

Status LakeWriter::Impl::Start() {
  for (auto& topic : topics) TRY_STATUS(topic->Begin());
  kafka::ConsumerOptions of_consumer;
  of_consumer.properties = {{"queued.max.messages.kbytes", "32768"}};
  TRY(consumer, kafka::Consumer::Open(clients, of_consumer));
  kafka::Offsets from;
  for (auto& topic : topics) {
    TRY(auto places, Places(*topic));
    from.insert(places.begin(), places.end());
  }
  partitions.clear();
  for (const auto& [where, offset] : from) partitions.push_back(where);
  TRY_STATUS(consumer->Assign(from));
  looked = clock.Now();
  started = true;
  return {};
}

// Whether anything came.
Result<bool> LakeWriter::Impl::Poll() {
  Status taken;
  auto count = consumer->PollEach(kBatch, kPoll, [&](const kafka::MessageView& message) {
    if (!taken) return;
    for (auto& topic : topics) {
      if (topic->topic().topic == message.topic) taken = topic->Take(message);
    }
  });
  if (!taken) {
    started = false;  // the rest of the batch went by
    return tl::unexpected(taken.error());
  }
  if (!count) return tl::unexpected(count.error());
  return *count > 0;
}

Status LakeWriter::Impl::CommitDue(bool all) {
  for (auto& topic : topics) {
    if (topic->empty()) continue;
    bool old = clock.Now() - topic->since() >= options.interval;
    if (!all && !old && topic->bytes() < options.bytes && !topic->full()) continue;
    Status done = topic->Commit();
    if (!done && done.error().code == Code::kAlreadyExists) started = false;
    TRY_STATUS(done);
  }
  return {};
}

Status LakeWriter::Impl::TidyUp() {
  if (clock.Now() - tidied < kTidyInterval) return {};
  tidied = clock.Now();
  for (auto& topic : topics) TRY_STATUS(topic->TidyUp());
  return {};
}

Result<bool> LakeWriter::Impl::HasNewPartitions() {
  if (clock.Now() - looked < kLookInterval) return false;
  looked = clock.Now();
  size_t count = 0;
  for (auto& topic : topics) {
    TRY(auto all, consumer->PartitionsOf(topic->topic().topic));
    count += all.size();
  }
  return count > partitions.size();
}

bool LakeWriter::Impl::AtEnd() const {
  return std::all_of(partitions.begin(), partitions.end(),
                     [&](const auto& where) { return consumer->AtEnd(where); });
}

void LakeWriter::Impl::Say(const Status& said) {
  std::string text = said ? "" : said.error().message;
  if (text == error) return;
  error = text;
  if (!said) Log(LogLevel::kWarn, "stream", "the lake falls behind its topics", {{"reason", text}});
}

void LakeWriter::Impl::Publish() {
  std::vector<LakeTopicStatus> now;
  for (auto& topic : topics) {
    LakeTopicStatus one = topic->counts();
    one.error = error;
    one.held_bytes = topic->bytes_in_memory();
    for (const TopicPartition& where : partitions) {
      if (where.topic != one.topic || !consumer) continue;
      auto range = consumer->KnownRangeOf(where);
      if (range)
        one.lag += std::max<int64_t>(0, range->end - std::max(topic->NextOf(where.partition), range->start));
    }
    now.push_back(std::move(one));
  }
  std::scoped_lock lock(mutex);
  status = std::move(now);
}

Status LakeWriter::Run(const std::atomic<bool>& stop) {
  Impl& impl = *impl_;
  bool uncommitted = false;
  while (!stop) {
    Status step;
    bool came = false;
    if (!impl.started) step = impl.Start();
    // What could not be committed is not added to.
    if (step && !uncommitted) {
      auto polled = impl.Poll();
      if (!polled) step = tl::unexpected(polled.error());
      came = polled.value_or(false);
    }
    bool at_end = step && impl.options.until_end && !came && impl.AtEnd();
    // Also when no broker answers: what came is complete.
    if (impl.started) {
      Status done = impl.CommitDue(at_end);
      uncommitted = !done && impl.started;
      if (step) step = done;
    }
    if (step) step = impl.TidyUp();
    if (step && at_end) break;
    if (step && !came) {
      auto more = impl.HasNewPartitions();
      if (!more) step = tl::unexpected(more.error());
      if (more.value_or(false)) {
        step = impl.CommitDue(true);
        impl.started = !step.has_value();
      }
    }
    impl.Say(step);
    impl.Publish();
    if (!step && ForGood(step.error())) return step;
    for (auto waited = milliseconds(0); !step && !stop && waited < kPause; waited += kPoll) {
      std::this_thread::sleep_for(kPoll);
    }
  }
  Status last = impl.started ? impl.CommitDue(true) : Status();
  impl.Say(last);
  impl.Publish();
  return last;
}

std::vector<LakeTopicStatus> LakeWriter::status() const {
  std::scoped_lock lock(impl_->mutex);
  return impl_->status;
}

}  // namespace souk::stream
