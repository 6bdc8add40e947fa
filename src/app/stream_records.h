// souk produce and souk consume: records in and out by hand.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/progress.h"

namespace souk::app {

struct ProduceRequest {
  std::string topic;
  std::string key_separator;  // "": lines have no key
  std::string key_path;       // JSON path whose value becomes the key; "": none
  int32_t partition = -1;
};
// Sends each line that `next` gives as a record, until it gives nullopt; done when all of them are
// acknowledged. Gives the number of records; fails at the first that was not taken, after waiting for those
// before it.
Result<uint64_t> Produce(Progress& out, const Settings& settings, const ProduceRequest& request,
                         const std::function<std::optional<std::string>()>& next);

enum class RecordFormat { kValue, kTable, kCsv, kJson };
Result<RecordFormat> ParseRecordFormat(const std::string& text);

struct ConsumeRequest {
  std::string topic;
  std::vector<int32_t> partitions;  // none: all
  std::string from = "beginning";   // or end, an offset, a time
  std::string group;                // goes on where the group is and commits what was shown
  std::string filter;               // see record/json_filter.h
  uint64_t most = 0;                // records shown; 0: all
  bool follow = false;              // waits for more at the end
  RecordFormat format = RecordFormat::kValue;
};
Status Consume(Progress& out, const Settings& settings, const ConsumeRequest& request);

}  // namespace souk::app
