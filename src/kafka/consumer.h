// Reads records of topics, alone or as a member of a group.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kafka/client_settings.h"
#include "kafka/message.h"

namespace souk::kafka {

struct ConsumerOptions {
  std::string group;  // "": none; then only Assign, and no commits
  std::string
      instance;  // static membership: a process that comes back under this name takes its place at once
  bool from_beginning = true;  // where a partition without a committed offset begins
  Properties properties;       // beside the settings'; by default cooperative-sticky, commits by hand
};

// First record that is not there: a reader that has it has everything. A negative value is not an offset.
using Offsets = std::map<TopicPartition, int64_t>;
constexpr int64_t kBeginning = -2;
constexpr int64_t kEnd = -1;
constexpr int64_t kCommitted = -1000;

struct Range {
  int64_t start = 0;  // first offset that is there
  int64_t end = 0;    // of the next record
};

// Threads: one at a time, but for Close. Callbacks run within Poll and Close.
class Consumer {
 public:
  static Result<std::unique_ptr<Consumer>> Open(const ClientSettings& settings,
                                                const ConsumerOptions& options);
  ~Consumer();
  Consumer(const Consumer&) = delete;

  // As a member of the group. `assigned` and `revoked` name only what changed; offsets of what is revoked are
  // to be committed in there.
  using Change = std::function<void(const std::vector<TopicPartition>&)>;
  Status Subscribe(const std::vector<std::string>& topics, Change assigned = nullptr,
                   Change revoked = nullptr);
  // By itself: exactly these, each from an offset, kBeginning, kEnd or kCommitted.
  Status Assign(const Offsets& from);
  std::vector<TopicPartition> assignment() const;

  // The next record; nullopt when none came in time. kCorrupt: its bytes are damaged, kNotFound: the topic is
  // not there.
  Result<std::optional<Message>> Poll(std::chrono::milliseconds timeout);
  // Up to `most` records, as many as come within `timeout`.
  Result<std::vector<Message>> PollBatch(size_t most, std::chrono::milliseconds timeout);
  // The same without copying: `on_message` sees each record, those before an error included; what it sees
  // stays until the next PollEach or Close. For partitions of Assign. Returns how many there were.
  Result<size_t> PollEach(size_t most, std::chrono::milliseconds timeout,
                          const std::function<void(const MessageView&)>& on_message);
  // Whether Poll has come to the end of this partition since the last record of it.
  bool AtEnd(const TopicPartition& where) const;

  // Durable at the broker when it returns. kDenied: another member has taken the partition over.
  Status Commit(const Offsets& next);
  Result<Offsets> Committed(const std::vector<TopicPartition>& where);
  Status Seek(const TopicPartition& where, int64_t offset);

  Result<Range> RangeOf(const TopicPartition& where);
  // The same as of the last answer the broker gave, without asking; nothing before the first.
  std::optional<Range> KnownRangeOf(const TopicPartition& where) const;
  // First offset with a timestamp of at least `timestamp_ms`; the end when there is none.
  Result<Offsets> OffsetsForTime(const std::vector<TopicPartition>& where, int64_t timestamp_ms);
  // Partitions of a topic: all, or `only` these; kNotFound when one is missing.
  Result<std::vector<TopicPartition>> PartitionsOf(const std::string& topic,
                                                   const std::vector<int32_t>& only = {});

  // Leaves the group (a static member keeps its place until its session ends).
  Status Close();

 private:
  struct Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::kafka
