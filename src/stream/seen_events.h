// Which events were counted: a second one with the same event_id changes nothing. What is older than the
// watermark need not be known, because it is late anyway.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/hot_store.h"
#include "stream/id_set.h"

namespace souk::stream {

// Not thread-safe. Its state in the store: space "seen", one entry for each minute and commit.
class SeenEvents {
 public:
  static constexpr const char* kSpace = "seen";

  // False when the event was there before. Events of one id with different times are one event when their
  // times are in the same minute; a source that reuses ids is not guarded against.
  bool Add(const Id& id, Micros time);
  // What came since the last call.
  void TakeChanges(std::vector<store::StateChange>& changes);
  // Forgets minutes that end before `before`.
  void Forget(Micros before, std::vector<store::StateRange>& forgotten);
  Status Restore(std::string_view key, std::string_view value);
  size_t size() const;

 private:
  struct Minute {
    IdSet ids;
    std::vector<Id> fresh;  // not in the store yet
    uint64_t chunks = 0;    // of it in the store
  };
  std::map<int64_t, Minute> minutes_;  // by number since 1970
};

}  // namespace souk::stream
