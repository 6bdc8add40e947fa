#include "record/number_text.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>

#include "record/value_hash.h"

namespace souk::record {
namespace {

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
constexpr int kExactDigits = 18;

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// "-12.50" and nothing more unusual; false = look closer.
bool ReadPlain(std::string_view text, char point, NumberText& number) {
  const char* at = text.data();
  const char* end = at + text.size();
  bool negative = at < end && *at == '-';
  at += negative;
  const char* first = at;
  uint64_t mantissa = 0;
  while (at < end && IsDigit(*at)) mantissa = mantissa * 10 + static_cast<uint64_t>(*at++ - '0');
  auto whole = static_cast<int>(at - first);
  int scale = 0;
  if (at < end && *at == point) {
    const char* behind = ++at;
    while (at < end && IsDigit(*at)) mantissa = mantissa * 10 + static_cast<uint64_t>(*at++ - '0');
    scale = static_cast<int>(at - behind);
  }
  if (at != end || whole == 0 || whole + scale > kExactDigits) return false;
  number.leading_zero = whole > 1 && *first == '0';
  number.digits = whole + scale;
  number.whole_digits = *first == '0' ? (number.leading_zero ? whole - 1 : 0) : whole;
  number.scale = scale;
  number.exponent = false;
  number.mantissa = negative ? -static_cast<int64_t>(mantissa) : static_cast<int64_t>(mantissa);
  number.value = static_cast<double>(number.mantissa) / kPowersOfTen[scale];
  return true;
}

// The number without group separators and signs of plus, with a point.
std::string Plain(std::string_view text, NumberStyle style) {
  std::string plain;
  for (char c : Trim(text)) {
    if (c == style.decimal) {
      plain += '.';
    } else if (c != ',' && c != '.' && !(c == '+' && plain.empty())) {
      plain += c;
    }
  }
  return plain;
}

}  // namespace

bool ReadNumber(std::string_view text, NumberStyle style, NumberText& number) {
  if (ReadPlain(text, style.decimal, number)) return true;
  int64_t ignored = 0;
  if (ReadDecimal(text, 18, 0, style, ignored) == ValueFault::kNotNumber) return false;
  std::string plain = Plain(text, style);
  if (ReadPlain(plain, '.', number)) return true;
  number = NumberText();
  std::from_chars(plain.data(), plain.data() + plain.size(), number.value);
  size_t exponent = plain.find_first_of("eE");
  number.exponent = exponent != std::string::npos;
  std::string_view digits = std::string_view(plain).substr(0, exponent);
  if (!digits.empty() && digits[0] == '-') digits.remove_prefix(1);
  size_t point = std::min(digits.find('.'), digits.size());
  number.leading_zero = point > 1 && digits[0] == '0';
  number.whole_digits = static_cast<int>(point);
  number.scale = static_cast<int>(digits.size() - std::min(point + 1, digits.size()));
  number.digits = kExactDigits + 1;
  return true;
}

uint64_t NumberText::Hash() const {
  if (digits <= kExactDigits && scale == 0) return MixHash(static_cast<uint64_t>(mantissa), 1);
  // Whole numbers up to here are exact as double, so "5.00" meets "5".
  auto whole = static_cast<int64_t>(value > -9e15 && value < 9e15 ? value : 0);
  if (static_cast<double>(whole) == value) return MixHash(static_cast<uint64_t>(whole), 1);
  return MixHash(std::bit_cast<uint64_t>(value), 2);
}

std::string NumberText::Text() const {
  if (digits > kExactDigits) return fmt::format("{}", value);
  if (scale == 0) return fmt::format("{}", mantissa);
  std::string text = fmt::format("{:0{}}", mantissa < 0 ? -mantissa : mantissa, scale + 1);
  text.insert(text.size() - static_cast<size_t>(scale), ".");
  return mantissa < 0 ? "-" + text : text;
}

bool operator<(const NumberText& a, const NumberText& b) {
  if (a.value != b.value) return a.value < b.value;
  return a.digits <= kExactDigits && b.digits <= kExactDigits && a.scale == b.scale &&
         a.mantissa < b.mantissa;
}

}  // namespace souk::record
