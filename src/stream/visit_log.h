// The visits in the hot store: a log of their versions, of which the last one of each visit holds. An entry
// of the store has many versions, and all of one entry go together when the watermark is past their time, so
// nothing is ever looked for or written again there (docs/format/stream_state.md).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/hot_store.h"
#include "stream/id.h"

namespace souk::stream {

// Not thread-safe.
class VisitLog {
 public:
  static constexpr const char* kSpace = "visit_log";

  // A version, which is kept until the watermark is at `until`, a full second. Of one id `until` never
  // becomes less.
  void Add(Micros until, const Id& id, std::string_view bytes);
  // What was added since the last call; entries whose time is before the watermark are forgotten, once a
  // minute.
  void TakeChanges(Micros watermark, std::vector<store::StateChange>& changes,
                   std::vector<store::StateRange>& forgotten);

  // Tells the versions of an entry of the store. In the order of the entries' keys the last version of an id
  // is the one that holds. kCorrupt.
  using OnVersion = std::function<Status(Micros until, const Id& id, std::string_view bytes)>;
  Status Restore(std::string_view key, std::string_view value, const OnVersion& on_version);

 private:
  // Rows of this size lie in DuckDB's ordinary pages, and few bytes are written again with them.
  static constexpr size_t kEntryBytes = 4000;

  struct Second {
    uint64_t entries = 0;  // in the store
    std::string bytes;     // not in it yet
  };
  void Cut(int64_t second, Second& of);

  std::map<int64_t, Second> seconds_;  // since 1970
  std::vector<store::StateChange> cut_;
  Micros forgotten_at_ = 0;
};

}  // namespace souk::stream
