#include "sql/macro.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "base/files.h"
#include "sql/database.h"

namespace souk::sql {
namespace {

class MacroTest : public ::testing::Test {
 protected:
  std::string Text(const std::string& expression) {
    auto table = connection.Query("SELECT " + expression);
    EXPECT_TRUE(table) << expression << ": " << (table ? "" : table.error().message);
    if (!table) return "";
    type = table->columns[0].type;
    return std::holds_alternative<std::monostate>(table->At(0, 0)) ? "null" : CellText(table->At(0, 0));
  }
  std::string type;
  std::shared_ptr<Database> database = Database::Open({.time_zone = "Europe/London"}).value();
  Connection connection = database->Connect().value();
};

TEST_F(MacroTest, MoneyDivRoundsHalfAwayFromZero) {
  EXPECT_EQ(Text("money_div(1, 3)"), "0.33");
  EXPECT_EQ(type, "DECIMAL(18,2)");
  EXPECT_EQ(Text("money_div(2, 3)"), "0.67");
  EXPECT_EQ(Text("money_div(0.01, 2)"), "0.01");
  EXPECT_EQ(Text("money_div(-0.01, 2)"), "-0.01");
  EXPECT_EQ(Text("money_div(0.01, -2)"), "-0.01");
  EXPECT_EQ(Text("money_div(-0.01, -2)"), "0.01");
  EXPECT_EQ(Text("money_div(-0.01, 3)"), "0.00");
  EXPECT_EQ(Text("money_div(0, 5)"), "0.00");
  // 1.005 and 2.675 are below their halves as doubles.
  EXPECT_EQ(Text("money_div(2.01, 2)"), "1.01");
  EXPECT_EQ(Text("money_div(5.35, 2)"), "2.68");
  EXPECT_EQ(Text("money_div(-5.35, 2)"), "-2.68");
  // A quotient that six places would round up to the half: 0.00499999995.
  EXPECT_EQ(Text("money_div(0.00999999990::DECIMAL(18,8), 2)"), "0.01");
  EXPECT_EQ(Text("money_div(4999999.99, 1000000000)"), "0.00");
  EXPECT_EQ(Text("money_div(5000000.00, 1000000000)"), "0.01");
  EXPECT_EQ(Text("money_div(9999999999999999.99::DECIMAL(18,2), 1)"), "9999999999999999.99");
  EXPECT_EQ(Text("money_div(-9999999999999999.99::DECIMAL(18,2), 3)"), "-3333333333333333.33");
  EXPECT_EQ(Text("money_div(9999999999999999.97::DECIMAL(18,2), 2)"), "4999999999999999.99");
  EXPECT_EQ(Text("money_div(1.0000, 0.0003::DECIMAL(18,4))"), "3333.33");
  EXPECT_EQ(Text("money_div(1, 0)"), "null");
  EXPECT_EQ(Text("money_div(1, NULL)"), "null");
  EXPECT_EQ(Text("money_div(NULL, 1)"), "null");
}

TEST_F(MacroTest, MoneyDivOverAggregates) {
  EXPECT_EQ(Text("money_div(sum(x), count(*)) FROM (VALUES (0.01), (0.02), (0.02), (0.01)) t(x)"), "0.02");
  EXPECT_EQ(Text("money_div(sum(x), count(DISTINCT y)) FROM (VALUES (10.00, 'a'), (5.01, 'b')) t(x, y)"),
            "7.51");
  EXPECT_EQ(Text("money_div(sum(x), count(*)) FROM (VALUES (1.0)) t(x) WHERE false"), "null");
  EXPECT_EQ(Text("sum(money_div(x, 3)) FILTER (WHERE x > 1) OVER () FROM (VALUES (1.00), (2.00)) t(x)"),
            "0.67");
}

// Against whole-number arithmetic in C++, small and large on both sides of the macro's two ways of dividing.
TEST_F(MacroTest, MoneyDivIsExact) {
  std::mt19937_64 random(20251128);
  std::string values;
  std::vector<std::string> expected;
  for (int i = 0; i < 2000; ++i) {
    int64_t amount = static_cast<int64_t>(random() % 1'000'000'000'000'000'000) >> (random() % 60);
    int64_t divisor = 1 + (static_cast<int64_t>(random() % 1'000'000'000'000) >> (random() % 40));
    if (random() % 2 == 0) amount = -amount;
    __extension__ using Wide = __int128;
    Wide twice = static_cast<Wide>(amount < 0 ? -amount : amount) * 2;
    auto cents = static_cast<int64_t>((twice + divisor) / (2 * static_cast<Wide>(divisor)));
    bool negative = amount < 0 && cents != 0;
    expected.push_back(fmt::format("{}{}.{:02}", negative ? "-" : "", cents / 100, cents % 100));
    int64_t size = amount < 0 ? -amount : amount;
    values += fmt::format("{}({}, {}{}.{:02}::DECIMAL(18,2), {}::BIGINT)", i > 0 ? ", " : "", i,
                          amount < 0 ? "-" : "", size / 100, size % 100, divisor);
  }
  auto table = connection.Query("SELECT money_div(a, d) FROM (VALUES " + values + ") t(i, a, d) ORDER BY i");
  ASSERT_TRUE(table) << table.error().message;
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(CellText(table->At(i, 0)), expected[i]) << "row " << i;
}

TEST_F(MacroTest, OtherNumbers) {
  EXPECT_EQ(Text("money_round(1.005)"), "1.01");
  EXPECT_EQ(Text("money_round(-1.005)"), "-1.01");
  EXPECT_EQ(Text("money_round(-0.0049::DECIMAL(18,4))"), "0.00");
  EXPECT_EQ(type, "DECIMAL(18,2)");
  EXPECT_EQ(Text("price_div(10, 3)"), "3.3333");
  EXPECT_EQ(Text("price_div(-0.0001::DECIMAL(12,4), 2)"), "-0.0001");
  EXPECT_EQ(type, "DECIMAL(18,4)");
  EXPECT_EQ(Text("ratio(1, 4)"), "0.25");
  EXPECT_EQ(type, "DOUBLE");
  EXPECT_EQ(Text("ratio(1, 0)"), "null");
  EXPECT_EQ(Text("ratio(NULL, 1)"), "null");
  EXPECT_EQ(Text("percent(1, 3)"), "33.33");
  EXPECT_EQ(Text("percent(12.5, 0)"), "null");
}

TEST_F(MacroTest, DaysAndHoursAreTheShops) {
  EXPECT_EQ(Text("shop_day(TIMESTAMPTZ '2025-07-01 23:30:00Z')"), "2025-07-02");
  EXPECT_EQ(type, "DATE");
  EXPECT_EQ(Text("shop_day(TIMESTAMPTZ '2025-12-01 23:30:00Z')"), "2025-12-01");
  EXPECT_EQ(Text("shop_hour(TIMESTAMPTZ '2025-07-01 23:30:00Z')"), "0");
  EXPECT_EQ(type, "INTEGER");
  EXPECT_EQ(Text("local_to_utc(TIMESTAMP '2025-07-01 00:30:00')"), "2025-06-30 23:30:00+00");
  EXPECT_EQ(type, "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(Text("zone_to_utc(TIMESTAMP '2025-07-01 00:30:00', 'America/New_York')"),
            "2025-07-01 04:30:00+00");
  EXPECT_EQ(Text("shop_time(TIMESTAMPTZ '2025-07-01 00:30:00Z')"), "2025-07-01 01:30:00");
  EXPECT_EQ(
      Text("seconds_between(TIMESTAMPTZ '2025-07-01 00:00:00.9Z', TIMESTAMPTZ '2025-07-01 00:30:01.1Z')"),
      "1801");
  EXPECT_EQ(type, "BIGINT");
  EXPECT_EQ(Text("from_epoch_ms(1433221332117)"), "2015-06-02 05:02:12.117+00");
  EXPECT_EQ(Text("date_key(DATE '2025-01-09')"), "20250109");
  EXPECT_EQ(type, "INTEGER");
  EXPECT_EQ(Text("day_of_week(DATE '2025-12-01')"), "1");
  EXPECT_EQ(Text("day_of_week(DATE '2025-12-07')"), "7");
  EXPECT_EQ(Text("day_name(DATE '2025-12-07') || month_name(DATE '2025-12-07')"), "SundayDecember");
  EXPECT_EQ(Text("month_start(DATE '2024-02-29')"), "2024-02-01");
  EXPECT_EQ(Text("add_days(DATE '2024-02-28', 2)"), "2024-03-01");
  EXPECT_EQ(Text("days_between(DATE '2024-02-28', add_days(DATE '2024-02-28', -3))"), "-3");
}

TEST_F(MacroTest, CastsGiveNullInsteadOfErrors) {
  EXPECT_EQ(Text("to_decimal_12_2(' 12.345 ')"), "12.35");
  EXPECT_EQ(Text("to_decimal_12_2('-12.345')"), "-12.35");
  EXPECT_EQ(Text("to_decimal('1,5')"), "null");
  EXPECT_EQ(Text("to_decimal_3_2('12')"), "null");
  EXPECT_EQ(Text("to_int('6.0')"), "6");
  EXPECT_EQ(Text("to_int('6.5')"), "null");
  EXPECT_EQ(Text("to_int(-80995)"), "-80995");
  EXPECT_EQ(Text("to_int('99999999999')"), "null");
  EXPECT_EQ(Text("to_int('x')"), "null");
  EXPECT_EQ(Text("to_bool('Yes')"), "true");
  EXPECT_EQ(Text("to_bool(false)"), "false");
  EXPECT_EQ(Text("to_bool('maybe')"), "null");
  EXPECT_EQ(Text("to_day('2025-02-30')"), "null");
  EXPECT_EQ(Text("clean_text('  a b ')"), "a b");
  EXPECT_EQ(Text("clean_text('   ')"), "null");
  EXPECT_EQ(Text("id_text('17850.0')"), "17850");
  EXPECT_EQ(Text("id_text(17850)"), "17850");
  EXPECT_EQ(Text("id_text('007')"), "007");
  EXPECT_EQ(Text("id_text('1.50')"), "1.50");
  EXPECT_EQ(Text("id_text('A1.0')"), "A1.0");
  EXPECT_EQ(Text("text_hash('abc')"), "900150983cd24fb0");
}

TEST_F(MacroTest, TimestampsWithAndWithoutZone) {
  EXPECT_EQ(Text("to_timestamp_utc('2025-07-01T12:04:30Z')"), "2025-07-01 12:04:30+00");
  EXPECT_EQ(Text("to_timestamp_utc('2025-07-01 12:04:30.25+02:00')"), "2025-07-01 10:04:30.25+00");
  EXPECT_EQ(Text("to_timestamp_utc('2025-07-01T12:04:30.123-0500')"), "2025-07-01 17:04:30.123+00");
  EXPECT_EQ(Text("to_timestamp_utc('2025-07-01 12:04:30 UTC')"), "2025-07-01 12:04:30+00");
  EXPECT_EQ(Text("to_timestamp_utc('2025-07-01 12:04:30')"), "2025-07-01 11:04:30+00");
  EXPECT_EQ(Text("to_timestamp_utc('2025-12-01T12:04')"), "2025-12-01 12:04:00+00");
  EXPECT_EQ(Text("to_timestamp_utc('2025-07-01')"), "2025-06-30 23:00:00+00");
  EXPECT_EQ(Text("to_timestamp_utc(TIMESTAMPTZ '2025-07-01 12:04:30Z')"), "2025-07-01 12:04:30+00");
  EXPECT_EQ(Text("to_timestamp_utc(TIMESTAMP '2025-07-01 12:04:30')"), "2025-07-01 11:04:30+00");
  EXPECT_EQ(Text("to_timestamp_utc('yesterday')"), "null");
  EXPECT_EQ(Text("to_timestamp_utc('')"), "null");
  EXPECT_EQ(Text("to_timestamp_utc(NULL)"), "null");
}

const MacroVariables kVariables = {{"shop.time_zone", "Europe/London"}};

const std::vector<Macro>& SmallSet() {
  static const std::vector<Macro> macros = {
      {"half", {"x"}, "", {{"spark", "{x} / 2"}}},
      {"zone", {}, "", {{"spark", "'{shop.time_zone}'"}}},
      {"both", {"a", "b"}, "", {{"spark", "f({a}, '{b}', half({b}))"}}},
      {"round_trip", {"x"}, "", {{"spark", "round_trip({x})"}}},
  };
  return macros;
}

std::string Expanded(std::string_view sql, const MacroVariables& variables = kVariables) {
  auto text = ExpandMacros(sql, SmallSet(), "spark", variables);
  return text ? *text : std::string(CodeName(text.error().code)) + ": " + text.error().message;
}

TEST(ExpandMacrosTest, ReplacesCalls) {
  EXPECT_EQ(Expanded("SELECT half(a) FROM t"), "SELECT (a / 2) FROM t");
  EXPECT_EQ(Expanded("SELECT HALF ( a + 1 )"), "SELECT ((a + 1) / 2)");
  EXPECT_EQ(Expanded("half(half(f(a, b)))"), "(((f(a, b)) / 2) / 2)");
  EXPECT_EQ(Expanded("half /* why */ (sum(x) FILTER (WHERE y IN (1, 2)))"),
            "((sum(x) FILTER (WHERE y IN (1, 2))) / 2)");
  EXPECT_EQ(Expanded("half((SELECT max(half(a)) FROM t))"), "((SELECT max((a / 2)) FROM t) / 2)");
  EXPECT_EQ(Expanded("half(a[1, 2])"), "((a[1, 2]) / 2)");
  EXPECT_EQ(Expanded("zone()"), "'Europe/London'");
  EXPECT_EQ(Expanded("both(x, 7)"), "(f(x, '7', (7 / 2)))");
  EXPECT_EQ(Expanded("half(-1)"), "((-1) / 2)");
  EXPECT_EQ(Expanded("half(a -- one\n)"), "((a -- one\n) / 2)");
  EXPECT_EQ(Expanded("half((a) + (b))"), "(((a) + (b)) / 2)");
}

TEST(ExpandMacrosTest, LeavesTheRestAlone) {
  for (const char* sql : {"SELECT 'half(a)'", "SELECT \"half\"(a)", "SELECT `half(a)`",
                          "-- half(a)\nSELECT 1", "/* half(a) */ x", "SELECT half FROM t", "SELECT s.half(a)",
                          "SELECT other_half(a), halfs(a)", "'it''s half(a)'", "$$half(a)$$", ""}) {
    EXPECT_EQ(Expanded(sql), sql);
  }
  // What a caller writes is not taken for a placeholder of the definition.
  EXPECT_EQ(Expanded("half('{x} {shop.time_zone}')"), "('{x} {shop.time_zone}' / 2)");
  EXPECT_EQ(Expanded("both('{b}', c)"), "(f('{b}', 'c', (c / 2)))");
}

TEST(ExpandMacrosTest, Mistakes) {
  EXPECT_EQ(Expanded("half(a, b)"), "invalid: half takes 1 arguments, not 2");
  EXPECT_EQ(Expanded("half()"), "invalid: half takes 1 arguments, not 0");
  EXPECT_EQ(Expanded("zone(1)"), "invalid: zone takes 0 arguments, not 1");
  EXPECT_EQ(Expanded("SELECT half(a"), "invalid: the call of half is not closed by a parenthesis");
  EXPECT_EQ(Expanded("zone()", {}),
            "invalid: the macro zone wants the variable shop.time_zone, which has no value");
  EXPECT_EQ(Expanded("round_trip(1)"), "invalid: the macros call each other in a circle");
  EXPECT_EQ(ExpandMacros("half(1)", SmallSet(), "hive", kVariables).error().message,
            "the macro half has no definition for hive");
  EXPECT_EQ(Expanded("zone()", {{"shop.time_zone", "it's"}}), "'it''s'");
}

TEST(LoadMacrosTest, BuiltInMacrosHaveEveryDialectAndExpandWithoutRest) {
  auto macros = LoadMacros("");
  ASSERT_TRUE(macros) << macros.error().message;
  EXPECT_GT(macros->size(), 20u);
  for (const Macro& macro : *macros) {
    EXPECT_FALSE(macro.description.empty()) << macro.name;
    std::string call = macro.name + "(";
    for (size_t i = 0; i < macro.args.size(); ++i)
      call += (i > 0 ? ", argument" : "argument") + std::to_string(i);
    call += ")";
    for (const char* dialect : {"spark", "hive"}) {
      auto text = ExpandMacros(call, *macros, dialect, kVariables);
      ASSERT_TRUE(text) << macro.name << " " << dialect << ": " << text.error().message;
      EXPECT_EQ(text->find('{'), std::string::npos) << *text;
      // No macro is left in it.
      EXPECT_EQ(*ExpandMacros(*text, *macros, dialect, kVariables), *text) << macro.name;
      EXPECT_EQ(std::count(text->begin(), text->end(), '('), std::count(text->begin(), text->end(), ')'))
          << *text;
    }
  }
}

// The other dialects' texts for the functions that DuckDB shares with them give the same values.
TEST_F(MacroTest, SharedSyntaxOfTheSparkTextsAgrees) {
  auto macros = LoadMacros("");
  ASSERT_TRUE(macros);
  for (const char* call : {"date_key(DATE '2025-01-09')", "ratio(1, 3)", "text_hash('abc')", "to_bool('no')",
                           "money_round(-2.675)"}) {
    auto spark = ExpandMacros(call, *macros, "spark", kVariables);
    ASSERT_TRUE(spark);
    EXPECT_EQ(Text(*spark), Text(call)) << *spark;
  }
}

TEST(LoadMacrosTest, DirectoryOverridesAndAdds) {
  TempDir dir;
  ASSERT_TRUE(CreateDirectories(dir.path() + "/macro"));
  ASSERT_TRUE(WriteFileAtomic(
      dir.path() + "/macro/own.yml",
      "- {name: ratio, args: [part, whole], description: own, duckdb: '42', spark: '42', hive: '42'}\n"
      "- {name: answer, description: own, duckdb: 'ratio(1, 2)', spark: '42', hive: '42'}\n"));
  auto database = Database::Open({.models_directory = dir.path()});
  ASSERT_TRUE(database) << database.error().message;
  auto table = (*database)->Connect()->Query("SELECT ratio(1, 4), answer(), money_div(1, 4)");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(CellText(table->At(0, 0)), "42");
  EXPECT_EQ(CellText(table->At(0, 1)), "42");
  EXPECT_EQ(CellText(table->At(0, 2)), "0.25");
}

TEST(LoadMacrosTest, BadFilesAreNamed) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"{", "own.yml is not a list of macros"},
      {"- {name: x, description: d, duckdb: '1', spark: '1'}", "the macro x has no definition for hive"},
      {"- {name: x, description: d, duckdb: '{y}', spark: '1', hive: '1'}", "the macro x (duckdb) uses {y}"},
      {"- {name: x, description: d, duckdb: '1', spark: '1', hive: '1'}\n- {name: x, description: d, duckdb: "
       "'1', spark: '1', hive: '1'}",
       "the macro x is there twice"},
      {"- {description: d}", "own.yml is not a list of macros"}};
  for (const Case& bad : cases) {
    TempDir dir;
    ASSERT_TRUE(CreateDirectories(dir.path() + "/macro"));
    ASSERT_TRUE(WriteFileAtomic(dir.path() + "/macro/own.yml", bad.text));
    auto macros = LoadMacros(dir.path());
    ASSERT_FALSE(macros) << bad.text;
    EXPECT_EQ(macros.error().code, Code::kInvalid);
    EXPECT_NE(macros.error().message.find(bad.message), std::string::npos) << macros.error().message;
  }
}

}  // namespace
}  // namespace souk::sql
