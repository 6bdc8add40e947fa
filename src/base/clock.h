// Time as everybody in Souk gets it: injected, in microseconds since 1970-01-01 UTC.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk {

using Micros = int64_t;
constexpr Micros kMicrosPerSecond = 1'000'000;
constexpr Micros kMicrosPerDay = 86'400 * kMicrosPerSecond;

// Threads: every implementation may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros Now() const = 0;
};

// The machine's clock. The object lives as long as the program.
const Clock& SystemClock();

// A clock that tests move by hand.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Micros now) : now_(now) {}
  Micros Now() const override { return now_.load(); }
  void Set(Micros now) { now_ = now; }
  void Advance(Micros by) { now_ += by; }

 private:
  std::atomic<Micros> now_;
};

// A civil day in no particular zone; days count from 1970-01-01 (proleptic Gregorian calendar).
struct Day {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
};
Day DayFromDays(int64_t days);
int64_t DaysFromDay(const Day& day);
// Strictly "YYYY-MM-DD", and a day that exists.
Result<Day> ParseDay(std::string_view text);
std::string FormatDay(const Day& day);

// "2025-11-28T12:04:30Z" (whole seconds) and "2025-11-28T12:04:30.123456Z".
std::string FormatUtc(Micros time);
std::string FormatUtcMicros(Micros time);

}  // namespace souk
