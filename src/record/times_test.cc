#include "record/times.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

// The time as "2025-11-28T12:04:30.000000Z", with "+" in front when the text carried its own offset.
std::string Read(std::string_view format, std::string_view text) {
  auto parsed = TimeFormat::Parse(format);
  if (!parsed) return parsed.error().message;
  TimeValue value;
  if (!parsed->Read(text, value)) return "no";
  return (value.zoned ? "+" : "") + FormatUtcMicros(value.micros);
}

TEST(Times, Iso8601) {
  EXPECT_EQ(Read("", "2010-12-01"), "2010-12-01T00:00:00.000000Z");
  EXPECT_EQ(Read("", "2010-12-01 08:26"), "2010-12-01T08:26:00.000000Z");
  EXPECT_EQ(Read("", "2010-12-01 08:26:00"), "2010-12-01T08:26:00.000000Z");
  EXPECT_EQ(Read("", " 2010-12-01T08:26:00.5 "), "2010-12-01T08:26:00.500000Z");
  EXPECT_EQ(Read("", "2010-12-01T08:26:00.123456789"), "2010-12-01T08:26:00.123456Z");
  EXPECT_EQ(Read("", "2010-12-01T08:26:00Z"), "+2010-12-01T08:26:00.000000Z");
  EXPECT_EQ(Read("", "2010-12-01T08:26:00 UTC"), "+2010-12-01T08:26:00.000000Z");
  EXPECT_EQ(Read("", "2010-12-01T08:26:00+02:00"), "+2010-12-01T06:26:00.000000Z");
  EXPECT_EQ(Read("", "2010-12-01T08:26:00.25-0530"), "+2010-12-01T13:56:00.250000Z");
  EXPECT_EQ(Read("", "2010-12-01T08:26:00+02"), "+2010-12-01T06:26:00.000000Z");
  EXPECT_EQ(Read("", "2024-02-29"), "2024-02-29T00:00:00.000000Z");
}

TEST(Times, WhatIsNotIso8601) {
  for (const char* text :
       {"", "2010", "2010-13-01", "2010-00-01", "2010-12-32", "2023-02-29", "2010-12-01T", "2010-12-01 8",
        "2010-12-01 24:00:00", "2010-12-01 08:60:00", "2010-12-01 08:26:60", "2010-12-01 08:26:00.",
        "01/12/2010", "2010-12-01 08:26:00 CET", "2010-12-01T08:26Z", "2010-12-01x", "20101201",
        "12010-12-01", "yesterday"}) {
    EXPECT_EQ(Read("", text), "no") << text;
  }
}

TEST(Times, Patterns) {
  EXPECT_EQ(Read("%d/%m/%Y", "1/2/2025"), "2025-02-01T00:00:00.000000Z");
  EXPECT_EQ(Read("%m/%d/%Y %H:%M", "12/1/2010 8:26"), "2010-12-01T08:26:00.000000Z");
  EXPECT_EQ(Read("%d-%m-%y", "01-12-10"), "2010-12-01T00:00:00.000000Z");
  EXPECT_EQ(Read("%d-%m-%y", "01-12-69"), "1969-12-01T00:00:00.000000Z");
  EXPECT_EQ(Read("%m/%d/%Y %I:%M %p", "1/2/2025 8:05 PM"), "2025-01-02T20:05:00.000000Z");
  EXPECT_EQ(Read("%m/%d/%Y %I:%M %p", "1/2/2025 12:05 am"), "2025-01-02T00:05:00.000000Z");
  EXPECT_EQ(Read("%d %b %Y", "2 jan 2025"), "2025-01-02T00:00:00.000000Z");
  EXPECT_EQ(Read("%B %d, %Y", "January 2, 2025"), "2025-01-02T00:00:00.000000Z");
  EXPECT_EQ(Read("%a, %d %b %Y %H:%M:%S %z", "Thu, 02 Jan 2025 10:00:00 +0100"),
            "+2025-01-02T09:00:00.000000Z");
  EXPECT_EQ(Read("%Y%m%d", "20250102"), "2025-01-02T00:00:00.000000Z");
  EXPECT_EQ(Read("%Y%m%d%H%M%S", "20250102101112"), "2025-01-02T10:11:12.000000Z");
  EXPECT_EQ(Read("%d/%m/%Y", "13/25/2025"), "no");
  EXPECT_EQ(Read("%d/%m/%Y", "31/02/2025"), "no");
  EXPECT_EQ(Read("%d/%m/%Y", "1/2/2025 10:00"), "no");
  EXPECT_EQ(Read("%Y%m%d", "2025112"), "no");
}

