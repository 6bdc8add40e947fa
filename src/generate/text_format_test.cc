#include "generate/text_format.h"

#include <gtest/gtest.h>

#include <string>

namespace souk::generate {
namespace {

template <typename Put, typename... Values>
std::string Text(Put put, Values... values) {
  char text[64];
  return std::string(text, put(text, values...));
}

TEST(TextFormat, Numbers) {
  EXPECT_EQ(Text(PutInt, int64_t{0}), "0");
  EXPECT_EQ(Text(PutInt, int64_t{-1207}), "-1207");
  EXPECT_EQ(Text(PutInt, INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(Text(PutPadded, uint64_t{42}, 6), "000042");
  EXPECT_EQ(Text(PutPadded, uint64_t{1234567}, 6), "1234567");
}

TEST(TextFormat, Money) {
  EXPECT_EQ(Text(PutMoney, int64_t{0}), "0.00");
  EXPECT_EQ(Text(PutMoney, int64_t{5}), "0.05");
  EXPECT_EQ(Text(PutMoney, int64_t{-5}), "-0.05");
  EXPECT_EQ(Text(PutMoney, int64_t{123456}), "1234.56");
  EXPECT_EQ(Text(PutMoney, int64_t{-100}), "-1.00");
}

TEST(TextFormat, Time) {
  EXPECT_EQ(Text(PutTime, Micros{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Text(PutTime, Micros{-1000}), "1969-12-31T23:59:59.999Z");
  Micros noon = DaysFromDay({2024, 2, 29}) * kMicrosPerDay + 12 * 3600 * kMicrosPerSecond + 45'067'000;
  EXPECT_EQ(Text(PutTime, noon), "2024-02-29T12:00:45.067Z");
}

TEST(TextFormat, Uuid) {
  EXPECT_EQ(Text(PutUuid, uint64_t{0}, uint64_t{0}), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(Text(PutUuid, 0x0123456789ABCDEFu, 0xFEDCBA9876543210u), "01234567-89ab-4def-bedc-ba9876543210");
}

}  // namespace
}  // namespace souk::generate
