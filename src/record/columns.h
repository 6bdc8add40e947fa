// Source columns from a sample of their values: the narrowest type, how times and numbers are written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "record/mapping.h"

namespace souk::record {

// Collects values of one column and says what it is. A sample may hold dirt: a type counts when two of three
// of the values that are there have it. Not thread-safe.
class ColumnSampler {
 public:
  explicit ColumnSampler(std::string name) : name_(std::move(name)) {}

  // Keeps at most kMaxValues values, the first of them.
  void Add(std::string_view value);
  SourceColumn Finish() const;

  static constexpr size_t kMaxValues = 4000;

 private:
  std::string name_;
  std::vector<std::string> values_;  // those that are there
  size_t sampled_ = 0;
  size_t missing_ = 0;
};

// Names as columns need them: blanks at the ends removed, an empty one called "column3" by its place, and one
// that occurred before (upper and lower case do not matter) numbered: "price", "price_2".
std::vector<std::string> ColumnNames(const std::vector<std::string>& header);

}  // namespace souk::record
