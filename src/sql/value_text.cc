#include "sql/value_text.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace souk::sql {
namespace {

// "07"
void AppendTwo(std::string& out, int64_t value) {
  out += static_cast<char>('0' + value / 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

void AppendUnsigned(std::string& out, Uint128 value) {
  if (value <= UINT64_MAX) {
    fmt::format_int digits(static_cast<uint64_t>(value));
    out.append(digits.data(), digits.size());
    return;
  }
  char digits[40];
  char* end = digits + sizeof digits;
  char* begin = end;
  for (; value > 0; value /= 10) *--begin = static_cast<char>('0' + static_cast<int>(value % 10));
  out.append(begin, end);
}

void AppendDecimal(std::string& out, Int128 value, int scale) {
  if (value < 0) out += '-';
  size_t begin = out.size();
  AppendUnsigned(out, value < 0 ? -static_cast<Uint128>(value) : static_cast<Uint128>(value));
  if (scale == 0) return;
  size_t digits = out.size() - begin;
  size_t wanted = static_cast<size_t>(scale) + 1;
  if (digits < wanted) out.insert(begin, wanted - digits, '0');
  out.insert(out.size() - static_cast<size_t>(scale), 1, '.');
}

bool AppendDate(std::string& out, int32_t days) {
  constexpr int32_t kFirst = -719'162;  // 0001-01-01
  constexpr int32_t kLast = 2'932'896;  // 9999-12-31
  if (days < kFirst || days > kLast) return false;
  Day day = DayFromDays(days);
  AppendTwo(out, day.year / 100);
  AppendTwo(out, day.year % 100);
  out += '-';
  AppendTwo(out, day.month);
  out += '-';
  AppendTwo(out, day.day);
  return true;
}

bool AppendTimestamp(std::string& out, int64_t micros) {
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  if (!AppendDate(out, static_cast<int32_t>(days))) return false;
  out += ' ';
  AppendTime(out, rest);
  return true;
}

void AppendTime(std::string& out, int64_t micros) {
  int64_t seconds = micros / kMicrosPerSecond;
  AppendTwo(out, seconds / 3600);
  out += ':';
  AppendTwo(out, seconds / 60 % 60);
  out += ':';
  AppendTwo(out, seconds % 60);
  int64_t fraction = micros % kMicrosPerSecond;
  if (fraction == 0) return;
  int width = 6;
  for (; fraction % 10 == 0; fraction /= 10) --width;
  fmt::format_to(std::back_inserter(out), ".{:0{}}", fraction, width);
}

void AppendUuid(std::string& out, duckdb_hugeint value) {
  // DuckDB keeps the first bit flipped, so that signed comparison sorts UUIDs as their text.
  uint64_t high = static_cast<uint64_t>(value.upper) ^ (uint64_t{1} << 63);
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32,
                 (high >> 16) & 0xffff, high & 0xffff, value.lower >> 48, value.lower & 0xffff'ffff'ffff);
}

void AppendBlob(std::string& out, const char* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    auto byte = static_cast<unsigned char>(data[i]);
    bool plain = byte >= 32 && byte <= 126 && byte != '\\' && byte != '\'' && byte != '"';
    if (plain) {
      out += data[i];
    } else {
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte);
    }
  }
}

}  // namespace souk::sql
