#include "ingest/topic_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/log.h"
#include "kafka/consumer.h"

namespace souk::ingest {
namespace {

using kafka::Message;
using kafka::TopicPartition;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kPoll = std::chrono::milliseconds(100);

// What came of one partition and is not in a file yet.
struct Batch {
  std::string lines;
  int64_t first = -1, last = -1;
  size_t records = 0;
  SteadyTime since;
  std::vector<int64_t> stamps_ms;
};

// Bytes of a file's name that stores and shells like; a topic's name has no others.
std::string FileName(const TopicPartition& where, const Batch& batch, Micros now) {
  std::string stamp = FormatUtc(now);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}-{}-{}-{}-{}.jsonl", where.topic, where.partition, batch.first, batch.last, stamp);
}

class TopicSink {
 public:
  TopicSink(const TopicSinkOptions& options, lake::FileStore& store, const Clock& clock, Progress& progress)
      : options_(options), store_(store), clock_(clock), progress_(progress) {}

  Result<TopicSinkSummary> Run(const kafka::ClientSettings& settings) {
    auto began = std::chrono::steady_clock::now();
    TRY_STATUS(store_.PrepareFolder(options_.folder));
    kafka::ConsumerOptions consumer;
    consumer.group = options_.group;
    consumer.instance = options_.instance;
    TRY(consumer_, kafka::Consumer::Open(settings, consumer));
    TRY_STATUS(consumer_->Subscribe(
        options_.topics, [this](const auto& partitions) { Assigned(partitions); },
        [this](const auto& partitions) { Revoked(partitions); }));
    progress_.Stage("writing", options_.records, "records");
    Status ended = Work();
    // What is complete in memory is kept also when the end is an error.
    Status written = WriteAll();
    Status closed = consumer_->Close();
    TRY_STATUS(ended);
    TRY_STATUS(written);
    TRY_STATUS(closed);
    summary_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (summary_.records > 0) summary_.mean_latency_s /= static_cast<double>(summary_.records);
    return summary_;
  }

 private:
  Status Work() {
    while (!progress_.Cancelled()) {
      TRY(auto messages, consumer_->PollBatch(options_.batch_records, kPoll));
      TRY_STATUS(failed_);
      for (Message& message : messages) TRY_STATUS(Take(std::move(message)));
      TRY_STATUS(WriteOld());
      if (options_.records > 0 && summary_.records >= options_.records) break;
      if (options_.until_end && messages.empty() && AllAtEnd()) break;
    }
    return {};
  }

  bool AllAtEnd() const {
    auto mine = consumer_->assignment();
    return !mine.empty() &&
           std::all_of(mine.begin(), mine.end(), [&](const auto& where) { return consumer_->AtEnd(where); });
  }

  // Files of an earlier run say how far it came; the group's offsets may be behind them.
  void Assigned(const std::vector<TopicPartition>& partitions) {
    auto files = store_.List(options_.folder);
    if (!files) {
      failed_ = tl::unexpected(files.error());
      return;
    }
    for (const TopicPartition& where : partitions) {
      int64_t end = -1;
      for (const auto& file : *files) {
        std::string_view name = file.path;
        name.remove_prefix(std::min(name.size(), name.rfind('/') + 1));
        end = std::max(end, EndOfSinkFile(name, where.topic, where.partition));
      }
      written_[where] = end;
    }
  }

  void Revoked(const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& where : partitions) {
      if (Status written = Write(where); !written && failed_) failed_ = written;
      batches_.erase(where);
      written_.erase(where);
    }
  }

