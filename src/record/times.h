// Points in time as text: how a source writes them, found from samples; and a strict, fast reader for one
// such way. A format here is a strptime format as DuckDB understands it (the part of it that files use), or
// one of
//   ""                               ISO 8601: date, or date and time, with or without offset
//   "epoch_s" "epoch_ms" "epoch_us"  a count since 1970-01-01 UTC
// What Read takes, DuckDB's cast (for "") or strptime takes too, with the same meaning.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace souk::record {

struct TimeValue {
  Micros micros = 0;   // since 1970: UTC when `zoned`, else what the clock on the wall showed
  bool zoned = false;  // the text carried its own offset (counts since 1970 always do)
};

class TimeFormat {
 public:
  TimeFormat() = default;  // ISO 8601
  // kInvalid names the specifier that is unknown or the part (year, month, day) that is missing.
  static Result<TimeFormat> Parse(std::string_view format);

  // False when `text` is no such time. Blanks at both ends do not matter. Any thread.
  bool Read(std::string_view text, TimeValue& value) const;
  const std::string& text() const { return text_; }
  // Nothing but digits in the text: "epoch_s", "%Y%m%d".
  bool IsNumber() const;

 private:
  enum class Kind { kIso, kEpoch, kPattern };
  Kind kind_ = Kind::kIso;
  int64_t unit_ = 1;  // kEpoch: microseconds per count
  std::string text_;
};

// How a column writes its times, judged by values of it (not empty ones).
struct TimeGuess {
  bool found = false;  // at least two of three values are times
  std::string format;
  bool zoned = false;      // most values carry an offset
  bool ambiguous = false;  // day and month could be either way round in every value
  bool number = false;     // the values are plain numbers too, so only the column's name can tell
};
TimeGuess GuessTimeFormat(const std::vector<std::string_view>& values);

}  // namespace souk::record
