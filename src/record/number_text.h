// Numbers as they stand in a column: their value together with how they are written. Takes the same texts as
// ReadDecimal (values.h), of any length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "record/values.h"

namespace souk::record {

struct NumberText {
  double value = 0;
  int64_t mantissa = 0;  // with its sign; only when `digits` is at most 18
  int digits = 0;        // significant ones, before and behind the point
  int whole_digits = 0;  // before the point, without leading zeros
  int scale = 0;         // digits behind the point
  bool exponent = false;
  bool leading_zero = false;  // "007", not "0.7"

  // No point and no exponent.
  bool Whole() const { return scale == 0 && !exponent; }
  // Equal numbers have equal hashes however they are written.
  uint64_t Hash() const;
  // "1234.50", always with a point.
  std::string Text() const;
};

bool ReadNumber(std::string_view text, NumberStyle style, NumberText& number);
bool operator<(const NumberText& a, const NumberText& b);

}  // namespace souk::record
