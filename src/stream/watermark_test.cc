#include "stream/watermark.h"

#include <gtest/gtest.h>

namespace souk::stream {
namespace {

constexpr Micros kSecond = kMicrosPerSecond;
constexpr Micros kBase = 1'000'000 * kSecond;

class WatermarkTest : public testing::Test {
 protected:
  WatermarkTest() {
    mark_.AddPartition(0, 0);
    mark_.AddPartition(1, 0);
  }
  void See(size_t partition, Micros seconds) {
    mark_.See(partition, kBase + seconds * kSecond, kBase + 999 * kSecond);
  }
  Micros Seconds() { return (mark_.current() - kBase) / kSecond; }

  Watermark mark_{{.delay = 10 * kSecond, .idle_timeout = 30 * kSecond}};
};

TEST_F(WatermarkTest, ThePartitionThatIsBehindDecides) {
  See(0, 100);
  EXPECT_EQ(mark_.current(), 0);
  See(1, 50);
  EXPECT_EQ(Seconds(), 40);
  See(1, 200);
  EXPECT_EQ(Seconds(), 90);
}

TEST_F(WatermarkTest, NeverGoesBack) {
  See(0, 100);
  See(1, 100);
  See(0, 20);
  EXPECT_EQ(Seconds(), 90);
}

TEST_F(WatermarkTest, AClockThatRunsAheadCountsAsNow) {
  mark_.See(0, kBase + 100'000 * kSecond, kBase + 60 * kSecond);
  mark_.See(1, kBase + 60 * kSecond, kBase + 60 * kSecond);
  EXPECT_EQ(Seconds(), 50);
}

TEST_F(WatermarkTest, AnIdlePartitionHoldsNobodyUp) {
  See(0, 100);
  mark_.AtEnd(1, 1000 * kSecond);
  mark_.Tick(1029 * kSecond);
  EXPECT_EQ(mark_.current(), 0);
  mark_.Tick(1030 * kSecond);
  EXPECT_EQ(Seconds(), 90);
  // It comes back behind the others and holds the watermark where it is.
  See(1, 95);
  See(0, 300);
  EXPECT_EQ(Seconds(), 90);
  See(1, 250);
  EXPECT_EQ(Seconds(), 240);
}

TEST_F(WatermarkTest, WhenAllAreIdleTimeStandsStill) {
  See(0, 100);
  See(1, 70);
  for (size_t i : {0, 1}) mark_.AtEnd(i, 0);
  mark_.Tick(1);
  mark_.Tick(100 * kSecond);
  EXPECT_EQ(Seconds(), 60);
}

}  // namespace
}  // namespace souk::stream
