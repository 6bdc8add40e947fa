#include "stream/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "stream/committer.h"
#include "stream/crash_point.h"
#include "stream/decode_ahead.h"
#include "stream/latency.h"

namespace souk::stream {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr auto kNoWait = std::chrono::milliseconds(0);
constexpr Micros kOffsetsInterval = 5 * kMicrosPerSecond;
constexpr Micros kPartitionsInterval = 30 * kMicrosPerSecond;
// Before the last commit, so that clocks that differ a little leave nothing out.
constexpr Micros kReadAgain = 60 * kMicrosPerSecond;
// What the client may hold of one partition, so that its memory is bounded where the processor is slower.
constexpr const char* kQueueKilobytes = "6144";
// How long the client waits when it holds that much. Its default of a second is longer than the processor
// needs for it.
constexpr const char* kQueueBackoffMs = "5";

class Runner {
 public:
  Runner(const RunnerOptions& options, Processor& processor, store::HotStore& store, const Clock& clock,
         const OnCommit& on_commit)
      : options_(options),
        processor_(processor),
        store_(store),
        clock_(clock),
        on_commit_(on_commit),
        decoding_(processor.decoder()),
        committer_(store) {
    processor_.BeforeReading([this] { return committer_.Wait(); });
  }

  Status Run(const kafka::ClientSettings& clients, std::atomic<bool>& stop, std::atomic<Micros>& beat) {
    clients_ = &clients;
    TRY_STATUS(OpenConsumer());
    TRY_STATUS(FindPartitions());
    while (!stop) {
      beat = clock_.Now();
      TRY_STATUS(ReadAndCount());
      Micros now = clock_.Now();
      for (size_t i = 0; i < partitions_.size(); ++i) {
        if (consumer_->AtEnd(partitions_[i].where)) processor_.AtEnd(i, now);
      }
      // While a batch is on its way the next one grows, up to a bound.
      bool due = now - committed_at_ >= options_.commit_interval || waiting_ >= options_.batch_records;
      if (due && (committer_.idle() || waiting_ >= 2 * options_.batch_records)) TRY_STATUS(Commit(now));
      TRY_STATUS(DoChores(now));
    }
    TRY_STATUS(CountDecoded());
    TRY_STATUS(Commit(clock_.Now()));
    TRY_STATUS(committer_.Wait());
    return CommitOffsets();
  }

 private:
  struct Partition {
    kafka::TopicPartition where;
    int64_t next_offset = 0;  // to be read
    int64_t counted = 0;      // all before it are
    bool check = false;  // the record before next_offset comes first, and has to be the one that was read
    bool lost = false;   // it is not: what was read is no longer there
  };

  struct Arrived {
    int64_t timestamp_ms = 0;
    uint64_t records = 0;
  };

  Status OpenConsumer() {
    kafka::ConsumerOptions options;
    options.group = options_.group;
    options.properties["queued.max.messages.kbytes"] = kQueueKilobytes;
    options.properties["fetch.queue.backoff.ms"] = kQueueBackoffMs;
    TRY(consumer_, kafka::Consumer::Open(*clients_, options));
    return {};
  }

  // All partitions of the topics; new ones are taken up.
  Status FindPartitions() {
    TRY_STATUS(CountDecoded());
    bool changed = false;
    for (const std::string& topic : options_.topics) {
      TRY(auto all, consumer_->PartitionsOf(topic));
      for (const kafka::TopicPartition& where : all) {
        auto known = [&](const Partition& p) { return p.where == where; };
        if (std::any_of(partitions_.begin(), partitions_.end(), known)) continue;
        Partition partition{where};
        TRY(size_t number, processor_.AddPartition(where.topic, where.partition, partition.next_offset));
        if (number != partitions_.size())
          return Fail(Code::kInvalid, "the processor was given partitions before");
        TRY_STATUS(LookForGap(number, partition));
        partition.counted = partition.next_offset;
        partitions_.push_back(std::move(partition));
        changed = true;
      }
    }
    return changed ? Assign() : Status();
  }

  Status Assign() {
    kafka::Offsets from;
    for (Partition& partition : partitions_) {
      size_t number = static_cast<size_t>(&partition - partitions_.data());
      TRY(kafka::Range range, consumer_->RangeOf(partition.where));
      partition.check =
          processor_.LastFingerprint(number) != 0 && partition.next_offset > range.start && !partition.lost;
      from[partition.where] = partition.next_offset - (partition.check ? 1 : 0);
    }
    return consumer_->Assign(from);
  }

