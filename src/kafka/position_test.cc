#include "kafka/position.h"

#include <gtest/gtest.h>

namespace souk::kafka {
namespace {

TEST(PositionTest, Times) {
  EXPECT_EQ(ParseTimeMs("1970-01-02").value(), 86'400'000);
  EXPECT_EQ(ParseTimeMs("1970-01-01T01:02Z").value(), 3'720'000);
  EXPECT_EQ(ParseTimeMs("1970-01-01 00:00:03").value(), 3000);
  EXPECT_EQ(ParseTimeMs("1970-01-01T00:00:03.045Z").value(), 3045);
  EXPECT_EQ(FormatTimeMs(3045), "1970-01-01T00:00:03.045Z");
  EXPECT_EQ(FormatTimeMs(-1), "");
  for (const char* wrong : {"", "now", "1970-13-01", "1970-01-01T", "1970-01-01T1:02", "1970-01-01T25:00",
                            "1970-01-01T00:00:03.1Z", "1970-01-01x00:00"}) {
    EXPECT_FALSE(ParseTimeMs(wrong)) << wrong;
  }
}

TEST(PositionTest, Positions) {
  Range range{10, 20};
  EXPECT_EQ(ParsePosition("beginning")->Within(range), 10);
  EXPECT_EQ(ParsePosition("end")->Within(range), 20);
  EXPECT_EQ(ParsePosition("15")->Within(range), 15);
  EXPECT_EQ(ParsePosition("0")->Within(range), 10) << "what is gone: the first record that is there";
  EXPECT_EQ(ParsePosition("99")->Within(range), 20);
  auto time = ParsePosition("1970-01-02");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->kind, Position::Kind::kTime);
  EXPECT_EQ(time->value, 86'400'000);
  for (const char* wrong : {"", "-1", "middle", "15x"}) EXPECT_FALSE(ParsePosition(wrong)) << wrong;
}

}  // namespace
}  // namespace souk::kafka
