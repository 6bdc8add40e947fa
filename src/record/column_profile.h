// What a whole column holds: its type, what is missing, how many different values, their span and spread.
// One pass, bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "record/mapping.h"
#include "record/times.h"
#include "record/values.h"

namespace souk::record {

// How the values of a column are read.
struct ColumnReading {
  FieldType type = FieldType::kText;
  FieldType mostly = FieldType::kText;  // what most values are where `type` is text because of the others
  NumberStyle number;
  TimeFormat time;
  std::optional<TimeFormat> swapped;  // day and month the other way round
};

// From a sample: the narrowest type that all sampled values have. `as_time`: numbers that can be times are.
ColumnReading ReadingOf(const SourceColumn& sample, bool as_time);

struct ColumnProfile {
  ColumnReading reading;
  uint64_t rows = 0;
  uint64_t nulls = 0;
  uint64_t distinct = 0;
  bool distinct_exact = true;
  std::string min, max;             // "" when there are no values; texts are cut at kTextBytes
  std::vector<uint64_t> histogram;  // numbers and times: up to kBuckets equal parts of min to max
  std::vector<std::pair<std::string, uint64_t>> top;  // texts and truth values; empty when none stands out
  bool top_exact = true;
  uint64_t top_slack = 0;           // not exact: by how much a count of `top` may be too low
  uint64_t longest = 0;             // characters
  int whole_digits = 0, scale = 0;  // numbers: the most digits before and behind the point
  bool exponent = false;            // numbers: one is written like 1e3
  bool has_clock = false;           // times: one has a time of day
  uint64_t leading_zeros = 0;       // values like "007"
  uint64_t point_zeros = 0;         // values like "17850.0"
  uint64_t unfit = 0;               // values that are not of type reading.mostly
  std::string first_unfit;
  uint64_t first_unfit_line = 0;
  uint64_t swapped_unfit = 0;  // times: values that decide between day first and month first

  static constexpr size_t kBuckets = 10;
  static constexpr size_t kTop = 5;
  static constexpr size_t kTextBytes = 80;
};

// Not thread-safe. Texts are bytes as they come: their order is that of bytes.
class ColumnProfiler {
 public:
  // Without a reading it is decided by the first values that come. `distinct_bound`: see DistinctCount.
  ColumnProfiler(std::optional<ColumnReading> reading, size_t distinct_bound);
  ~ColumnProfiler();
  ColumnProfiler(ColumnProfiler&&) noexcept;
  ColumnProfiler& operator=(ColumnProfiler&&) noexcept;

  // `lines` are the numbers of the values' lines. Views are good during the call only.
  void Add(std::span<const std::string_view> values, std::span<const uint64_t> lines);
  // Rows in which the column does not occur.
  void AddMissing(uint64_t rows);

  // A reading that the values seen do not contradict, when they contradict this one: the column is to be gone
  // through once more with it.
  std::optional<ColumnReading> Better() const;
  ColumnProfile Finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::record
