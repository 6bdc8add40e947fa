#include "record/values.h"

#include <algorithm>
#include <array>
#include <limits>

namespace souk::record {
namespace {

constexpr std::array<uint64_t, 20> kPowersOfTen = [] {
  std::array<uint64_t, 20> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// A number taken apart: mantissa × 10^-scale; at most 19 significant digits are kept.
struct Parts {
  bool negative = false;
  uint64_t mantissa = 0;
  int digits = 0;     // of the mantissa
  int64_t scale = 0;  // digits of the mantissa behind the point
  bool more = false;  // a digit other than 0 was dropped behind the kept ones
  bool any = false;   // there was a digit at all

  void Take(char c, bool fraction) {
    any = true;
    if (digits == 0 && c == '0') {
      scale += fraction;
    } else if (digits < 19) {
      mantissa = mantissa * 10 + static_cast<uint64_t>(c - '0');
      ++digits;
      scale += fraction;
    } else {
      more |= c != '0';
      scale -= !fraction;
    }
  }
};

// The digits before the point, with group separators where the style has them: "1.234.567", never "12.34".
bool TakeWhole(std::string_view text, size_t& at, NumberStyle style, Parts& parts) {
  char group = style.decimal == '.' ? ',' : '.';
  size_t in_group = 0;
  bool grouped = false;
  for (; at < text.size(); ++at) {
    if (IsDigit(text[at])) {
      parts.Take(text[at], false);
      ++in_group;
    } else if (style.grouped && text[at] == group) {
      if (in_group == 0 || in_group > 3 || (grouped && in_group != 3)) return false;
      grouped = true;
      in_group = 0;
    } else {
      break;
    }
  }
  return !grouped || in_group == 3;
}

bool TakeExponent(std::string_view text, size_t& at, Parts& parts) {
  ++at;
  bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  if (at == text.size()) return false;
  int64_t exponent = 0;
  for (; at < text.size() && IsDigit(text[at]); ++at)
    exponent = std::min<int64_t>(exponent * 10 + (text[at] - '0'), 1000);
  // No amount is written like that, and DuckDB takes 5e-41 for 0.01.
  if (exponent > 30) return false;
  parts.scale += negative ? exponent : -exponent;
  return true;
}

bool TakeApart(std::string_view text, NumberStyle style, Parts& parts) {
  text = Trim(text);
  size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) parts.negative = text[at++] == '-';
  if (!TakeWhole(text, at, style, parts)) return false;
  if (at < text.size() && text[at] == style.decimal) {
    for (++at; at < text.size() && IsDigit(text[at]); ++at) parts.Take(text[at], true);
  }
  if (!parts.any) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E') && !TakeExponent(text, at, parts))
    return false;
  return at == text.size();
}

// Brings the mantissa to `scale` digits behind the point. `rest` tells whether anything was cut or rounded
// off.
bool Rescale(const Parts& parts, int scale, uint64_t& value, bool& rest) {
  value = parts.mantissa;
  rest = parts.more;
  int64_t shift = parts.scale - scale;
  if (value == 0 || shift == 0) return true;
  if (shift < 0) {
    if (-shift > 19) return false;
    return !__builtin_mul_overflow(value, kPowersOfTen[static_cast<size_t>(-shift)], &value);
  }
  if (shift > 19) {
    rest = true;
    value = 0;
    return true;
  }
  uint64_t power = kPowersOfTen[static_cast<size_t>(shift)];
  uint64_t remainder = value % power;
  value = value / power + (remainder >= power - remainder ? 1 : 0);
  rest |= remainder != 0;
  return true;
}

}  // namespace

const std::vector<std::string_view>& MissingTexts() {
  static const std::vector<std::string_view> texts = {"NULL", "null", "\\N", "NaN",
                                                      "nan",  "None", "N/A", "#N/A"};
  return texts;
}

std::string_view Trim(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool IsMissing(std::string_view text) {
  if (text.empty()) return true;
  char first = text.front();
  // Almost every value leaves here: no word for "nothing" begins like it.
  if (first != 'N' && first != 'n' && first != '\\' && first != '#' && first != ' ' && first != '\t')
    return false;
  text = Trim(text);
  if (text.empty()) return true;
  for (std::string_view missing : MissingTexts()) {
    if (text == missing) return true;
  }
  return false;
}

ValueFault ReadInt(std::string_view text, NumberStyle style, int64_t& value) {
  Parts parts;
  if (!TakeApart(text, style, parts)) return ValueFault::kNotNumber;
  uint64_t magnitude = 0;
  bool rest = false;
  if (!Rescale(parts, 0, magnitude, rest)) return ValueFault::kTooLarge;
  if (rest) return ValueFault::kNotWhole;
  uint64_t limit = static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) + (parts.negative ? 1 : 0);
  if (magnitude > limit) return ValueFault::kTooLarge;
  value = parts.negative ? static_cast<int64_t>(0 - magnitude) : static_cast<int64_t>(magnitude);
  return ValueFault::kNone;
}

ValueFault ReadDecimal(std::string_view text, int precision, int scale, NumberStyle style,
                       int64_t& unscaled) {
  Parts parts;
  if (!TakeApart(text, style, parts)) return ValueFault::kNotNumber;
  uint64_t magnitude = 0;
  bool rest = false;
  if (!Rescale(parts, scale, magnitude, rest)) return ValueFault::kTooLarge;
  if (magnitude >= kPowersOfTen[static_cast<size_t>(precision)]) return ValueFault::kTooLarge;
  unscaled = parts.negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  return ValueFault::kNone;
}

bool ReadBool(std::string_view text, bool& value) {
  text = Trim(text);
  char lower[5];
  if (text.empty() || text.size() > sizeof(lower)) return false;
  for (size_t i = 0; i < text.size(); ++i) lower[i] = Lower(text[i]);
  std::string_view word(lower, text.size());
  value = word == "true" || word == "t" || word == "yes" || word == "y" || word == "1";
  return value || word == "false" || word == "f" || word == "no" || word == "n" || word == "0";
}

std::string_view ReadId(std::string_view text) {
  text = Trim(text);
  size_t point = text.find('.');
  if (point == 0 || point == std::string_view::npos || point + 1 == text.size()) return text;
  for (size_t i = 0; i < point; ++i) {
    if (!IsDigit(text[i])) return text;
  }
  for (size_t i = point + 1; i < text.size(); ++i) {
    if (text[i] != '0') return text;
  }
  return text.substr(0, point);
}

}  // namespace souk::record
