// HotStore: what happened lately and what the live figures are, with all that the stream processor needs to
// go on after a crash. One commit holds everything that some records led to, their positions included, so
// every record counts exactly once.
//
// Threads: any; commits one at a time. Failure: a commit that fails has changed nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "record/typed_record.h"

namespace souk::store {

// A record of a topic as the hot store keeps it.
struct HotRecord {
  record::OwnedRecord record;
  Micros processing_time = 0;  // when the stream took it
  int64_t latency_us = 0;      // processing_time − the record's own time
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  // Of a line in a batch: updated_at of the version of it that the store has; nothing = it has none.
  std::optional<Micros> replaces = {};
};

// One figure of one window: "revenue" by "city" of "Berlin". The same key written again takes the place of
// the old value.
struct WindowKey {
  std::string kpi;
  Micros start = 0, end = 0;  // [start, end)
  std::string dimension;      // "" = in all
  std::string member;         // of the dimension; "" = in all, or the record has none
  auto operator<=>(const WindowKey&) const = default;
};
struct WindowValue {
  WindowKey key;
  int64_t value = 0;    // in the KPI's unit: pieces, or money × 10^scale; 0 removes the row
  bool stored = false;  // in a batch: the store has a value of this key
};

// Where the stream stands in one partition.
struct Position {
  int64_t next_offset = 0;
  Micros latest = 0;  // the newest time of its records
};
using Positions = std::map<std::pair<std::string, int32_t>, Position>;  // by topic and partition

// State of the processor that only it understands, under a space and a key that are ordered as bytes.
struct StateChange {
  std::string space, key;
  std::optional<std::string> value;  // nullopt = remove
  bool fresh = false;                // the store has no entry of this key
};
struct StateRange {
  std::string space, below;  // every key of the space that is less
};

// Where a batch has a key twice, the last one holds. The store does not look for what lines and windows take
// the place of: it relies on `replaces` and `stored`.
struct HotBatch {
  std::vector<HotRecord> lines =
      {};  // transactions: the latest version of each; replaces the one with its key
  std::vector<HotRecord> events = {};  // clickstream, each once
  std::vector<HotRecord> late =
      {};  // of either kind: came after its window was closed; counted, not in windows
  std::vector<WindowValue> windows = {};
  std::vector<StateChange> state = {};
  std::vector<StateRange> forgotten = {};        // removed before `state` is written
  Positions positions = {};                      // those that moved
  std::map<std::string, int64_t> counters = {};  // new totals since the store began: "late", "duplicates", …
  Micros watermark = 0;
  Micros committed_at = 0;
};

// Rows older than this are removed, and no more rows than this are kept. A row's own time decides
// (updated_at, event_time; a window's end), of equal ones the greater topic, partition and offset
// is newer. Of a late record, which is old by its nature, processing_time decides.
struct HotRetention {
  Micros lines_before = 0, events_before = 0, windows_before = 0, late_before = 0;
  uint64_t most_events = 100'000;
};

struct HotHead {
  Positions positions;
  std::map<std::string, int64_t> counters;
  Micros watermark = 0;
  Micros committed_at = 0;  // 0 = nothing was ever committed
};

struct HotSize {
  // What a size limit counts: the values of the rows of lines, events, late records and windows, whatever
  // room they take on the disk. Texts count their bytes in UTF-8, every other value that is there 8; topic,
  // processing_time, latency, partition and offset count too, and the schema's name of a late record. State
  // and positions do not count.
  uint64_t bytes = 0;
  uint64_t lines = 0, events = 0, late = 0, windows = 0;
};

class HotStore {
 public:
  virtual ~HotStore() = default;

  // Durable when it returns. kInvalid: a record of another kind than its list is for, or a value beyond its
  // field.
  virtual Status Commit(const HotBatch& batch) = 0;
  virtual Status Trim(const HotRetention& retention) = 0;

  virtual Result<HotHead> Head() = 0;
  // In the order of the keys.
  virtual Status ReadState(
      const std::string& space,
      const std::function<Status(std::string_view key, std::string_view value)>& on_entry) = 0;
  // Lines whose updated_at is at least `since`, in no order.
  virtual Status ReadLines(Micros since, const std::function<Status(const HotRecord&)>& on_line) = 0;
  // Those that are there, by order_id, all lines of each.
  virtual Result<std::vector<HotRecord>> FindOrders(const std::vector<std::string>& order_ids) = 0;
  // Windows with start in [from, to), in order of their keys.
  virtual Status ReadWindows(Micros from, Micros to,
                             const std::function<Status(const WindowValue&)>& on_window) = 0;
  // Values of exactly these keys; those that are not there are left out.
  virtual Result<std::vector<WindowValue>> FindWindows(const std::vector<WindowKey>& keys) = 0;
  virtual Result<HotSize> Size() = 0;
};

}  // namespace souk::store
