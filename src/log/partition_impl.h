// The inside of PartitionLog, shared by the sources that implement it.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/partition_log.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "log/syncer.h"

namespace souk::log {

// Locks are taken in the order maintenance, append, state. `state` is never held while the disk works.
struct PartitionLog::Impl : std::enable_shared_from_this<PartitionLog::Impl> {
  using Segments = std::vector<std::shared_ptr<Segment>>;  // by base offset; the last one is appended to
  struct Waiter {
    int64_t next_offset;
    Done done;
  };
  // Where a reader that goes on will look next.
  struct Cursor {
    int64_t offset = -1;
    uint64_t segment = 0;
    uint64_t position = 0;
  };
  struct Snapshot {
    std::shared_ptr<const Segments> segments;
    int64_t start = 0;
    int64_t high_watermark = 0;
    bool exact = true;
    int64_t fresh_from = 0;  // see kFreshMs
  };
  struct AppendMark {
    int64_t time_ms;
    int64_t offset;
  };

  explicit Impl(Setup given) : setup(std::move(given)), options(setup.options) {}

  Setup setup;
  OpenReport report;

  std::mutex maintenance;  // retention, compaction, truncation, one at a time

  std::mutex append;  // appends, one after the other; guards:
  ProducerState producers;
  bool producers_changed = false;
  int64_t last_append_time = 0;
  int64_t segment_created = 0;  // ms, of the last segment
  bool closed = false;

  mutable std::mutex state;  // guards:
  LogOptions options;
  std::shared_ptr<const Segments> segments = std::make_shared<Segments>();
  int64_t start = 0;
  int64_t end = 0;
  int64_t synced = 0;  // everything before it survives a power failure
  int64_t high_watermark = 0;
  bool directory_dirty = false;
  std::deque<AppendMark> append_marks;  // where each second of the last kFreshMs began
  bool gaps = false;                    // compaction has been here: offsets need not follow each other
  bool syncing = false;
  bool sync_asked = false;
  uint64_t unsaved_bytes = 0;  // appended since the recovery point was saved
  int64_t last_flush = 0;      // ms
  std::optional<Error> failed;
  std::vector<Waiter> waiters;
  std::condition_variable synced_changed;
  std::shared_ptr<std::function<void()>> listener;

  // Guarded by maintenance: what compaction has gone over.
  int64_t compacted_until = 0;

  mutable std::mutex cursor_mutex;
  mutable std::array<Cursor, 8> cursors;
  mutable size_t next_cursor = 0;

  int64_t NowMs() const { return setup.clock->Now() / 1000; }
  LogOptions Options() const;
  Snapshot Look() const;
  Checkpoint CheckpointNow() const;
  Status Save(bool durable);
  std::string At(int64_t offset) const { return fmt::format("{}@{}", setup.name, offset); }
  // With `state` held: notes an append; the first offset that is fresh.
  void MarkAppend(int64_t now, int64_t offset);
  int64_t FreshFrom(int64_t now) const;
  tl::unexpected<Error> FailAt(int64_t offset, const Error& error) const;
  void Notify() const;

  // partition_log.cc; with `append` held:
  Result<AppendResult> AppendLocked(std::string_view batch, BatchHeader header,
                                    const LogOptions& now_options);
  Result<std::shared_ptr<Segment>> SegmentFor(const BatchHeader& header, const LogOptions& now_options,
                                              int64_t now);
  Status WriteBatch(Segment& segment, std::string_view batch, BatchHeader& header,
                    const LogOptions& now_options);
  // Begins a new segment at `end`.
  Status Roll();
  void WriteSnapshot(int64_t offset);

  // partition_sync.cc
  Status SyncTo(int64_t target);
  Status SyncFiles(const Segments& all, bool directory, int64_t goal);
  void RunWaiters();
  void AskForSync();

  // partition_read.cc
  Segment::Place FindPlace(const Segment& segment, int64_t offset) const;
  void Remember(int64_t offset, const Segment& segment, uint64_t position) const;
  Result<bool> ReadSegment(const Segment& segment, const Snapshot& now, int64_t& offset, uint64_t max_bytes,
                           bool at_least_one, ReadResult& result) const;
  Result<std::optional<TimedOffset>> FindTimeIn(const Segment& segment, const Snapshot& now,
                                                int64_t timestamp) const;

  // partition_open.cc; with everything held, or nobody else about:
  Status Load(const Checkpoint& checkpoint);
  Result<std::vector<int64_t>> TidyDirectory(int64_t start_offset);
  Result<bool> LoadClean(const Checkpoint& checkpoint, const Segments& all);
  Result<int64_t> LoadCrashed(const Checkpoint& checkpoint, Segments& all);
  Result<bool> ScanTail(Segment& segment, int64_t recovery_point, bool last, int64_t& next);
  Status CutTail(Segment& segment, BatchScanner& scanner);
  Status SetAside(Segment& segment);
  bool TakeSnapshot(const std::string& path);
  Status LoadProducers(const Segments& all, int64_t end_offset);
  Status ReplayProducers(const Segments& all, int64_t from);

  // partition_cleanup.cc; with `maintenance` held:
  Status RemoveBefore(int64_t offset);
  // compaction.cc
  void ReplaceSegment(const std::shared_ptr<Segment>& old, std::shared_ptr<Segment> fresh);
};

// What this process checked and wrote so short a time ago is in the system's memory still, and not checked
// again when it is read.
constexpr int64_t kFreshMs = 60'000;

// A file of this name in the partition's directory says that offsets may have gaps.
constexpr const char* kCompactedMark = "compacted";

}  // namespace souk::log
