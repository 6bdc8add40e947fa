// The rule of record/README.md: what the readers of values and times take, DuckDB takes too, with the same
// meaning.
#include <gtest/gtest.h>

#include <random>

#include "record/times.h"
#include "record/values.h"
#include "sql/database.h"

namespace souk::ingest {
namespace {

using record::ValueFault;

// The seeds and many texts that are nearly like them.
std::vector<std::string> Variants(const std::vector<std::string>& seeds) {
  constexpr std::string_view kAlphabet = "0123456789-+.,:/ TZeE";
  std::mt19937 random(7);
  std::vector<std::string> texts = seeds;
  for (int i = 0; i < 4000; ++i) {
    std::string text = seeds[random() % seeds.size()];
    for (unsigned changes = random() % 3 + 1; changes > 0 && !text.empty(); --changes) {
      size_t at = random() % text.size();
      char c = kAlphabet[random() % kAlphabet.size()];
      switch (random() % 3) {
        case 0: text[at] = c; break;
        case 1: text.insert(at, 1, c); break;
        default: text.erase(at, 1);
      }
    }
    texts.push_back(text);
  }
  return texts;
}

class ReadersAgree : public testing::Test {
 protected:
  void SetUp() override {
    auto database = sql::Database::Open({});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *database;
  }

  // Asks DuckDB for `expression` over the column t of texts, and compares what comes out as text.
  void Compare(const std::string& expression, const std::vector<std::string>& texts,
               const std::vector<std::string>& expected) {
    auto connection = database_->Connect();
    auto table = connection->Query(
        "SELECT CAST(" + expression + " AS VARCHAR) FROM (SELECT unnest($texts) AS t)", {{"texts", texts}});
    ASSERT_TRUE(table) << table.error().message;
    ASSERT_EQ(table->rows.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(sql::CellText(table->At(i, 0)), expected[i]) << expression << " of '" << texts[i] << "'";
    }
    EXPECT_GT(texts.size(), 20u);
  }

  void CompareTimes(const std::string& format, const std::vector<std::string>& seeds, bool zoned,
                    const std::string& expression) {
    record::TimeFormat reader = *record::TimeFormat::Parse(format);
    std::vector<std::string> taken, expected;
    for (const std::string& text : Variants(seeds)) {
      record::TimeValue value;
      if (!reader.Read(text, value) || value.zoned != zoned) continue;
      taken.push_back(text);
      expected.push_back(std::to_string(value.micros));
    }
    Compare(expression, taken, expected);
  }

  std::shared_ptr<sql::Database> database_;
};

TEST_F(ReadersAgree, OnWholeNumbers) {
  std::vector<std::string> taken, expected;
  for (const std::string& text :
       Variants({"17850", "-42", "17850.0", "1e3", "9223372036854775807", " 5 ", "+7", "0012"})) {
    int64_t value = 0;
    if (record::ReadInt(text, {}, value) != ValueFault::kNone) continue;
    taken.push_back(text);
    expected.push_back(std::to_string(value));
  }
  Compare("TRY_CAST(t AS BIGINT)", taken, expected);
}

TEST_F(ReadersAgree, OnDecimals) {
  std::vector<std::string> taken, expected;
  for (const std::string& text :
       Variants({"12.34", "-0.005", "9999999999.99", "1.5e-1", "1e3", ".5", "2.", "0.00449"})) {
    int64_t cents = 0;
    if (record::ReadDecimal(text, 12, 2, {}, cents) != ValueFault::kNone) continue;
    taken.push_back(text);
    expected.push_back(std::to_string(cents));
  }
  Compare("CAST(TRY_CAST(t AS DECIMAL(12,2)) * 100 AS BIGINT)", taken, expected);
}

TEST_F(ReadersAgree, OnGroupedDecimals) {
  std::vector<std::string> taken, expected;
  for (const std::string& text : Variants({"1.234,50", "12,00", "1.234.567,89", "0,5", "7"})) {
    int64_t cents = 0;
    if (record::ReadDecimal(text, 12, 2, {',', true}, cents) != ValueFault::kNone) continue;
    taken.push_back(text);
    expected.push_back(std::to_string(cents));
  }
  Compare("CAST(TRY_CAST(replace(replace(t, '.', ''), ',', '.') AS DECIMAL(12,2)) * 100 AS BIGINT)", taken,
          expected);
}

TEST_F(ReadersAgree, OnIso8601) {
  CompareTimes(
      "",
      {"2010-12-01", "2010-12-01 08:26", "2010-12-01 08:26:00", "2010-12-01T08:26:00.123456", "2024-02-29"},
      false, "epoch_us(TRY_CAST(trim(t) AS TIMESTAMP))");
  CompareTimes("",
               {"2010-12-01T08:26:00Z", "2010-12-01 08:26:00.5+02:00", "2010-12-01T08:26:00-0530",
                "2010-12-01 08:26:00+02", "2010-12-01T08:26:00 UTC"},
               true, "epoch_us(TRY_CAST(trim(t) AS TIMESTAMPTZ))");
}

TEST_F(ReadersAgree, OnPatterns) {
  auto parsed = [](const std::string& format) { return "epoch_us(try_strptime(trim(t), '" + format + "'))"; };
  auto check = [&](const std::string& format, const std::vector<std::string>& seeds, bool zoned = false) {
    CompareTimes(format, seeds, zoned, parsed(format));
  };
  check("%d/%m/%Y %H:%M", {"1/2/2025 8:05", "31/12/2025 23:59", "01/02/2025 08:05"});
  check("%m/%d/%y %I:%M:%S %p", {"1/2/25 8:05:01 PM", "12/31/99 12:00:00 am"});
  check("%d.%m.%Y %H:%M:%S.%f", {"1.2.2025 8:05:01.5", "31.12.2025 23:59:59.123456"});
  check("%d %b %Y", {"2 Jan 2025", "31 dec 2024"});
  check("%Y%m%d", {"20250102", "20241231"});
  check("%Y%m%d%H%M%S", {"20250102101112"});
  check("%a, %d %b %Y %H:%M:%S %z", {"Thu, 02 Jan 2025 10:00:00 +0100", "Fri, 3 Jan 2025 1:02:03 -05:30"},
        true);
}

}  // namespace
}  // namespace souk::ingest
