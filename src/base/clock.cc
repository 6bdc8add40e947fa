#include "base/clock.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace souk {
namespace {

class MachineClock : public Clock {
 public:
  Micros Now() const override {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  }
};

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a % b < 0) != (b < 0))); }

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

Day DayFromDays(int64_t days) {
  std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
  return Day{static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
             static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

int64_t DaysFromDay(const Day& day) {
  std::chrono::year_month_day ymd{std::chrono::year{day.year},
                                  std::chrono::month{static_cast<unsigned>(day.month)},
                                  std::chrono::day{static_cast<unsigned>(day.day)}};
  return std::chrono::sys_days{ymd}.time_since_epoch().count();
}

Result<Day> ParseDay(std::string_view text) {
  auto number = [&](size_t at, size_t length) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + at + length, value);
    return error == std::errc() && end == text.data() + at + length ? value : -1;
  };
  if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    Day day{number(0, 4), number(5, 2), number(8, 2)};
    std::chrono::year_month_day ymd{std::chrono::year{day.year},
                                    std::chrono::month{static_cast<unsigned>(day.month)},
                                    std::chrono::day{static_cast<unsigned>(day.day)}};
    if (day.year > 0 && ymd.ok()) return day;
  }
  return Fail(Code::kInvalid, "'{}' is not a day; write YYYY-MM-DD", text);
}

std::string FormatDay(const Day& day) {
  return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
}

std::string FormatUtc(Micros time) {
  int64_t seconds = FloorDiv(time, kMicrosPerSecond);
  int64_t days = FloorDiv(seconds, 86'400);
  int64_t rest = seconds - days * 86'400;
  Day day = DayFromDays(days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", day.year, day.month, day.day, rest / 3600,
                     rest / 60 % 60, rest % 60);
}

std::string FormatUtcMicros(Micros time) {
  std::string text = FormatUtc(time);
  int64_t fraction = time - FloorDiv(time, kMicrosPerSecond) * kMicrosPerSecond;
  return fmt::format("{}.{:06}Z", text.substr(0, text.size() - 1), fraction);
}

}  // namespace souk
