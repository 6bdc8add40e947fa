// The days of the history in the shop's time zone, and how busy each of them and each of their hours is.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace souk::generate {

// One local day. On most days `change` equals `end`; on a day when the clocks change it is the moment they
// do.
struct CalendarDay {
  Day date;
  int weekday = 0;      // 0 = Monday
  int month_index = 0;  // months since the first day's
  Micros begin = 0;     // the first moment of the day, UTC
  Micros end = 0;       // the first moment after it; equal to begin for a day the zone skipped
  Micros change = 0;
  int32_t offset_before_s = 0;  // local time − UTC, until `change`
  int32_t offset_after_s = 0;
  double order_weight = 0;  // how much is ordered on this day, relative to the others
  double visit_weight = 0;  // how much is clicked
  bool sale = false;        // the week of Black Friday
};

// kInvalid when the zone is unknown or the days are not between 1970 and 2037, first before last.
Result<std::vector<CalendarDay>> MakeCalendar(const Day& first, const Day& last, const std::string& time_zone,
                                              uint64_t seed);

// The rhythm of one day: its moments in the order of time, the busy ones more often.
class DayRhythm {
 public:
  DayRhythm(const CalendarDay& day, uint64_t seed);

  // 0 <= x < 1; grows with x; whole milliseconds, begin <= result < end. Even draws of x give the day's
  // rhythm.
  Micros At(double x) const;

 private:
  static constexpr int kMaxSlots = 200;  // quarters of an hour; no day of any zone has more
  static constexpr int kGuides = 128;

  Micros begin_;
  Micros end_;
  int slots_ = 0;
  std::array<double, kMaxSlots + 1> until_{};  // share of the day before slot i
  std::array<uint8_t, kGuides> guide_{};       // the slot of x = i / kGuides, or an earlier one
};

}  // namespace souk::generate
