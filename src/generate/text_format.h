// Numbers and times as text, into a buffer with enough room; each returns the end of what it wrote.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/clock.h"

namespace souk::generate {

inline char* PutText(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* PutInt(char* out, int64_t value);
// At least `width` digits, with leading zeros.
char* PutPadded(char* out, uint64_t value, int width);
// "-12.05"
char* PutMoney(char* out, int64_t cents);
// "2025-11-28T12:04:30.123Z"; times before 1970 too, years of four digits.
char* PutTime(char* out, Micros time);
// "0d5b8c1e-6a3e-4b55-8f0e-2f1c7a9d4e10": an UUID of version 4 with the bits of the two numbers.
char* PutUuid(char* out, uint64_t high, uint64_t low);

}  // namespace souk::generate
