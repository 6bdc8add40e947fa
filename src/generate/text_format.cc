#include "generate/text_format.h"

#include <array>

namespace souk::generate {
namespace {

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

constexpr auto kHexPairs = [] {
  std::array<char, 512> pairs{};
  for (size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = "0123456789abcdef"[i / 16];
    pairs[2 * i + 1] = "0123456789abcdef"[i % 16];
  }
  return pairs;
}();

char* PutTwo(char* out, uint64_t value) {
  std::memcpy(out, &kPairs[2 * value], 2);
  return out + 2;
}

char* PutUnsigned(char* out, uint64_t value) {
  char digits[20];
  char* at = digits + sizeof digits;
  while (value >= 100) {
    at -= 2;
    PutTwo(at, value % 100);
    value /= 100;
  }
  if (value >= 10) {
    at -= 2;
    PutTwo(at, value);
  } else {
    *--at = static_cast<char>('0' + value);
  }
  return PutText(out, {at, static_cast<size_t>(digits + sizeof digits - at)});
}

// The highest `bytes` bytes of the number.
char* PutHex(char* out, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i, number <<= 8, out += 2) std::memcpy(out, &kHexPairs[2 * (number >> 56)], 2);
  return out;
}

}  // namespace

char* PutInt(char* out, int64_t value) {
  if (value < 0) *out++ = '-';
  return PutUnsigned(out, value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value));
}

char* PutPadded(char* out, uint64_t value, int width) {
  char digits[20];
  auto size = static_cast<int>(PutUnsigned(digits, value) - digits);
  for (; width > size; --width) *out++ = '0';
  return PutText(out, {digits, static_cast<size_t>(size)});
}

char* PutMoney(char* out, int64_t cents) {
  if (cents < 0) *out++ = '-';
  uint64_t amount = cents < 0 ? -static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  out = PutUnsigned(out, amount / 100);
  *out++ = '.';
  return PutTwo(out, amount % 100);
}

char* PutTime(char* out, Micros time) {
  int64_t days = (time >= 0 ? time : time - kMicrosPerDay + 1) / kMicrosPerDay;
  auto ms = static_cast<uint64_t>((time - days * kMicrosPerDay) / 1000);
  // Most calls are about the day of the call before.
  thread_local int64_t known_days = INT64_MIN;
  thread_local char known[11];
  if (days != known_days) {
    Day day = DayFromDays(days);
    char* at = PutPadded(known, static_cast<uint64_t>(day.year), 4);
    *at++ = '-';
    at = PutTwo(at, static_cast<uint64_t>(day.month));
    *at++ = '-';
    at = PutTwo(at, static_cast<uint64_t>(day.day));
    *at = 'T';
    known_days = days;
  }
  std::memcpy(out, known, 11);
  out = PutTwo(out + 11, ms / 3'600'000);
  *out++ = ':';
  out = PutTwo(out, ms / 60'000 % 60);
  *out++ = ':';
  out = PutTwo(out, ms / 1000 % 60);
  *out++ = '.';
  *out++ = static_cast<char>('0' + ms % 1000 / 100);
  out = PutTwo(out, ms % 100);
  *out++ = 'Z';
  return out;
}

char* PutUuid(char* out, uint64_t high, uint64_t low) {
  high = (high & ~uint64_t{0xF000}) | 0x4000;
  low = (low & ~(uint64_t{3} << 62)) | uint64_t{2} << 62;
  out = PutHex(out, high, 4);
  *out++ = '-';
  out = PutHex(out, high << 32, 2);
  *out++ = '-';
  out = PutHex(out, high << 48, 2);
  *out++ = '-';
  out = PutHex(out, low, 2);
  *out++ = '-';
  return PutHex(out, low << 16, 6);
}

}  // namespace souk::generate
