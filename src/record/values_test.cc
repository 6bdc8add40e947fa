#include "record/values.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

constexpr NumberStyle kPlain{'.', false}, kGrouped{'.', true}, kComma{',', false}, kCommaGrouped{',', true};

int64_t Int(std::string_view text, NumberStyle style = kPlain) {
  int64_t value = -999;
  EXPECT_EQ(ReadInt(text, style, value), ValueFault::kNone) << text;
  return value;
}

int64_t Cents(std::string_view text, NumberStyle style = kPlain) {
  int64_t value = -999;
  EXPECT_EQ(ReadDecimal(text, 12, 2, style, value), ValueFault::kNone) << text;
  return value;
}

ValueFault IntFault(std::string_view text, NumberStyle style = kPlain) {
  int64_t value = 0;
  return ReadInt(text, style, value);
}

ValueFault CentsFault(std::string_view text, NumberStyle style = kPlain) {
  int64_t value = 0;
  return ReadDecimal(text, 12, 2, style, value);
}

TEST(Values, WholeNumbers) {
  EXPECT_EQ(Int("0"), 0);
  EXPECT_EQ(Int("-12"), -12);
  EXPECT_EQ(Int("+7"), 7);
  EXPECT_EQ(Int(" 42\t"), 42);
  EXPECT_EQ(Int("17850.0"), 17850);
  EXPECT_EQ(Int("5."), 5);
  EXPECT_EQ(Int("1e3"), 1000);
  EXPECT_EQ(Int("1.5e1"), 15);
  EXPECT_EQ(Int("000000000000000000000012"), 12);
  EXPECT_EQ(Int("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(Int("-9223372036854775808"), INT64_MIN);
}

TEST(Values, WholeNumbersThatAreNone) {
  for (const char* text :
       {"", "-", "+", ".", "abc", "1a", "1 2", "--1", "0x10", "1_000", "1e", "1e+", "1,000", "nan", "."}) {
    EXPECT_EQ(IntFault(text), ValueFault::kNotNumber) << text;
  }
  EXPECT_EQ(IntFault("1.5"), ValueFault::kNotWhole);
  EXPECT_EQ(IntFault("1e-1"), ValueFault::kNotWhole);
  EXPECT_EQ(IntFault("9223372036854775808"), ValueFault::kTooLarge);
  EXPECT_EQ(IntFault("-9223372036854775809"), ValueFault::kTooLarge);
  EXPECT_EQ(IntFault("1e19"), ValueFault::kTooLarge);
  EXPECT_EQ(IntFault("99999999999999999999999999"), ValueFault::kTooLarge);
  EXPECT_EQ(IntFault("1e30"), ValueFault::kTooLarge);
  EXPECT_EQ(IntFault("1e999999999"), ValueFault::kNotNumber);
  EXPECT_EQ(IntFault("1e-31"), ValueFault::kNotNumber);
}

TEST(Values, DecimalsAreRoundedHalfAwayFromZero) {
  EXPECT_EQ(Cents("12.34"), 1234);
  EXPECT_EQ(Cents("-12.3"), -1230);
  EXPECT_EQ(Cents(".5"), 50);
  EXPECT_EQ(Cents("1.005"), 101);
  EXPECT_EQ(Cents("-1.005"), -101);
  EXPECT_EQ(Cents("1.0049999"), 100);
  EXPECT_EQ(Cents("0.00000000000000000000000000001"), 0);
  EXPECT_EQ(Cents("9999999999.99"), 999'999'999'999);
  EXPECT_EQ(Cents("123.450000000000000000000000001"), 12345);
  EXPECT_EQ(Cents("1e3"), 100'000);
  EXPECT_EQ(Cents("1.5E-1"), 15);
  EXPECT_EQ(Cents("0e9"), 0);
}

TEST(Values, DecimalsThatDoNotFit) {
  EXPECT_EQ(CentsFault("9999999999.995"), ValueFault::kTooLarge);
  EXPECT_EQ(CentsFault("10000000000"), ValueFault::kTooLarge);
  EXPECT_EQ(CentsFault("1e30"), ValueFault::kTooLarge);
  EXPECT_EQ(CentsFault("12.3.4"), ValueFault::kNotNumber);
  EXPECT_EQ(CentsFault("$12"), ValueFault::kNotNumber);
}

TEST(Values, GroupsAndCommas) {
  EXPECT_EQ(Cents("1,234.50", kGrouped), 123450);
  EXPECT_EQ(Cents("1,234,567", kGrouped), 123456700);
  EXPECT_EQ(Cents("12.50", kGrouped), 1250);
  EXPECT_EQ(Cents("1.234,50", kCommaGrouped), 123450);
  EXPECT_EQ(Cents("12,5", kComma), 1250);
  EXPECT_EQ(Int("1.234", kCommaGrouped), 1234);
  for (const char* text : {"1,23", "1,2345", ",123", "1234,567", "1,,234", "12,34.5"}) {
    EXPECT_EQ(CentsFault(text, kGrouped), ValueFault::kNotNumber) << text;
  }
  EXPECT_EQ(CentsFault("12.50", kCommaGrouped), ValueFault::kNotNumber);
}

TEST(Values, Missing) {
  for (const char* text :
       {"", " ", "\t", "NULL", "null", "\\N", "NaN", "nan", "None", "N/A", "#N/A", " NULL "}) {
    EXPECT_TRUE(IsMissing(text)) << text;
  }
  for (const char* text : {"0", "NA", "Nullable", "none of it", "-", "n"})
    EXPECT_FALSE(IsMissing(text)) << text;
}

TEST(Values, Bools) {
  bool value = false;
  for (const char* text : {"true", "TRUE", "t", "Yes", "y", "1", " true "}) {
    EXPECT_TRUE(ReadBool(text, value) && value) << text;
  }
  for (const char* text : {"false", "F", "no", "N", "0"})
    EXPECT_TRUE(ReadBool(text, value) && !value) << text;
  for (const char* text : {"", "on", "2", "1.0", "truest"}) EXPECT_FALSE(ReadBool(text, value)) << text;
}

TEST(Values, Ids) {
  EXPECT_EQ(ReadId("17850.0"), "17850");
  EXPECT_EQ(ReadId("17850.00"), "17850");
  EXPECT_EQ(ReadId(" 0042 "), "0042");
  EXPECT_EQ(ReadId("A.0"), "A.0");
  EXPECT_EQ(ReadId("1.5"), "1.5");
  EXPECT_EQ(ReadId("1."), "1.");
  EXPECT_EQ(ReadId(".0"), ".0");
  EXPECT_EQ(ReadId(""), "");
}

}  // namespace
}  // namespace souk::record
