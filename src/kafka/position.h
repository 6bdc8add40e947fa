// A place in a topic as a person writes it: beginning, end, an offset or a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kafka/consumer.h"

namespace souk::kafka {

// "2025-11-28", "2025-11-28T12:04:30Z" (fraction and seconds may be missing) in ms since 1970-01-01 UTC.
Result<int64_t> ParseTimeMs(std::string_view text);
// A place in every partition of a topic.
struct Position {
  enum class Kind { kBeginning, kEnd, kOffset, kTime };
  Kind kind = Kind::kBeginning;
  int64_t value = 0;  // the offset, or ms since 1970-01-01 UTC

  // The offset in a partition that holds `range`; not for a time, which only the broker can look up.
  int64_t Within(const Range& range) const;
};
// "beginning", "end", an offset, or a time as ParseTimeMs takes it.
Result<Position> ParsePosition(std::string_view text);
// "2025-11-28T12:04:30.123Z"; "" for a negative time.
std::string FormatTimeMs(int64_t time_ms);

}  // namespace souk::kafka