  Status Take(Message message) {
    TopicPartition where{message.topic, message.partition};
    if (message.offset < written_[where]) {
      ++summary_.skipped;
      return {};
    }
    Batch& batch = batches_[where];
    if (batch.records == 0) {
      batch.first = message.offset;
      batch.since = std::chrono::steady_clock::now();
    }
    batch.last = message.offset;
    ++batch.records;
    batch.stamps_ms.push_back(message.timestamp_ms);
    if (message.value) {
      std::replace_if(
          message.value->begin(), message.value->end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
      batch.lines += *message.value;
    }
    batch.lines += '\n';
    return batch.records >= options_.batch_records ? Write(where) : Status();
  }

  Status WriteOld() {
    auto now = std::chrono::steady_clock::now();
    std::vector<TopicPartition> old;
    for (const auto& [where, batch] : batches_) {
      if (batch.records > 0 && now - batch.since >= options_.batch_time) old.push_back(where);
    }
    for (const TopicPartition& where : old) TRY_STATUS(Write(where));
    return {};
  }

  Status WriteAll() {
    std::vector<TopicPartition> all;
    for (const auto& [where, batch] : batches_) all.push_back(where);
    for (const TopicPartition& where : all) TRY_STATUS(Write(where));
    return {};
  }

  // The file first, then the offset.
  Status Write(const TopicPartition& where) {
    auto at = batches_.find(where);
    if (at == batches_.end() || at->second.records == 0) return {};
    Batch batch = std::move(at->second);
    at->second = {};
    TRY_STATUS(store_.Create(fmt::format("{}/{}", options_.folder, FileName(where, batch, clock_.Now())),
                             batch.lines));
    written_[where] = batch.last + 1;
    ++summary_.files;
    summary_.records += batch.records;
    summary_.bytes += batch.lines.size();
    progress_.Advance(batch.records);
    for (int64_t stamp : batch.stamps_ms) {
      double latency = std::max(0.0, static_cast<double>(clock_.Now() / 1000 - stamp) / 1000);
      summary_.mean_latency_s += latency;  // the sum until the end
      summary_.longest_latency_s = std::max(summary_.longest_latency_s, latency);
    }
    Log(LogLevel::kInfo, "ingest", "file in place",
        {{"topic", where.topic},
         {"partition", std::to_string(where.partition)},
         {"records", std::to_string(batch.records)},
         {"last", std::to_string(batch.last)}});
    return consumer_->Commit({{where, batch.last + 1}});
  }

  const TopicSinkOptions& options_;
  lake::FileStore& store_;
  const Clock& clock_;
  Progress& progress_;
  std::unique_ptr<kafka::Consumer> consumer_;
  std::map<TopicPartition, Batch> batches_;
  std::map<TopicPartition, int64_t> written_;  // offset after the last one in a file
  TopicSinkSummary summary_;
  Status failed_;
};

}  // namespace

int64_t EndOfSinkFile(std::string_view name, const std::string& topic, int32_t partition) {
  std::string prefix = fmt::format("{}-{}-", topic, partition);
  if (!name.starts_with(prefix) || !name.ends_with(".jsonl")) return -1;
  name.remove_prefix(prefix.size());
  int64_t first = 0, last = 0;
  auto [middle, error] = std::from_chars(name.data(), name.data() + name.size(), first);
  if (error != std::errc() || *middle != '-') return -1;
  auto [end, other] = std::from_chars(middle + 1, name.data() + name.size(), last);
  // Another topic's name may look like this one's and a partition, so what follows must be a time and nothing
  // else.
  constexpr std::ptrdiff_t kRest = std::string_view("-20261121T201500Z.jsonl").size();
  bool whole = other == std::errc() && *end == '-' && name.data() + name.size() - end == kRest;
  return whole && last >= first ? last + 1 : -1;
}

Result<TopicSinkSummary> RunTopicSink(const TopicSinkOptions& options, const kafka::ClientSettings& settings,
                                      lake::FileStore& store, const Clock& clock, Progress& progress) {
  if (options.topics.empty()) return Fail(Code::kInvalid, "name at least one topic to read");
  if (options.batch_records == 0) return Fail(Code::kInvalid, "a batch has at least one record");
  return TopicSink(options, store, clock, progress).Run(settings);
}

}  // namespace souk::ingest
