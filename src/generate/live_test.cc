#include "generate/live.h"

#include <gtest/gtest.h>

namespace souk::generate {
namespace {

TEST(LiveTest, RecordsAreDueEvenly) {
  LiveOptions options;
  EXPECT_DOUBLE_EQ(RecordsDue(options, 0), 0);
  EXPECT_DOUBLE_EQ(RecordsDue(options, 12.5), 1250);
}

TEST(LiveTest, BurstsComeAtTheBeginningOfTheirTime) {
  LiveOptions options;
  options.burst_s = 10;
  options.burst_every_s = 60;
  EXPECT_DOUBLE_EQ(RecordsDue(options, 4), 2000);
  EXPECT_DOUBLE_EQ(RecordsDue(options, 10), 5000);
  EXPECT_DOUBLE_EQ(RecordsDue(options, 60), 10'000);
  EXPECT_DOUBLE_EQ(RecordsDue(options, 61), 10'500);
  EXPECT_DOUBLE_EQ(RecordsDue(options, 120), 20'000);
}

}  // namespace
}  // namespace souk::generate
