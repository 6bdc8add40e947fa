#include "ingest/reading.h"

#include "ingest/test_lake.h"

namespace souk::ingest {
namespace {

ReadingOptions Everything() {
  ReadingOptions options;
  options.record = "transactions";
  options.map = {
      {"order_id", "Invoice No"}, {"discount", ""}, {"user_id", "null"}, {"country", "it's: \"x\"#"}};
  options.time_formats = {{"transaction_timestamp", "%d/%m/%Y %H:%M"}};
  options.decimal_separators = {{"", ","}, {"quantity", "."}};
  options.time_zone = "Europe/Berlin";
  options.delimiter = ";";
  options.encoding = "windows-1252";
  return options;
}

TEST(Reading, YamlKeepsEverything) {
  std::string yaml = ReadingToYaml(Everything());
  auto back = ReadingFromYaml(yaml, "shop.yml");
  ASSERT_TRUE(back) << back.error().message << yaml;
  EXPECT_EQ(ReadingToYaml(*back), yaml);
  EXPECT_EQ(back->map, Everything().map);
  EXPECT_EQ(back->time_formats, Everything().time_formats);
  EXPECT_EQ(back->decimal_separators, Everything().decimal_separators);
  EXPECT_EQ(back->delimiter, ";");
  auto tab = Everything();
  tab.delimiter = "\t";
  EXPECT_EQ(ReadingFromYaml(ReadingToYaml(tab), "")->delimiter, "\t");
}

TEST(Reading, YamlIsPlain) {
  ReadingOptions options;
  options.record = "users";
  options.map = {{"user_id", "Client"}, {"email", ""}};
  options.delimiter = ";";
  EXPECT_EQ(ReadingToYaml(options),
            "# How files are read: souk ingest FILE --mapping THIS\n"
            "record: users\n"
            "map:\n"
            "  email: \"\"\n"
            "  user_id: Client\n"
            "delimiter: \";\"\n");
}

std::string Problem(const std::string& yaml) {
  auto options = ReadingFromYaml(yaml, "shop.yml");
  return options ? "" : options.error().message;
}

TEST(Reading, MistakesAreNamed) {
  EXPECT_EQ(Problem(""), "shop.yml: line 1: lines 'key: value' are expected");
  EXPECT_TRUE(Has(Problem("record: users\nmaps:\n  a: b\n"),
                  "shop.yml: line 2: unknown key 'maps', did you mean map"));
  EXPECT_TRUE(Has(Problem("map: [a, b]\n"), "line 1: 'map' has a line"));
  EXPECT_TRUE(Has(Problem("map:\n  a: [b]\n"), "line 2: a text is expected"));
  EXPECT_TRUE(Has(Problem("map: {a: b"), "shop.yml: line "));
  EXPECT_TRUE(Has(Problem("record: sales\n"), "there is no record 'sales'"));
  EXPECT_EQ(Problem("record: users\nmap: {emial: x}\n"),
            "shop.yml: users have no field 'emial', did you mean email");
  EXPECT_EQ(Problem("map: {nonsense: x}\n"), "shop.yml: no record has a field 'nonsense'");
  EXPECT_TRUE(
      Has(Problem("time_formats: {transaction_timestamp: '%Q'}\n"), "time format of transaction_timestamp"));
  EXPECT_TRUE(Has(Problem("decimal_separators: {all: x}\n"), "the decimal separator 'x' is neither , nor ."));
  EXPECT_NE(Problem("delimiter: abc\n"), "");
  EXPECT_NE(Problem("encoding: klingon\n"), "");
}

TEST(Reading, WhatIsGivenNowWins) {
  ReadingOptions own;
  own.map = {{"order_id", "Nr"}};
  own.delimiter = ",";
  auto both = Combined(Everything(), own);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->map["order_id"], "Nr");
  EXPECT_EQ(both->map["user_id"], "null");
  EXPECT_EQ(both->delimiter, ",");
  EXPECT_EQ(both->record, "transactions");
  own.record = "users";
  EXPECT_EQ(Combined(Everything(), own).error().message, "the mapping is for transactions, not for users");
}

TEST_F(IngestTest, DecimalSeparatorsAreAsGiven) {
  options_.record = "transactions";
  std::string path = Put("a.csv", "id;Date;price;quantity\n1;2025-11-03;1.234;2\n2;2025-11-03;2.500;1\n");
  options_.dry_run = true;
  Good({path});
  options_.dry_run = false;
  options_.decimal_separators = {{"unit_price", ","}};
  Good({path});
  auto format = Files("transactions")[0].format;
  EXPECT_EQ(format.decimal_separators, (std::map<std::string, std::string>{{"unit_price", ","}}));
  options_.decimal_separators = {{"transaction_id", ","}};
  auto refused = Ingest({path});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(Has(refused.error().message, "'transaction_id', which is no number"))
      << refused.error().message;
}

TEST_F(IngestTest, AJsonKeyThatNoLineHasIsAMistake) {
  std::string good = R"({"id":1,"Date":"2025-11-03","price":1.5})",
              rare = R"({"id":2,"Date":"2025-11-03","price":1,"who":"C1"})";
  options_.record = "transactions";
  options_.map = {{"user_id", "who"}};
  std::string without = Put("a.jsonl", good + "\n"), with = Put("b.jsonl", good + "\n" + rare + "\n");
  EXPECT_TRUE(Has(Bad({without}), "a.jsonl: no line has the key 'who', which user_id is to come from"));
  options_.mapping_name = "shop";
  EXPECT_TRUE(Has(Bad({without}), "a.jsonl with the mapping shop: no line"));
  EXPECT_EQ(Good({without, with}).rows, 3u);
}

TEST_F(IngestTest, AMissingColumnIsSaidWithTheMappingsName) {
  options_.record = "transactions";
  options_.map = {{"unit_price", "Preis"}};
  options_.mapping_name = "shop";
  EXPECT_TRUE(Has(Bad({Put("a.csv", kSales)}), "a.csv with the mapping shop: there is no column 'Preis'"));
  EXPECT_TRUE(Has(Bad({PutParquet("a.parquet", "SELECT 1 AS price, DATE '2025-11-03' AS \"Date\"")}),
                  "a.parquet with the mapping shop: there is no column 'Preis'"));
}

// A build would read 12.5 as 125 among texts with a comma.
TEST_F(IngestTest, AJsonNumberWithAPointAmongTextsWithAComma) {
  options_.record = "transactions";
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "{\"id\":" + std::to_string(i) + R"(,"Date":"2025-11-03","price":"1.234,50"})" + "\n";
  text += R"({"id":30,"Date":"2025-11-03","price":12.5})"
          "\n"
          R"({"id":31,"Date":"2025-11-03","price":12})"
          "\n";
  auto report = Good({Put("a.jsonl", text)});
  EXPECT_EQ(report.rows, 21u);
  EXPECT_EQ(Rejects(report.files[0].quarantine_id),
            (Lines{"21: unit_price: a number with a point, unlike the texts of its column"}));
}

TEST_F(IngestTest, NestedColumnsOfParquetAreSaid) {
  options_.record = "transactions";
  auto report = Good({PutParquet(
      "a.parquet", "SELECT 1 AS price, DATE '2025-11-03' AS \"Date\", [1, 2] AS tags, {'a': 1} AS extra")});
  EXPECT_EQ(report.rows, 1u);
  EXPECT_EQ(report.files[0].nested, (Lines{"tags", "extra"}));
}

}  // namespace
}  // namespace souk::ingest
