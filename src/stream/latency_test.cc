#include "stream/latency.h"

#include <gtest/gtest.h>

namespace souk::stream {
namespace {

constexpr Micros kNow = 1'000 * kMicrosPerSecond;

TEST(RecentLatencyTest, PercentilesAreWithinFivePercent) {
  RecentLatency latency;
  for (int i = 1; i <= 1000; ++i) latency.Add(i * 1000, 1, kNow);
  EXPECT_NEAR(static_cast<double>(latency.Percentile(0.5, kNow)), 500e3, 26e3);
  EXPECT_NEAR(static_cast<double>(latency.Percentile(0.99, kNow)), 990e3, 51e3);
}

TEST(RecentLatencyTest, WhatIsOldIsForgotten) {
  RecentLatency latency;
  latency.Add(1'000'000, 100, kNow);
  EXPECT_GT(latency.Percentile(0.5, kNow + 9 * kMicrosPerSecond), 900'000);
  EXPECT_EQ(latency.Percentile(0.5, kNow + 10 * kMicrosPerSecond), 0);
  EXPECT_EQ(latency.PerSecond(kNow + 11 * kMicrosPerSecond), 0);
}

TEST(RecentLatencyTest, CountsWholeSeconds) {
  RecentLatency latency;
  for (int second = 0; second < 20; ++second) latency.Add(5, 90, kNow + second * kMicrosPerSecond);
  EXPECT_EQ(latency.PerSecond(kNow + 19 * kMicrosPerSecond), 90);
}

TEST(RecentLatencyTest, TakesAnything) {
  RecentLatency latency;
  latency.Add(-5, 1, kNow);
  EXPECT_EQ(latency.Percentile(1, kNow), 10);
  latency.Add(1'000'000LL * 86'400 * 365, 1, kNow);
  EXPECT_GT(latency.Percentile(1, kNow), 1'000'000LL * 3600);
}

}  // namespace
}  // namespace souk::stream
