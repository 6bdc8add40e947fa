#include "base/time_zone.h"

#include <gtest/gtest.h>

namespace souk {
namespace {

constexpr Micros kHour = 3600 * kMicrosPerSecond;

// "2025-03-30 02:30" as microseconds.
Micros At(const std::string& day, int hour, int minute) {
  return DaysFromDay(*ParseDay(day)) * kMicrosPerDay + hour * kHour + minute * 60 * kMicrosPerSecond;
}

TEST(TimeZone, KnowsSummerAndWinter) {
  TimeZone berlin = *TimeZone::Find("Europe/Berlin");
  EXPECT_EQ(berlin.ToWall(At("2025-07-01", 10, 0)), At("2025-07-01", 12, 0));
  EXPECT_EQ(berlin.ToWall(At("2025-01-01", 23, 30)), At("2025-01-02", 0, 30));
  EXPECT_EQ(berlin.ToUtc(At("2025-07-01", 12, 0)), At("2025-07-01", 10, 0));
  EXPECT_EQ(berlin.ToUtc(At("2025-01-02", 0, 30)), At("2025-01-01", 23, 30));
  EXPECT_EQ(berlin.ToWall(At("2025-03-30", 1, 0) - 1), At("2025-03-30", 2, 0) - 1);
  EXPECT_EQ(berlin.ToWall(At("2025-03-30", 1, 0)), At("2025-03-30", 3, 0));
}

TEST(TimeZone, SettlesTimesThatClocksShowTwiceOrNever) {
  TimeZone berlin = *TimeZone::Find("Europe/Berlin");
  EXPECT_EQ(berlin.ToUtc(At("2025-03-30", 2, 30)), At("2025-03-30", 1, 30));
  EXPECT_EQ(berlin.ToUtc(At("2025-10-26", 2, 30)), At("2025-10-26", 1, 30));
  EXPECT_EQ(berlin.ToUtc(At("2025-10-26", 1, 59)), At("2025-10-25", 23, 59));
}

TEST(TimeZone, GoesThereAndBackForYears) {
  TimeZone zone = *TimeZone::Find("America/New_York");
  for (Micros utc = At("1960-01-01", 0, 0); utc < At("2036-01-01", 0, 0); utc += 37 * kHour) {
    Micros wall = zone.ToWall(utc);
    Micros again = zone.ToUtc(wall);
    EXPECT_TRUE(again == utc || again == utc + kHour) << FormatUtc(utc);
    EXPECT_EQ(zone.ToWall(again), wall);
  }
}

TEST(TimeZone, IsUtcByDefaultAndRefusesUnknownNames) {
  EXPECT_EQ(TimeZone().ToUtc(-5), -5);
  EXPECT_EQ(TimeZone::Find("UTC")->ToWall(7), 7);
  auto unknown = TimeZone::Find("Europe/Atlantis");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "the time zone 'Europe/Atlantis' is unknown; give an IANA name such as Europe/Berlin");
}

}  // namespace
}  // namespace souk
