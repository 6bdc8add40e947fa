#include "record/table_sql.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

ColumnProfile Texts(uint64_t longest) {
  ColumnProfile profile;
  profile.longest = longest;
  return profile;
}

TEST(TableSql, TextsGetRoomForLaterFiles) {
  EXPECT_EQ(TableColumnOf("a", Texts(3), nullptr, false).characters, 50u);
  EXPECT_EQ(TableColumnOf("a", Texts(51), nullptr, false).characters, 100u);
  EXPECT_EQ(TableColumnOf("a", Texts(1001), nullptr, false).characters, 0u);
}

TEST(TableSql, AKeyTooLongForAnIndexIsNone) {
  TableColumn column = TableColumnOf("a", Texts(2000), nullptr, true);
  EXPECT_EQ(CreateTable("t", {column}, SqlDialect::kMysql, {}), "CREATE TABLE t (\n  a TEXT\n);\n");
}

TEST(TableSql, NamesAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(QuoteIfNeeded("region", SqlDialect::kMysql), "region");
  EXPECT_EQ(QuoteIfNeeded("Order", SqlDialect::kMysql), "`Order`");
  EXPECT_EQ(QuoteIfNeeded("a`b", SqlDialect::kHive), "`a``b`");
  EXPECT_EQ(QuoteIfNeeded("a\"b", SqlDialect::kDuckdb), "\"a\"\"b\"");
  EXPECT_EQ(QuoteIfNeeded("2025", SqlDialect::kDuckdb), "\"2025\"");
  EXPECT_EQ(QuoteIfNeeded("größe", SqlDialect::kSpark), "`größe`");
}

TEST(TableSql, IdsAreTextUnlessTheyAreTheKey) {
  const Schema& schema = **FindSchema("transactions");
  ColumnProfile numbers;
  numbers.reading.type = FieldType::kInt;
  numbers.whole_digits = 5;
  EXPECT_EQ(TableColumnOf("id", numbers, schema.Find("transaction_id"), true).type, FieldType::kInt);
  EXPECT_EQ(TableColumnOf("user", numbers, schema.Find("user_id"), false).type, FieldType::kText);
  TableColumn price = TableColumnOf("price", numbers, schema.Find("unit_price"), false);
  EXPECT_EQ(price.type, FieldType::kDecimal);
  EXPECT_EQ(price.precision, 10);
  EXPECT_EQ(price.scale, 2);
}

TEST(TableSql, QuotedFilesNeedHivesCsvReader) {
  TableColumn column = TableColumnOf("a", Texts(3), nullptr, false);
  std::string sql = CreateTable("t", {column}, SqlDialect::kHive, {"csv", ';', true, true});
  EXPECT_NE(sql.find("OpenCSVSerde"), std::string::npos);
  EXPECT_NE(sql.find("'separatorChar' = ';'"), std::string::npos);
  sql = CreateTable("t", {column}, SqlDialect::kHive, {"csv", '\t', false, false});
  EXPECT_NE(sql.find("FIELDS TERMINATED BY '\\t'"), std::string::npos);
  EXPECT_EQ(sql.find("skip.header"), std::string::npos);
}

}  // namespace
}  // namespace souk::record