  // Records that the topic no longer has cannot be made up for, but they must not vanish in silence.
  Status LookForGap(size_t number, Partition& partition) {
    TRY(kafka::Range range, consumer_->RangeOf(partition.where));
    if (partition.next_offset < range.start && partition.next_offset > 0) {
      Log(LogLevel::kWarn, "stream", "records were deleted from the topic before the stream had read them",
          {{"from", kafka::Place(partition.where, partition.next_offset)},
           {"to", std::to_string(range.start - 1)}});
    }
    if (partition.next_offset > range.end) return GoOnAfterLoss(number, partition);
    partition.next_offset = std::max(partition.next_offset, range.start);
    return {};
  }

  // The topic was made anew, or its broker has lost the newest records, as with unsynced ones in a power
  // failure. What was counted stays counted. Others may be at these offsets now: all that came since the last
  // commit are read; a record that was counted is known by its id.
  Status GoOnAfterLoss(size_t number, Partition& partition) {
    TRY_STATUS(committer_.Wait());
    TRY(store::HotHead head, store_.Head());
    int64_t since_ms = (head.committed_at - kReadAgain) / 1000;
    TRY(kafka::Offsets found, consumer_->OffsetsForTime({partition.where}, since_ms));
    TRY(kafka::Range range, consumer_->RangeOf(partition.where));
    int64_t offset = found.contains(partition.where) ? found[partition.where] : range.end;
    if (offset < 0) offset = range.end;
    Log(LogLevel::kWarn, "stream",
        "the topic no longer has the records that were counted last; their figures stay",
        {{"read_up_to", kafka::Place(partition.where, partition.next_offset)},
         {"goes_on_at", std::to_string(offset)},
         {"end", std::to_string(range.end)}});
    partition.next_offset = partition.counted = offset;
    partition.lost = false;
    processor_.ContinueAt(number, offset);
    return {};
  }

  // Anew, so that nothing of before is under way.
  Status ReopenAfterLoss() {
    for (size_t i = 0; i < partitions_.size(); ++i) {
      if (partitions_[i].lost) TRY_STATUS(GoOnAfterLoss(i, partitions_[i]));
    }
    any_lost_ = false;
    TRY_STATUS(OpenConsumer());
    return Assign();
  }

  // The records that come are decoded while those before are counted.
  Status ReadAndCount() {
    TRY_STATUS(Read(decoded_ == nullptr ? kPoll : kNoWait));
    if (!records_.empty()) decoding_.Begin(records_);
    Status counted = CountDecoded();
    if (!records_.empty()) decoded_ = &decoding_.Finish();
    if (!counted || !any_lost_) return counted;
    TRY_STATUS(CountDecoded());
    return ReopenAfterLoss();
  }

  // What is to be counted next.
  Status Read(std::chrono::milliseconds timeout) {
    records_.clear();
    auto keep = [&](const kafka::MessageView& message) {
      size_t number = NumberOf(message);
      StreamRecord record{number, message.offset, message.timestamp_ms, message.value};
      if (!IsNext(partitions_[number], record)) return;
      partitions_[number].next_offset = message.offset + 1;
      records_.push_back(record);
    };
    auto read = consumer_->PollEach(std::min<size_t>(options_.batch_records, kMostAtOnce), timeout, keep);
    return read ? Status() : Status(tl::unexpected(read.error()));
  }

  Status CountDecoded() {
    if (decoded_ == nullptr) return {};
    DecodedBatch& batch = *std::exchange(decoded_, nullptr);
    for (const DecodedBatch::Record& record : batch.records) {
      partitions_[record.partition].counted = record.offset + 1;
      CountArrival(record.timestamp_ms);
    }
    waiting_ += batch.records.size();
    return processor_.Count(batch, clock_.Now());
  }

  // Whether the record is to be counted. An earlier offset comes when the broker no longer knows the one that
  // was asked for.
  bool IsNext(Partition& partition, const StreamRecord& record) {
    if (partition.lost) return false;
    bool check = std::exchange(partition.check, false);
    if (record.offset >= partition.next_offset) return true;
    bool same = check && record.offset + 1 == partition.next_offset &&
                FingerprintOf(record) == processor_.LastFingerprint(record.partition);
    if (!same) partition.lost = any_lost_ = true;
    return false;
  }

  // Records of one millisecond mostly come together.
  void CountArrival(int64_t timestamp_ms) {
    if (arrived_.empty() || arrived_.back().timestamp_ms != timestamp_ms)
      arrived_.push_back({timestamp_ms, 0});
    ++arrived_.back().records;
  }