TEST(Times, CountsSince1970) {
  EXPECT_EQ(Read("epoch_s", "1700000000"), "+2023-11-14T22:13:20.000000Z");
  EXPECT_EQ(Read("epoch_ms", "1700000000123"), "+2023-11-14T22:13:20.123000Z");
  EXPECT_EQ(Read("epoch_us", "1700000000123456"), "+2023-11-14T22:13:20.123456Z");
  EXPECT_EQ(Read("epoch_s", "9223372036854775807"), "no");
  EXPECT_EQ(Read("epoch_s", "-9223372036854775808"), "no");
  EXPECT_EQ(Read("epoch_ms", "soon"), "no");
}

TEST(Times, FormatsThatCannotBe) {
  EXPECT_FALSE(TimeFormat::Parse("%d/%m"));
  EXPECT_FALSE(TimeFormat::Parse("%Q %Y %m %d"));
  EXPECT_FALSE(TimeFormat::Parse("%Y-%m-%d %"));
}

// Every beginning of a time is read or refused, never more.
TEST(Times, CutAtEveryByte) {
  for (const char* format :
       {"", "%a, %d %b %Y %H:%M:%S %z", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d%H%M%S", "epoch_ms"}) {
    for (std::string text : {"2010-12-01T08:26:00.123456789+02:00", "Thu, 02 Jan 2025 10:00:00 +0100",
                             "12/31/2025 11:59:59 PM", "20250102101112"}) {
      for (size_t size = 0; size <= text.size(); ++size) Read(format, std::string(text.data(), size));
    }
  }
}

TimeGuess Guess(std::vector<std::string_view> values) { return GuessTimeFormat(values); }

TEST(TimeGuess, FindsTheFormat) {
  EXPECT_EQ(Guess({"2010-12-01 08:26:00", "2010-12-02"}).format, "");
  EXPECT_TRUE(Guess({"2010-12-01 08:26:00"}).found);
  EXPECT_TRUE(Guess({"2010-12-01T08:26:00Z"}).zoned);
  EXPECT_EQ(Guess({"12/13/2010 8:26", "1/2/2011 9:30"}).format, "%m/%d/%Y %H:%M");
  EXPECT_EQ(Guess({"13.12.2010", "01.02.2011"}).format, "%d.%m.%Y");
  EXPECT_EQ(Guess({"31-12-10", "01-02-11"}).format, "%d-%m-%y");
  EXPECT_EQ(Guess({"5 Jan 2025", "17 Feb 2025"}).format, "%d %b %Y");
  EXPECT_EQ(Guess({"1700000000123", "1700000000456"}).format, "epoch_ms");
  EXPECT_EQ(Guess({"1700000000", "1700000456"}).format, "epoch_s");
  EXPECT_EQ(Guess({"20250131", "20250201"}).format, "%Y%m%d");
  EXPECT_FALSE(Guess({"hello there", "12.50"}).found);
  EXPECT_FALSE(Guess({"17850", "13047"}).found);
  EXPECT_FALSE(Guess({}).found);
}

TEST(TimeGuess, AThirdMayBeWrong) {
  std::vector<std::string_view> values = {"13/12/2010", "14/12/2010", "unknown"};
  EXPECT_EQ(Guess(values).format, "%d/%m/%Y");
  values.push_back("lost");
  EXPECT_FALSE(Guess(values).found);
}

TEST(TimeGuess, OrderOfTheFileSettlesDayAndMonth) {
  TimeGuess guess = Guess({"12/1/2010", "12/1/2010", "12/2/2010", "12/3/2010", "12/5/2010"});
  EXPECT_EQ(guess.format, "%m/%d/%Y");
  EXPECT_FALSE(guess.ambiguous);
  guess = Guess({"1/12/2010", "2/12/2010", "3/12/2010", "5/12/2010"});
  EXPECT_EQ(guess.format, "%d/%m/%Y");
  guess = Guess({"03/04/2025"});
  EXPECT_EQ(guess.format, "%d/%m/%Y");
  EXPECT_TRUE(guess.ambiguous);
}

}  // namespace
}  // namespace souk::record
