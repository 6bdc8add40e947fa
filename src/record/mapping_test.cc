#include "record/mapping.h"

#include <gtest/gtest.h>

#include "record/columns.h"

namespace souk::record {
namespace {

// Columns from "name=value;value" descriptions.
std::vector<SourceColumn> Columns(
    const std::vector<std::pair<std::string, std::vector<std::string>>>& described) {
  std::vector<SourceColumn> columns;
  for (const auto& [name, values] : described) {
    ColumnSampler sampler(name);
    for (const std::string& value : values) sampler.Add(value);
    columns.push_back(sampler.Finish());
  }
  return columns;
}

const std::vector<SourceColumn>& OnlineRetail() {
  static const auto columns = Columns({{"InvoiceNo", {"536365", "C536379"}},
                                       {"StockCode", {"85123A", "71053"}},
                                       {"Description", {"WHITE LANTERN", ""}},
                                       {"Quantity", {"6", "-1"}},
                                       {"InvoiceDate", {"2010-12-01 08:26:00", "2010-12-01 09:41:00"}},
                                       {"UnitPrice", {"2.55", "27.5"}},
                                       {"CustomerID", {"17850.0", ""}},
                                       {"Country", {"United Kingdom", "France"}}});
  return columns;
}

std::string ColumnOf(const Mapping& mapping, std::string_view field) {
  const MappedField* mapped = mapping.Find(field);
  return mapped ? mapped->column : "-";
}

TEST(Mapping, OnlineRetail) {
  auto mapping = GuessMapping(**FindSchema("transactions"), OnlineRetail());
  ASSERT_TRUE(mapping) << mapping.error().message;
  EXPECT_EQ(ColumnOf(*mapping, "order_id"), "InvoiceNo");
  EXPECT_EQ(ColumnOf(*mapping, "product_id"), "StockCode");
  EXPECT_EQ(ColumnOf(*mapping, "product_name"), "Description");
  EXPECT_EQ(ColumnOf(*mapping, "transaction_timestamp"), "InvoiceDate");
  EXPECT_EQ(ColumnOf(*mapping, "user_id"), "CustomerID");
  EXPECT_EQ(ColumnOf(*mapping, "transaction_id"), "-");
  EXPECT_TRUE(mapping->unmapped.empty());
  EXPECT_EQ(mapping->Find("country")->reason, "same name");
  EXPECT_EQ(mapping->Find("user_id")->reason, "alias");
}

TEST(Mapping, GivenColumnsWin) {
  auto mapping =
      GuessMapping(**FindSchema("transactions"), OnlineRetail(), {{"region", "Country"}, {"user_id", ""}});
  ASSERT_TRUE(mapping);
  EXPECT_EQ(ColumnOf(*mapping, "region"), "Country");
  EXPECT_EQ(ColumnOf(*mapping, "country"), "-");
  EXPECT_EQ(ColumnOf(*mapping, "user_id"), "-");
  EXPECT_EQ(mapping->unmapped, std::vector<std::string>{"CustomerID"});
}

TEST(Mapping, GivenColumnsMustExist) {
  auto bad_field = GuessMapping(**FindSchema("transactions"), OnlineRetail(), {{"order", "InvoiceNo"}});
  ASSERT_FALSE(bad_field);
  EXPECT_NE(bad_field.error().message.find("transactions have no field 'order'"), std::string::npos);
  auto bad_column = GuessMapping(**FindSchema("transactions"), OnlineRetail(), {{"order_id", "InvoiceNr"}});
  ASSERT_FALSE(bad_column);
  EXPECT_NE(bad_column.error().message.find("did you mean 'InvoiceNo'"), std::string::npos);
}

TEST(Mapping, SaysWhatIsLacking) {
  auto mapping =
      GuessMapping(**FindSchema("transactions"), Columns({{"when", {"today"}}, {"price", {"1.50"}}}));
  ASSERT_FALSE(mapping);
  EXPECT_NE(mapping.error().message.find("no column for transaction_timestamp"), std::string::npos);
  EXPECT_NE(mapping.error().message.find("--map transaction_timestamp=COLUMN"), std::string::npos);
  EXPECT_NE(mapping.error().message.find("columns are when, price"), std::string::npos);
  mapping = GuessMapping(**FindSchema("transactions"), Columns({{"Date", {"2025-01-01"}}, {"qty", {"1"}}}));
  ASSERT_FALSE(mapping);
  EXPECT_NE(mapping.error().message.find("no column for unit_price (or total_amount)"), std::string::npos);
}

TEST(Mapping, TheOnlyTimeIsTheTime) {
  auto mapping =
      GuessMapping(**FindSchema("transactions"), Columns({{"when", {"2025-01-01"}}, {"price", {"1.50"}}}));
  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->Find("transaction_timestamp")->reason, "looks like a time");
}

TEST(Mapping, ValuesMustFit) {
  auto columns = Columns({{"Date", {"2025-01-01"}}, {"price", {"1.50"}}, {"discount", {"half off"}}});
  auto mapping = GuessMapping(**FindSchema("transactions"), columns);
  ASSERT_TRUE(mapping);
  EXPECT_EQ(ColumnOf(*mapping, "discount"), "-");
  ASSERT_EQ(mapping->warnings.size(), 1u);
  EXPECT_NE(mapping->warnings[0].find("discount needs numbers"), std::string::npos);
  mapping = GuessMapping(**FindSchema("transactions"), columns, {{"discount", "discount"}});
  ASSERT_TRUE(mapping);
  EXPECT_EQ(ColumnOf(*mapping, "discount"), "discount");
}

TEST(Mapping, AmbiguousDatesAreSaid) {
  auto mapping =
      GuessMapping(**FindSchema("transactions"), Columns({{"Date", {"03/04/2025"}}, {"price", {"1"}}}));
  ASSERT_TRUE(mapping);
  ASSERT_EQ(mapping->warnings.size(), 1u);
  EXPECT_NE(mapping->warnings[0].find("day and month"), std::string::npos);
}

TEST(Mapping, SchemaByColumns) {
  EXPECT_EQ(GuessSchema(OnlineRetail())->name, "transactions");
  EXPECT_EQ(GuessSchema(Columns({{"user_id", {"U1"}}, {"name", {"x"}}, {"email", {"x@y"}}}))->name, "users");
  EXPECT_EQ(
      GuessSchema(Columns({{"product_id", {"P1"}}, {"name", {"x"}}, {"category", {"y"}}, {"price", {"1"}}}))
          ->name,
      "products");
  EXPECT_EQ(GuessSchema(Columns({{"timestamp", {"1433221332117"}},
                                 {"visitorid", {"257597"}},
                                 {"event", {"view"}},
                                 {"itemid", {"355908"}},
                                 {"transactionid", {""}}}))
                ->name,
            "clickstream");
  EXPECT_EQ(GuessSchema(Columns({{"Administrative", {"0"}}, {"Month", {"Feb"}}, {"Revenue", {"FALSE"}}})),
            nullptr);
  EXPECT_EQ(GuessSchema({}), nullptr);
}

TEST(Columns, Types) {
  auto type = [](std::vector<std::string> values) { return Columns({{"c", std::move(values)}})[0]; };
  EXPECT_EQ(type({"1", "2"}).type, FieldType::kInt);
  EXPECT_EQ(type({"1", "2.5"}).type, FieldType::kDecimal);
  EXPECT_EQ(type({"1.0", "2.0"}).type, FieldType::kDecimal);
  EXPECT_EQ(type({"yes", "no"}).type, FieldType::kBool);
  EXPECT_EQ(type({"", "NULL"}).type, FieldType::kText);
  EXPECT_EQ(type({"a", "1"}).type, FieldType::kText);
  SourceColumn euro = type({"1.234,50", "12,00"});
  EXPECT_EQ(euro.type, FieldType::kDecimal);
  EXPECT_EQ(euro.decimal_separator, ',');
  EXPECT_TRUE(euro.grouped_numbers);
  SourceColumn dollar = type({"1,234", "12"});
  EXPECT_EQ(dollar.type, FieldType::kInt);
  EXPECT_EQ(dollar.decimal_separator, '.');
  EXPECT_TRUE(dollar.grouped_numbers);
  SourceColumn day = type({"20250131", "20250201"});
  EXPECT_EQ(day.type, FieldType::kInt);
  EXPECT_TRUE(day.time);
  EXPECT_EQ(day.time_format, "%Y%m%d");
  EXPECT_EQ(type({"a", "b", "a", "c", "d"}).examples, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Columns, Names) {
  EXPECT_EQ(ColumnNames({"", " price ", "Price", "x"}),
            (std::vector<std::string>{"column1", "price", "Price_2", "x"}));
}

}  // namespace
}  // namespace souk::record