  size_t NumberOf(const kafka::MessageView& message) {
    if (last_ < partitions_.size()) {
      const auto& where = partitions_[last_].where;
      if (where.partition == message.partition && where.topic == message.topic) return last_;
    }
    for (last_ = 0; last_ + 1 < partitions_.size(); ++last_) {
      const auto& where = partitions_[last_].where;
      if (where.partition == message.partition && where.topic == message.topic) break;
    }
    return last_;
  }

  Status Commit(Micros now) {
    committed_at_ = now;
    TRY(auto batch, processor_.Cut(now));
    if (!batch) return {};
    CrashPoint("batch_cut");
    auto tell = [this, now, arrived = std::exchange(arrived_, {}), health = Health()](
                    const store::HotBatch& committed) { Tell(committed, arrived, health, now); };
    waiting_ = 0;
    events_ += batch->events.size();
    return committer_.Submit(std::move(*batch), std::move(tell));
  }

  // On the committer's thread.
  void Tell(const store::HotBatch& batch, const std::vector<Arrived>& arrived, StreamHealth health,
            Micros cut_at) {
    Micros now = clock_.Now();
    for (const Arrived& a : arrived) latency_.Add(now - a.timestamp_ms * 1000, a.records, now);
    health.records_per_second = latency_.PerSecond(now);
    health.latency_p50 = latency_.Percentile(0.5, now);
    health.latency_p99 = latency_.Percentile(0.99, now);
    health.commit_time = now - cut_at;
    if (on_commit_) on_commit_(batch, health);
  }

  // What is known when a batch is cut.
  StreamHealth Health() {
    StreamHealth health;
    health.held = processor_.Held();
    for (const Partition& partition : partitions_) {
      auto range = consumer_->KnownRangeOf(partition.where);
      int64_t lag = range ? std::max<int64_t>(0, range->end - partition.counted) : 0;
      health.partitions.push_back({partition.where.topic, partition.where.partition, partition.counted, lag});
      health.lag += lag;
    }
    return health;
  }

  Status CommitOffsets() {
    kafka::Offsets next;
    for (const Partition& partition : partitions_) next[partition.where] = partition.counted;
    if (Status committed = consumer_->Commit(next); !committed)
      Log(LogLevel::kWarn, "stream", "the group shows an old lag",
          {{"group", options_.group}, {"error", committed.error().message}});
    CrashPoint("offsets_committed");
    return {};
  }

  Status DoChores(Micros now) {
    if (now - offsets_at_ >= kOffsetsInterval) {
      offsets_at_ = now;
      TRY_STATUS(CommitOffsets());
    }
    if (now - partitions_at_ >= kPartitionsInterval) {
      if (partitions_at_ != 0) TRY_STATUS(FindPartitions());
      partitions_at_ = now;
    }
    if (now - trimmed_at_ >= options_.trim_interval || events_ > options_.most_events) {
      trimmed_at_ = now;
      events_ = 0;
      store::HotRetention retention = processor_.Retention();
      retention.most_events = options_.most_events;
      TRY_STATUS(store_.Trim(retention));
    }
    return {};
  }

  static constexpr size_t kMostAtOnce = 5000;

  const RunnerOptions& options_;
  Processor& processor_;
  store::HotStore& store_;
  const Clock& clock_;
  const OnCommit& on_commit_;
  const kafka::ClientSettings* clients_ = nullptr;
  std::unique_ptr<kafka::Consumer> consumer_;
  bool any_lost_ = false;
  std::vector<Partition> partitions_;
  size_t last_ = 0;
  std::vector<StreamRecord> records_;  // as the client has them
  DecodedBatch* decoded_ = nullptr;    // not counted yet
  std::vector<Arrived> arrived_;       // since the last commit
  size_t waiting_ = 0;
  uint64_t events_ = 0;    // that the store was given since it was trimmed
  RecentLatency latency_;  // the committer's thread alone
  Micros committed_at_ = 0, offsets_at_ = 0, partitions_at_ = 0, trimmed_at_ = 0;
  DecodeAhead decoding_;  // it and the next last, so that their threads end first
  Committer committer_;
};

}  // namespace

Status RunStream(const kafka::ClientSettings& clients, const RunnerOptions& options, Processor& processor,
                 store::HotStore& store, const Clock& clock, const OnCommit& on_commit,
                 std::atomic<bool>& stop, std::atomic<Micros>& beat) {
  return Runner(options, processor, store, clock, on_commit).Run(clients, stop, beat);
}

}  // namespace souk::stream
