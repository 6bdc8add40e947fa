#include "generate/calendar.h"

#include <gtest/gtest.h>

#include <map>

namespace souk::generate {
namespace {

constexpr Micros kHour = 3600 * kMicrosPerSecond;

std::vector<CalendarDay> Days(Day first, Day last, const std::string& zone = "Europe/Berlin") {
  auto days = MakeCalendar(first, last, zone, 1);
  EXPECT_TRUE(days) << days.error().message;
  return days.value_or(std::vector<CalendarDay>());
}

int LocalHour(const CalendarDay& day, Micros at) {
  Micros seconds = at / kMicrosPerSecond + (at < day.change ? day.offset_before_s : day.offset_after_s);
  return static_cast<int>(seconds % 86'400 / 3600);
}

TEST(Calendar, DaysFollowEachOtherWithoutGap) {
  auto days = Days({2024, 1, 1}, {2025, 12, 31});
  ASSERT_EQ(days.size(), 731u);
  EXPECT_EQ(days[0].weekday, 0);
  EXPECT_EQ(FormatUtc(days[0].begin), "2023-12-31T23:00:00Z");
  for (size_t i = 1; i < days.size(); ++i) EXPECT_EQ(days[i].begin, days[i - 1].end) << i;
  EXPECT_EQ(days.back().month_index, 23);
}

TEST(Calendar, DaysOfClockChangesAreShorterAndLonger) {
  auto spring = Days({2025, 3, 30}, {2025, 3, 30})[0];
  EXPECT_EQ(spring.end - spring.begin, 23 * kHour);
  EXPECT_EQ(FormatUtc(spring.change), "2025-03-30T01:00:00Z");
  EXPECT_EQ(spring.offset_before_s, 3600);
  EXPECT_EQ(spring.offset_after_s, 7200);
  auto autumn = Days({2025, 10, 26}, {2025, 10, 26})[0];
  EXPECT_EQ(autumn.end - autumn.begin, 25 * kHour);
}

TEST(Calendar, MidnightMayNotExist) {
  // Clocks went from 00:00 to 01:00.
  auto day = Days({2018, 11, 4}, {2018, 11, 4}, "America/Sao_Paulo")[0];
  EXPECT_EQ(FormatUtc(day.begin), "2018-11-04T03:00:00Z");
  EXPECT_EQ(day.end - day.begin, 23 * kHour);
  EXPECT_EQ(LocalHour(day, day.begin), 1);
}

TEST(Calendar, ASkippedDayHasNoBusiness) {
  auto days = Days({2011, 12, 29}, {2011, 12, 31}, "Pacific/Apia");
  EXPECT_EQ(days[1].begin, days[1].end);
  EXPECT_EQ(days[1].order_weight, 0);
  EXPECT_GT(days[2].order_weight, 0);
}

TEST(Calendar, SaysWhatIsWrong) {
  auto unknown = MakeCalendar({2025, 1, 1}, {2025, 1, 2}, "Europe/Atlantis", 1);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::kInvalid);
  EXPECT_NE(unknown.error().message.find("Europe/Atlantis"), std::string::npos);
  auto reversed = MakeCalendar({2025, 1, 2}, {2025, 1, 1}, "UTC", 1);
  ASSERT_FALSE(reversed);
  EXPECT_NE(reversed.error().message.find("after the last day"), std::string::npos);
  EXPECT_FALSE(MakeCalendar({1969, 12, 31}, {1970, 1, 1}, "UTC", 1));
  EXPECT_FALSE(MakeCalendar({2037, 1, 1}, {2038, 1, 1}, "UTC", 1));
}

TEST(DayRhythm, GrowsWithinTheDay) {
  for (Day date : {Day{2025, 3, 30}, Day{2025, 10, 26}, Day{2025, 7, 2}}) {
    auto day = Days(date, date)[0];
    DayRhythm rhythm(day, 1);
    Micros before = day.begin;
    for (int i = 0; i < 10'000; ++i) {
      Micros at = rhythm.At(i / 10'000.0);
      ASSERT_GE(at, before);
      ASSERT_LT(at, day.end);
      before = at;
    }
    EXPECT_GT(before, day.end - kHour);
  }
}

TEST(DayRhythm, KeepsTheShopsHours) {
  std::map<int, int> summer, spring;
  auto day = Days({2025, 7, 2}, {2025, 7, 2})[0];
  auto changing = Days({2025, 3, 30}, {2025, 3, 30})[0];
  DayRhythm rhythm(day, 1), changing_rhythm(changing, 1);
  for (int i = 0; i < 10'000; ++i) {
    ++summer[LocalHour(day, rhythm.At(i / 10'000.0))];
    ++spring[LocalHour(changing, changing_rhythm.At(i / 10'000.0))];
  }
  EXPECT_GT(summer[20], 10 * summer[3]);
  EXPECT_GT(summer[20], summer[15]);
  EXPECT_EQ(spring.count(2), 0u) << "02:00 to 03:00 did not happen that day";
  EXPECT_GT(spring[20], 10 * spring[4]);
}

TEST(Calendar, WeeksAndSeasonsShow) {
  auto days = Days({2025, 1, 1}, {2025, 12, 31});
  double november = 0, february = 0, sundays = 0, fridays = 0;
  for (const CalendarDay& day : days) {
    if (day.date.month == 11) november += day.order_weight / 30;
    if (day.date.month == 2) february += day.order_weight / 28;
    if (day.weekday == 6) sundays += day.order_weight;
    if (day.weekday == 4) fridays += day.order_weight;
  }
  EXPECT_GT(november, 1.3 * february);
  EXPECT_GT(sundays, fridays);
  const CalendarDay& black_friday = days[331];
  EXPECT_EQ(black_friday.date.day, 28);
  EXPECT_TRUE(black_friday.sale);
  EXPECT_GT(black_friday.order_weight, 1.4 * days[331 - 7].order_weight);
}

}  // namespace
}  // namespace souk::generate
