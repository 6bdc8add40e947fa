#include "generate/calendar.h"

#include <date/tz.h>

#include <algorithm>
#include <cmath>

#include "generate/random.h"

namespace souk::generate {
namespace {

constexpr Micros kSlot = 900 * kMicrosPerSecond;

// Monday … Sunday: people order at the weekend's end and its beginning, and look around on Sunday.
constexpr std::array<double, 7> kOrderWeekday = {1.04, 0.98, 0.97, 0.98, 0.95, 0.98, 1.10};
constexpr std::array<double, 7> kVisitWeekday = {1.00, 0.96, 0.95, 0.96, 0.95, 1.04, 1.14};
constexpr std::array<double, 12> kSeason = {0.92, 0.88, 0.94, 0.96, 0.99, 0.95,
                                            0.92, 0.94, 1.00, 1.05, 1.24, 1.30};
constexpr double kGrowthPerYear = 0.12;
constexpr double kDayNoise = 0.06;
constexpr double kHourNoise = 0.12;

// Orders by local hour. On working days there is a small peak at lunch and a large one in the evening;
// weekends begin later and are flatter.
constexpr std::array<double, 24> kWorkday = {1.2, 0.6, 0.35, 0.25, 0.25, 0.45, 1.1, 2.1, 3.2, 4.1, 4.6, 4.9,
                                             5.3, 5.1, 4.6,  4.5,  4.7,  5.1,  5.7, 6.6, 7.4, 7.0, 5.0, 2.7};
constexpr std::array<double, 24> kWeekend = {1.9, 1.0, 0.55, 0.35, 0.3, 0.4, 0.8, 1.5, 2.8, 4.3, 5.4, 5.8,
                                             5.7, 5.5, 5.4,  5.3,  5.3, 5.4, 5.6, 6.0, 6.3, 5.9, 4.6, 2.9};

int DayOfYear(const Day& day) { return static_cast<int>(DaysFromDay(day) - DaysFromDay({day.year, 1, 1})); }

// The months' weights, each reached in the middle of its month, with straight lines between.
double Season(const Day& day) {
  double month = DayOfYear(day) / 365.25 * 12 - 0.5;
  double floor = std::floor(month);
  int before = (static_cast<int>(floor) + 12) % 12;
  double part = month - floor;
  return kSeason[before] * (1 - part) + kSeason[(before + 1) % 12] * part;
}

// The fourth Friday of November is day 0, the Monday before it −4.
int DaysFromBlackFriday(const Day& day) {
  int64_t first = DaysFromDay({day.year, 11, 1});
  int64_t weekday = (first + 3) % 7;  // 1970-01-01 was a Thursday; 0 = Monday
  int64_t friday = first + (4 - weekday + 7) % 7 + 21;
  return static_cast<int>(DaysFromDay(day) - friday);
}

double Holiday(const Day& day) {
  int black = DaysFromBlackFriday(day);
  if (black == 0) return 2.1;
  if (black == 3) return 1.8;
  if (black >= -4 && black <= 2) return 1.35;
  if (day.month == 12 && day.day == 24) return 0.6;
  if (day.month == 12 && (day.day == 25 || day.day == 26)) return 0.5;
  if (day.month == 12 && day.day >= 10 && day.day <= 18) return 1.15;
  if (day.month == 1 && day.day == 1) return 0.6;
  return 1;
}

void SetWeights(CalendarDay& day, int64_t number, double years, uint64_t seed) {
  auto key = static_cast<uint64_t>(number);
  Random random(Key(seed, Stream::kDay, key));
  double common = Season(day.date) * std::pow(1 + kGrowthPerYear, years);
  double holiday = Holiday(day.date);
  double length = static_cast<double>(day.end - day.begin) / kMicrosPerDay;
  auto noise = [&] { return 1 + kDayNoise * (random.Unit() + random.Unit() - 1); };
  day.order_weight = length * common * holiday * kOrderWeekday[day.weekday] * noise();
  // On great days more of the visits end in an order.
  day.visit_weight = length * common * std::sqrt(holiday) * kVisitWeekday[day.weekday] * noise();
  int black = DaysFromBlackFriday(day.date);
  day.sale = black >= -4 && black <= 3;
}

Micros MicrosOf(date::sys_seconds time) { return time.time_since_epoch().count() * kMicrosPerSecond; }

CalendarDay MakeDay(const date::time_zone& zone, int64_t number) {
  CalendarDay day;
  day.date = DayFromDays(number);
  day.weekday = static_cast<int>((number + 3) % 7);
  auto midnight = [&](int64_t n) {
    date::local_seconds local{std::chrono::seconds(n * 86'400)};
    return zone.to_sys(local, date::choose::earliest);
  };
  date::sys_seconds begin = midnight(number), end = midnight(number + 1);
  day.begin = MicrosOf(begin);
  day.end = MicrosOf(end);
  date::sys_info info = zone.get_info(begin);
  day.change = day.end;
  day.offset_before_s = day.offset_after_s = static_cast<int32_t>(info.offset.count());
  if (info.end < end) {
    day.change = MicrosOf(info.end);
    day.offset_after_s = static_cast<int32_t>(zone.get_info(info.end).offset.count());
  }
  return day;
}

Result<const date::time_zone*> FindZone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return Fail(Code::kInvalid, "unknown time zone \"{}\"; give an IANA name such as Europe/Berlin or UTC",
                name);
  }
}

}  // namespace

Result<std::vector<CalendarDay>> MakeCalendar(const Day& first, const Day& last, const std::string& time_zone,
                                              uint64_t seed) {
  int64_t from = DaysFromDay(first), to = DaysFromDay(last);
  if (from > to) {
    return Fail(Code::kInvalid, "the first day {:04}-{:02}-{:02} is after the last day {:04}-{:02}-{:02}",
                first.year, first.month, first.day, last.year, last.month, last.day);
  }
  // The system's zone tables list the changes of clocks up to 2037.
  if (first.year < 1970 || last.year > 2037) {
    return Fail(Code::kInvalid, "the days must lie in the years 1970 to 2037, not {} to {}", first.year,
                last.year);
  }
  TRY(const date::time_zone* zone, FindZone(time_zone));
  std::vector<CalendarDay> days;
  days.reserve(static_cast<size_t>(to - from + 1));
  for (int64_t number = from; number <= to; ++number) {
    CalendarDay day = MakeDay(*zone, number);
    day.month_index = (day.date.year - first.year) * 12 + day.date.month - first.month;
    SetWeights(day, number, static_cast<double>(number - from) / 365.25, seed);
    days.push_back(day);
  }
  return days;
}

DayRhythm::DayRhythm(const CalendarDay& day, uint64_t seed) : begin_(day.begin), end_(day.end) {
  const auto& hours = day.weekday >= 5 ? kWeekend : kWorkday;
  Random random(Key(seed, Stream::kHour, static_cast<uint64_t>(DaysFromDay(day.date))));
  std::array<double, 25> noise;
  for (double& factor : noise) factor = 1 + kHourNoise * (2 * random.Unit() - 1);
  slots_ = static_cast<int>(std::min<Micros>((end_ - begin_ + kSlot - 1) / kSlot, kMaxSlots));
  for (int i = 0; i < slots_; ++i) {
    Micros at = begin_ + i * kSlot;
    Micros local_s = at / kMicrosPerSecond + (at < day.change ? day.offset_before_s : day.offset_after_s);
    auto hour = static_cast<size_t>((local_s % 86'400 + 86'400) % 86'400 / 3600);
    double length = static_cast<double>(std::min(kSlot, end_ - at)) / kSlot;
    until_[i + 1] = until_[i] + hours[hour] * noise[hour] * length;
  }
  for (int i = 1; i <= slots_; ++i) until_[i] /= until_[slots_];
  for (int g = 0, slot = 0; g < kGuides; ++g) {
    while (slot + 1 < slots_ && until_[slot + 1] <= static_cast<double>(g) / kGuides) ++slot;
    guide_[g] = static_cast<uint8_t>(slot);
  }
}

Micros DayRhythm::At(double x) const {
  int slot = guide_[static_cast<size_t>(x * kGuides)];
  while (slot + 1 < slots_ && until_[slot + 1] <= x) ++slot;
  double part = (x - until_[slot]) / (until_[slot + 1] - until_[slot]);
  Micros from = begin_ + slot * kSlot;
  Micros length = std::min(kSlot, end_ - from);
  Micros at = from + static_cast<Micros>(part * static_cast<double>(length));
  return std::clamp(at / 1000 * 1000, begin_, end_ - 1000);
}

}  // namespace souk::generate
