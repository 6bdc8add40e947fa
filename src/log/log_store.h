// All topics of a broker on disk, and the state that says what was acknowledged: topics, committed offsets,
// groups, producer ids. Bytes: docs/format/log.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "log/file_layer.h"
#include "log/log_options.h"
#include "log/partition_log.h"

namespace souk::log {

using Uuid = std::array<uint8_t, 16>;
std::string UuidText(const Uuid& id);  // 22 characters, base64url, as Kafka shows it

// A topic as it was when asked for; partitions stay usable after the topic is deleted, but nothing keeps what
// is appended then.
struct Topic {
  std::string name;
  Uuid id{};
  TopicConfigs configs;  // what was set; DescribeOptions(options) has the rest
  LogOptions options;
  std::vector<std::shared_ptr<PartitionLog>> partitions;
};

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

struct CommittedOffset {
  int64_t offset = -1;
  int32_t leader_epoch = -1;
  std::string metadata;
  int64_t commit_time = 0;  // ms; set by the store
};

struct StoreOptions {
  LogOptions defaults;  // for topics that say nothing else; its flush mode holds for the state too
  // Starts the threads for flushing, retention and compaction; tests call FlushDue and Maintain instead.
  bool background = true;
  int64_t retention_check_ms = 300'000;
  int64_t offsets_retention_ms = 604'800'000;  // of groups without members; the caller says which have some
};

struct StoreReport {
  bool clean = false;
  int64_t topics = 0;
  int64_t partitions = 0;
  uint64_t scanned_bytes = 0;
  uint64_t cut_bytes = 0;
  std::vector<std::string>
      notes;  // one sentence each, for the log: what was cut, rebuilt, damaged, tidied up
};

// Threads: any. Functions that change the state are durable when they return (or call `done`), as the flush
// mode promises; creating and deleting topics and giving out producer ids always survive a power failure. A
// crash at any moment leaves each change done or not done.
class LogStore {
 public:
  // `directory` is made when missing. One process at a time: the caller holds the lock of the data directory.
  static Result<std::unique_ptr<LogStore>> Open(const std::string& directory, const StoreOptions& options,
                                                const Clock& clock, FileLayer& files = PosixFiles());
  ~LogStore();  // as Close, errors go to the log

  // kAlreadyExists; kInvalid: name, number of partitions (1 to 100 000) or configuration.
  Result<std::shared_ptr<const Topic>> CreateTopic(const std::string& name, int32_t partitions,
                                                   const TopicConfigs& configs);
  Status DeleteTopic(const std::string& name);  // its committed offsets too; kNotFound
  // kInvalid unless `total` is more than there are.
  Status AddPartitions(const std::string& name, int32_t total);
  // Replaces what was set.
  Status SetTopicConfigs(const std::string& name, const TopicConfigs& configs);
  std::vector<std::shared_ptr<const Topic>> Topics() const;             // by name
  std::shared_ptr<const Topic> FindTopic(std::string_view name) const;  // null: none
  std::shared_ptr<const Topic> FindTopic(const Uuid& id) const;
  // null: no such topic or partition
  std::shared_ptr<PartitionLog> FindPartition(std::string_view topic, int32_t partition) const;

  void CommitOffsets(const std::string& group, const std::map<TopicPartition, CommittedOffset>& offsets,
                     Done done);
  std::map<TopicPartition, CommittedOffset> Offsets(std::string_view group) const;
  void DeleteOffsets(const std::string& group, const std::vector<TopicPartition>& which, Done done);
  // Whatever the coordinator wants to know of a group after a restart (members, generation), in its own
  // encoding.
  void SaveGroup(const std::string& group, std::string_view state, Done done);
  // Groups with saved state or committed offsets; the value is empty when there is no saved state.
  std::map<std::string, std::string> Groups() const;
  void DeleteGroup(const std::string& group, Done done);  // state and offsets
  // Drops offsets older than offsets_retention_ms of groups that `active` does not name.
  Status ExpireOffsets(const std::vector<std::string>& active);

  // Never the same twice, not even after a power failure.
  Result<int64_t> AllocateProducerId();
  // Made with the store, 22 characters.
  const std::string& cluster_id() const;

  // What is due by the clock: interval flushes; retention, compaction, freeing what is idle.
  Status FlushDue();
  Status Maintain();
  // Every batch of every partition is read and checked.
  Result<std::vector<Damage>> Check() const;

  const StoreReport& report() const;
  const std::string& directory() const;
  // Stops the threads, syncs everything and marks a clean stop. Later calls fail.
  Status Close();

 private:
  struct Impl;
  explicit LogStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::log
