// The last record that was taken of each partition, as far as it takes to see that another one is in its
// place: the topic has lost records that were counted.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/hot_store.h"

namespace souk::stream {

// Not thread-safe. Its state in the store: space "last", one entry for each partition.
class LastRecords {
 public:
  static constexpr const char* kSpace = "last";

  // 0: not known.
  uint64_t Of(const std::string& topic, int32_t partition) const;
  void Set(const std::string& topic, int32_t partition, uint64_t fingerprint);
  // What was set since the last call.
  void TakeChanges(std::vector<store::StateChange>& changes);
  Status Restore(std::string_view key, std::string_view value);

 private:
  struct Last {
    uint64_t fingerprint = 0;
    bool changed = false;
  };
  std::map<std::string, Last> partitions_;  // by "topic-partition"
};

}  // namespace souk::stream
