#include "record/column_profile.h"

#include <gtest/gtest.h>

#include <numeric>

#include "record/columns.h"
#include "record/distinct_count.h"
#include "record/frequent_values.h"
#include "record/histogram.h"
#include "record/number_text.h"
#include "record/value_hash.h"

namespace souk::record {
namespace {

std::vector<uint64_t> LinesFor(size_t count) {
  std::vector<uint64_t> lines(count);
  std::iota(lines.begin(), lines.end(), 2);
  return lines;
}

// As an inspection does it: read by the sample, once more with a better reading when there is one.
ColumnProfile ProfileOf(const std::vector<std::string_view>& values, size_t sampled) {
  ColumnSampler sampler("c");
  for (size_t i = 0; i < sampled; ++i) sampler.Add(values[i]);
  std::optional<ColumnReading> reading = ReadingOf(sampler.Finish(), false);
  for (;;) {
    ColumnProfiler profiler(reading, 1024);
    profiler.Add(values, LinesFor(values.size()));
    reading = profiler.Better();
    if (!reading) return profiler.Finish();
  }
}
ColumnProfile ProfileOf(const std::vector<std::string_view>& values) {
  return ProfileOf(values, values.size());
}

TEST(ColumnProfile, NumbersHaveTheSpanOfTheirValues) {
  ColumnProfile profile = ProfileOf({"10", "9", "", "-3", "9", "NULL"});
  EXPECT_EQ(profile.reading.type, FieldType::kInt);
  EXPECT_EQ(profile.nulls, 2u);
  EXPECT_EQ(profile.distinct, 3u);
  EXPECT_EQ(profile.min, "-3");
  EXPECT_EQ(profile.max, "10");
  EXPECT_EQ(profile.whole_digits, 2);
}

TEST(ColumnProfile, EqualNumbersAreOneValueHoweverWritten) {
  ColumnProfile profile = ProfileOf({"2.50", "2.5", "3", "3.00", "+3"});
  EXPECT_EQ(profile.reading.type, FieldType::kDecimal);
  EXPECT_EQ(profile.distinct, 2u);
  EXPECT_EQ(profile.scale, 2);
}

TEST(ColumnProfile, AWiderTypeBehindTheSampleIsFound) {
  EXPECT_EQ(ProfileOf({"1", "2", "3.5"}, 2).reading.type, FieldType::kDecimal);
  ColumnProfile text = ProfileOf({"1", "2", "C7"}, 2);
  EXPECT_EQ(text.reading.type, FieldType::kText);
  EXPECT_EQ(text.reading.mostly, FieldType::kInt);
  EXPECT_EQ(text.unfit, 1u);
  EXPECT_EQ(text.first_unfit, "C7");
  EXPECT_EQ(text.first_unfit_line, 4u);
  EXPECT_EQ(text.min, "1");
  EXPECT_EQ(text.max, "C7");
}

TEST(ColumnProfile, LeadingZerosStayText) {
  EXPECT_EQ(ProfileOf({"007", "123"}).reading.type, FieldType::kText);
  EXPECT_EQ(ProfileOf({"7", "123", "012"}, 2).reading.type, FieldType::kText);
  EXPECT_EQ(ProfileOf({"0", "0.5", "-0.5"}).reading.type, FieldType::kDecimal);
}

TEST(ColumnProfile, OneValueAnywhereDecidesDayAndMonth) {
  ColumnProfile open = ProfileOf({"01/02/2025", "05/03/2025", "02/04/2025"});
  EXPECT_EQ(open.swapped_unfit, 0u);
  ColumnProfile american = ProfileOf({"01/02/2025", "01/03/2025", "01/04/2025", "01/13/2025"}, 3);
  EXPECT_EQ(american.reading.type, FieldType::kTimestamp);
  EXPECT_EQ(american.reading.time.text(), "%m/%d/%Y");
  EXPECT_EQ(american.max, "2025-01-13");
  ColumnProfile both = ProfileOf({"01/02/2025", "13/03/2025", "03/14/2025"}, 2);
  EXPECT_EQ(both.reading.type, FieldType::kText);
}

TEST(ColumnProfile, TimesWithoutOffsetHaveNoZone) {
  EXPECT_EQ(ProfileOf({"2025-01-01 10:00:00", "2025-01-02 00:00:00"}).max, "2025-01-02 00:00:00");
  EXPECT_EQ(ProfileOf({"2025-01-01T10:00:00+02:00"}).min, "2025-01-01T08:00:00Z");
  EXPECT_EQ(ProfileOf({"2025-01-01", "2025-02-01"}).min, "2025-01-01");
}

TEST(ColumnProfile, ACommaMayBeThePoint) {
  ColumnProfile profile = ProfileOf({"1.234,50", "2,00", "17,25"});
  EXPECT_EQ(profile.reading.type, FieldType::kDecimal);
  EXPECT_EQ(profile.max, "1234.50");
}

TEST(ColumnProfile, TheFirstValuesDecideWithoutASample) {
  ColumnProfiler profiler(std::nullopt, 1024);
  std::vector<std::string_view> none = {"", ""}, some = {"5", "6"};
  profiler.Add(none, LinesFor(2));
  profiler.Add(some, LinesFor(2));
  profiler.AddMissing(3);
  ColumnProfile profile = profiler.Finish();
  EXPECT_EQ(profile.reading.type, FieldType::kInt);
  EXPECT_EQ(profile.rows, 7u);
  EXPECT_EQ(profile.nulls, 5u);
}

TEST(DistinctCount, IsExactUpToItsBoundAndCloseAboveIt) {
  DistinctCount set(1 << 14);
  std::vector<uint64_t> hashes;
  for (uint64_t i = 0; i < (1 << 14); ++i) hashes.push_back(MixHash(i, 7));
  set.Add(hashes);
  set.Add(hashes);
  EXPECT_TRUE(set.exact());
  EXPECT_EQ(set.count(), uint64_t{1} << 14);
  EXPECT_EQ(set.repeated(), uint64_t{1} << 14);
  hashes.clear();
  for (uint64_t i = 0; i < 1'000'000; ++i) hashes.push_back(MixHash(i, 7));
  set.Add(hashes);
  EXPECT_FALSE(set.exact());
  EXPECT_NEAR(static_cast<double>(set.count()), 1e6, 3e4);
}

TEST(DistinctCount, CountsTheHashThatMarksAFreePlace) {
  DistinctCount set(16);
  std::vector<uint64_t> hashes = {0, 0, 5};
  set.Add(hashes);
  EXPECT_EQ(set.count(), 2u);
}

TEST(FrequentValues, KeepsTheFrequentOnesAmongMany) {
  FrequentValues values;
  for (int i = 0; i < 100'000; ++i) {
    std::string rare = fmt::format("rare{}", i);
    values.Add(HashValue(rare), rare);
    if (i % 4 == 0) values.Add(HashValue("often"), "often");
  }
  auto top = values.Top(1);
  ASSERT_EQ(top.size(), 1u);
  EXPECT_EQ(top[0].first, "often");
  EXPECT_LE(top[0].second, 25'000u);
  EXPECT_GE(top[0].second + values.slack(), 25'000u);
}

TEST(FrequentValues, SaysWhenNoneStandsOut) {
  FrequentValues even, uneven;
  for (int i = 0; i < 400'000; ++i) {
    std::string text = fmt::format("value{}", i % 50'000);
    even.Add(HashValue(text), text);
    uneven.Add(HashValue(text), text);
    if (i % 2 == 0) uneven.Add(HashValue("often"), "often");
  }
  EXPECT_TRUE(even.lost());
  EXPECT_FALSE(uneven.lost());
}

TEST(FrequentValues, OrdersEqualCountsByText) {
  FrequentValues values;
  for (const char* text : {"b", "a", "c", "c"}) values.Add(HashValue(text), text);
  auto top = values.Top(5);
  ASSERT_EQ(top.size(), 3u);
  EXPECT_EQ(top[0].first, "c");
  EXPECT_EQ(top[1].first, "a");
}

TEST(Histogram, LosesNothingWhenTheRangeGrows) {
  Histogram histogram;
  for (double number : {1.0, 2.0, 3.0, 1e9, -1e9, 0.5}) histogram.Add(std::vector<double>{number});
  auto buckets = histogram.Buckets(10);
  EXPECT_EQ(std::accumulate(buckets.begin(), buckets.end(), uint64_t{0}), 6u);
  EXPECT_EQ(buckets.front(), 1u);
  EXPECT_EQ(buckets.back(), 1u);
}

TEST(Histogram, SpreadsEvenNumbersEvenly) {
  Histogram histogram;
  std::vector<double> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 0.0);
  histogram.Add(numbers);
  for (uint64_t count : histogram.Buckets(10)) EXPECT_NEAR(static_cast<double>(count), 100, 2);
  Histogram same;
  same.Add(std::vector<double>{5, 5, 5});
  EXPECT_EQ(same.Buckets(10)[0], 3u);
}

// What the strict readers take, this takes, with the same value; and nothing else.
TEST(NumberText, AgreesWithTheReadersOfAnIngest) {
  const NumberStyle styles[] = {{'.', false}, {'.', true}, {',', false}, {',', true}};
  for (const char* text : {"1",
                           "-1",
                           "+1",
                           "1.5",
                           "1,5",
                           ".5",
                           "5.",
                           "1.234,5",
                           "1,234.5",
                           "12,34",
                           "1e3",
                           "1E-2",
                           "",
                           "-",
                           ".",
                           "x",
                           "1x",
                           " 7 ",
                           "007",
                           "--1",
                           "1.2.3",
                           "1e",
                           "123456789012345678",
                           "12345678901234567.5",
                           "0.000000000000000001",
                           "1e31"}) {
    for (const NumberStyle& style : styles) {
      int64_t scaled = 0;
      ValueFault fault = ReadDecimal(text, 18, 2, style, scaled);
      NumberText number;
      EXPECT_EQ(ReadNumber(text, style, number), fault != ValueFault::kNotNumber) << text;
      if (fault == ValueFault::kNone) {
        EXPECT_NEAR(number.value, static_cast<double>(scaled) / 100, 0.006) << text;
      }
    }
  }
}

TEST(NumberText, WritesWhatItRead) {
  NumberText number;
  ASSERT_TRUE(ReadNumber("-0,05", {',', false}, number));
  EXPECT_EQ(number.Text(), "-0.05");
  ASSERT_TRUE(ReadNumber("1.234", {',', true}, number));
  EXPECT_EQ(number.Text(), "1234");
  ASSERT_TRUE(ReadNumber("12345678901234567890", {}, number));
  EXPECT_EQ(number.whole_digits, 20);
}

}  // namespace
}  // namespace souk::record
