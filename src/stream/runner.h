// Drives a Processor: reads its topics, commits its batches to the hot store, and tells who listens what was
// committed.
//
// Exactly once: the positions are in the batches, so after a crash or an error another run goes on where the
// store is. The group's offsets in the topic are for people and tools that look at its lag.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kafka/consumer.h"
#include "store/hot_store.h"
#include "stream/processor.h"

namespace souk::stream {

struct RunnerOptions {
  std::string group = "souk-stream";
  std::vector<std::string> topics;
  Micros commit_interval = 100'000;
  size_t batch_records = 20'000;  // a batch is committed with so many, unless the one before still is
  Micros trim_interval = 30 * kMicrosPerSecond;
  uint64_t most_events = 100'000;  // that the hot store keeps; it has at most twice as many for a moment
};

struct PartitionProgress {
  std::string topic;
  int32_t partition = 0;
  int64_t next_offset = 0;
  int64_t lag = 0;  // records that wait
};

// How the stream is, at a commit.
struct StreamHealth {
  double records_per_second = 0;
  int64_t lag = 0;
  Micros latency_p50 = 0, latency_p99 = 0;  // from a record's timestamp in the topic to its commit
  Micros commit_time = 0;                   // of the last commit
  std::vector<PartitionProgress> partitions;
  std::vector<std::pair<std::string, uint64_t>> held;  // Processor::Held
};

// What was committed; good during the call. Called on one thread, not the runner's; must not block.
using OnCommit = std::function<void(const store::HotBatch& batch, const StreamHealth& health)>;

// Runs on the calling thread until `stop`, then commits what it has. Fails when the topics cannot be read or
// the store refuses; the processor is of no more use then. `beat` is set to the clock's time about every
// second, so that others see that it goes on.
Status RunStream(const kafka::ClientSettings& clients, const RunnerOptions& options, Processor& processor,
                 store::HotStore& store, const Clock& clock, const OnCommit& on_commit,
                 std::atomic<bool>& stop, std::atomic<Micros>& beat);

}  // namespace souk::stream
