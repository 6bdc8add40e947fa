// Strict readers of single values as text: whole numbers, decimals, truth values. They take exactly what a
// build's SQL can read from the raw zone, so that a line that passes here cannot fail there. No allocation,
// no locale, no throw.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace souk::record {

// How a source writes numbers. With `grouped`, the other of '.' and ',' may separate groups of three digits.
struct NumberStyle {
  char decimal = '.';
  bool grouped = false;
};

enum class ValueFault {
  kNone,
  kNotNumber,
  kNotWhole,  // a fraction where a whole number is expected
  kTooLarge,  // does not fit the type
};

// Texts that stand for "no value" besides the empty one: NULL, \N, NaN, … Written into
// lake::RawFormat::null_texts.
const std::vector<std::string_view>& MissingTexts();
// Empty, blank, or one of MissingTexts().
bool IsMissing(std::string_view text);

// Without blanks (space, tab) at both ends.
std::string_view Trim(std::string_view text);

// "12", "-3", "+4", "17.0", "1e3"; fits int64.
ValueFault ReadInt(std::string_view text, NumberStyle style, int64_t& value);

// The number times 10^scale, rounded half away from zero; fits decimal(precision, scale), precision up to 18.
ValueFault ReadDecimal(std::string_view text, int precision, int scale, NumberStyle style, int64_t& unscaled);

// true/false, t/f, yes/no, y/n, 1/0 in any case.
bool ReadBool(std::string_view text, bool& value);

// The id that `text` means: blanks and the ".0" of a spreadsheet's number removed ("17850.0" → "17850", "A.0"
// stays).
std::string_view ReadId(std::string_view text);

}  // namespace souk::record
