// One partition on disk: segments of record batches, appended at the end and read from anywhere.
// Bytes: docs/format/log.md. Offsets of a partition have no gaps as they are written; compaction leaves some.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "log/file_layer.h"
#include "log/log_options.h"
#include "log/record_batch.h"

namespace souk::log {

class Syncer;

// What the owner of a partition remembers for it, as durably as it remembers the partition itself.
struct Checkpoint {
  int64_t start_offset = 0;    // records before it are deleted
  int64_t recovery_point = 0;  // everything before it is synced
  int64_t clean_end = -1;      // end offset at a clean stop; -1 while open or after a crash
  bool operator==(const Checkpoint&) const = default;
};

struct Damage {
  int64_t offset = 0;  // first offset that cannot be read
  std::string what;    // "orders-0@17: …", with file and position
};

// What opening found.
struct OpenReport {
  bool clean = false;  // opened at the end of a clean stop, nothing was scanned
  uint64_t scanned_bytes = 0;
  uint64_t cut_bytes = 0;  // torn tail, removed
  uint32_t rebuilt_indexes = 0;
  std::vector<Damage> damages;  // flipped bits in what had been synced; left as they are
};

struct AppendResult {
  Refusal refusal = Refusal::kNone;
  std::string reason;        // for people, when refused
  int64_t base_offset = -1;  // with kNone: where the batch is, also when it is a duplicate
  int64_t last_offset = -1;
  int64_t append_time = kNoTimestamp;  // only with message.timestamp.type=LogAppendTime
  int64_t start_offset = 0;
  bool duplicate = false;  // was there already; the offsets are those of the first time
};

struct ReadResult {
  std::vector<FileRange> ranges;  // whole batches, the first one holds `offset` or is the next after it
  uint64_t bytes = 0;
  bool cut = false;  // the next batch is there and does not fit
  int64_t start_offset = 0;
  int64_t high_watermark = 0;
};

struct TimedOffset {
  int64_t offset = -1;
  int64_t timestamp = kNoTimestamp;
};

using Done = std::function<void(Status)>;

// Threads: all functions any time from any thread. Appends to one partition are serialised, reads run beside
// them without waiting for them or for a sync. Failure: kIo when the disk fails or is full. After a full disk
// the log goes on as soon as there is room. After a failed sync it takes no more appends until it is opened
// again, since nobody knows what is on the disk. Errors name the partition and the offset ("orders-0@17").
class PartitionLog {
 public:
  struct Setup {
    FileLayer* files = nullptr;    // outlives the log
    const Clock* clock = nullptr;  // outlives the log
    Syncer* syncer = nullptr;      // outlives the log; null: WhenDurable syncs in the caller's thread
    std::string directory;         // exists
    std::string name;              // "orders-0", for messages
    LogOptions options;
    Checkpoint checkpoint;  // as of the last stop; default for a new partition
    // Called when the start offset or the recovery point moved; when `durable`, it has to survive a power
    // failure before it returns. Called from any thread, never while appends wait. Without one nothing is
    // remembered.
    std::function<Status(const Checkpoint&, bool durable)> save;
  };
  static Result<std::unique_ptr<PartitionLog>> Open(Setup setup);
  ~PartitionLog();

  // Appends one v2 batch as it came; only base offset and leader epoch are set (and the append time where the
  // topic asks for it). When it returns the batch is written, not necessarily synced: answer the producer in
  // WhenDurable.
  Result<AppendResult> Append(std::string_view batch);
  // Calls `done` once everything before `next_offset` is as durable as options.flush promises: at once, in
  // this thread, for os and interval; after a sync that many share for each. `done` may run in a sync thread
  // and must be quick.
  void WhenDurable(int64_t next_offset, Done done);
  // The same for one who waits.
  Status WaitDurable(int64_t next_offset);
  // Syncs everything appended until now.
  Status Flush();

  // Batches from `offset` on, at most `max_bytes` of them, but at least one when `at_least_one`. Only what is
  // below the high watermark; empty at it. Each batch's CRC is checked here, but of those that were appended
  // within the last minute, whose bytes have not left the memory: a damaged batch ends the answer, and as the
  // first one is kCorrupt with its offset. kNotFound: `offset` is outside [start, high watermark].
  Result<ReadResult> Read(int64_t offset, uint64_t max_bytes, bool at_least_one = true) const;
  // The first record with a timestamp >= `timestamp`; nullopt: none. Only below the high watermark.
  Result<std::optional<TimedOffset>> OffsetForTime(int64_t timestamp) const;
  // The record with the largest timestamp; nullopt when empty.
  Result<std::optional<TimedOffset>> MaxTimestamp() const;

  int64_t start_offset() const;
  int64_t end_offset() const;  // of the next append
  int64_t high_watermark()
      const;  // what consumers may see: with flush=each the synced end, otherwise the end
  uint64_t bytes() const;
  const std::string& name() const;
  // Called after the high watermark moved, in the thread that moved it, without locks held. Set it before
  // appending.
  void OnAdvance(std::function<void()> listener);

  // Records before `offset` are gone; files go when all of their records are. `offset` may be up to the high
  // watermark, else kInvalid. Returns the new start.
  Result<int64_t> DeleteRecordsBefore(int64_t offset);
  // Drops everything from `offset` on (batches that reach beyond it too).
  Status TruncateTo(int64_t offset);

  // Background work; each does what is due by the clock and returns. Beside appends and reads, not beside
  // each other.
  Status ApplyRetention();
  Status Compact();
  Status FlushIfDue();
  // Frees what is not in use: files of sealed segments, producers that expired.
  void Trim();

  void SetOptions(const LogOptions& options);
  LogOptions options() const;

  // Reads and checks every batch; what is damaged.
  Result<std::vector<Damage>> Check() const;
  const OpenReport& open_report() const;
  Checkpoint checkpoint() const;
  // Syncs, writes the producers' state and gives the checkpoint of a clean stop. Nothing may be appended
  // after it.
  Result<Checkpoint> Close();

 private:
  struct Impl;
  explicit PartitionLog(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace souk::log
