#include "generate/row_writer.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "generate/names.h"
#include "generate/parquet_writer.h"
#include "generate/rows.h"
#include "record/schema.h"
#include "sql/database.h"

namespace souk::generate {
namespace {

std::vector<Column> Columns() {
  return {
      {.name = "id"},
      {.name = "note", .nullable = true},
      {.name = "kind", .kind = ColumnKind::kChoice, .choices = {"plain", "with, comma", "with \"quotes\""}},
      {.name = "single", .kind = ColumnKind::kChoice, .nullable = true, .choices = {"EUR"}},
      {.name = "count", .kind = ColumnKind::kInt, .nullable = true},
      {.name = "price", .kind = ColumnKind::kMoney, .scale = 4},
      {.name = "moment", .kind = ColumnKind::kTime},
      {.name = "yes", .kind = ColumnKind::kBool},
      {.name = "never", .kind = ColumnKind::kInt, .nullable = true}};
}

void WriteRow(RowWriter& out, int64_t i) {
  out.Text(IdText('R', static_cast<uint64_t>(i), 3));
  i % 3 == 0 ? out.Null() : out.Text("größer");
  out.Choice(static_cast<size_t>(i % 3));
  i % 2 == 0 ? out.Null() : out.Choice(0);
  i % 5 == 0 ? out.Null() : out.Int(i - 7);
  out.Money(i * 100 - 250);
  out.Time(i * kMicrosPerDay + 1000);
  out.Bool(i % 4 == 1);
  out.Null();
  out.EndRow();
}

std::string WriteRows(FileFormat format, int64_t rows, const std::string& path) {
  auto writer = MakeRowWriter(format, Columns());
  // A writer makes one file after the other.
  for (int round = 0; round < 2; ++round) {
    writer->Begin(path);
    for (int64_t i = 0; i < rows; ++i) WriteRow(*writer, i);
    auto size = writer->Finish();
    EXPECT_TRUE(size) << size.error().message;
    EXPECT_EQ(size.value_or(0), FileSize(path).value_or(1));
  }
  return path;
}

TEST(RowWriter, Csv) {
  TempDir directory;
  std::string path = WriteRows(FileFormat::kCsv, 3, directory.path() + "/rows.csv");
  EXPECT_EQ(ReadFile(path).value_or(""),
            "id,note,kind,single,count,price,moment,yes,never\n"
            "R000,,plain,,,-2.50,1970-01-01T00:00:00.001Z,false,\n"
            "R001,größer,\"with, comma\",EUR,-6,-1.50,1970-01-02T00:00:00.001Z,true,\n"
            "R002,größer,\"with \"\"quotes\"\"\",,-5,-0.50,1970-01-03T00:00:00.001Z,false,\n");
}

TEST(RowWriter, JsonLines) {
  TempDir directory;
  std::string path = WriteRows(FileFormat::kJson, 3, directory.path() + "/rows.json");
  std::string text = ReadFile(path).value_or("");
  EXPECT_EQ(text.substr(0, text.find('\n')),
            R"({"id":"R000","note":null,"kind":"plain","single":null,"count":null,"price":-2.50,)"
            R"("moment":"1970-01-01T00:00:00.001Z","yes":false,"never":null})");
  EXPECT_NE(text.find(R"("kind":"with \"quotes\"")"), std::string::npos);
}

class ParquetReadBack : public testing::Test {
 protected:
  sql::Table Query(const std::string& statement) {
    auto database = sql::Database::Open({});
    EXPECT_TRUE(database) << database.error().message;
    auto connection = (*database)->Connect();
    EXPECT_TRUE(connection) << connection.error().message;
    auto table = connection->Query(statement);
    EXPECT_TRUE(table) << table.error().message;
    return table.value_or(sql::Table());
  }

  TempDir directory_;
  std::string path_ = directory_.path() + "/rows.parquet";
};

TEST_F(ParquetReadBack, TypesAndValues) {
  WriteRows(FileFormat::kParquet, 1000, path_);
  sql::Table table = Query(fmt::format("SELECT * FROM read_parquet('{}') ORDER BY id", path_));
  std::vector<std::string> types;
  for (const sql::Column& column : table.columns) types.push_back(column.type);
  EXPECT_EQ(types,
            (std::vector<std::string>{"VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT", "DECIMAL(12,4)",
                                      "TIMESTAMP WITH TIME ZONE", "BOOLEAN", "BIGINT"}));
  ASSERT_EQ(table.rows.size(), 1000u);
  std::vector<std::string> row;
  for (size_t column = 0; column < 6; ++column) row.push_back(sql::CellText(table.At(998, column)));
  EXPECT_EQ(row, (std::vector<std::string>{"R998", "größer", "with \"quotes\"", "", "991", "995.5000"}));
  EXPECT_EQ(sql::CellText(table.At(0, 1)), "");
  EXPECT_EQ(sql::CellText(table.At(1, 3)), "EUR");
}

TEST_F(ParquetReadBack, ManyRowGroups) {
  constexpr int64_t kRows = 2 * kRowGroupRows + 11;
  WriteRows(FileFormat::kParquet, kRows, path_);
  sql::Table table = Query(fmt::format(
      "SELECT count(*), count(note), count(single), count(count), CAST(sum(count) AS BIGINT), count(never), "
      "count(*) FILTER (yes), count(DISTINCT moment), (SELECT count(DISTINCT row_group_id) FROM "
      "parquet_metadata('{0}')) "
      "FROM read_parquet('{0}')",
      path_));
  auto number = [&](size_t column) { return std::stoll(sql::CellText(table.At(0, column))); };
  int64_t sum = 0, counted = 0;
  for (int64_t i = 0; i < kRows; ++i) {
    if (i % 5 != 0) sum += i - 7, ++counted;
  }
  EXPECT_EQ(number(0), kRows);
  EXPECT_EQ(number(1), kRows - (kRows + 2) / 3);
  EXPECT_EQ(number(2), kRows / 2);
  EXPECT_EQ(number(3), counted);
  EXPECT_EQ(number(4), sum);
  EXPECT_EQ(number(5), 0);
  EXPECT_EQ(number(6), (kRows + 2) / 4);
  EXPECT_EQ(number(7), kRows);
  EXPECT_EQ(number(8), 3);
}

TEST_F(ParquetReadBack, NoRows) {
  WriteRows(FileFormat::kParquet, 0, path_);
  sql::Table table = Query(fmt::format("SELECT count(*) FROM read_parquet('{}')", path_));
  EXPECT_EQ(sql::CellText(table.At(0, 0)), "0");
}

// The columns are those of the record, in its order, but that the simulated shop deletes nothing.
void ExpectSchema(const std::string& record, const std::vector<Column>& columns) {
  auto schema = record::FindSchema(record);
  ASSERT_TRUE(schema) << schema.error().message;
  std::vector<std::string> expected, got;
  for (const record::Field& field : (*schema)->fields) {
    if (!field.carried && field.name != "deleted")
      expected.push_back(field.name + " " + record::DuckdbType(field));
  }
  for (const Column& column : columns) {
    std::string type = "VARCHAR";
    if (column.kind == ColumnKind::kInt) type = "BIGINT";
    if (column.kind == ColumnKind::kMoney)
      type = fmt::format("DECIMAL({},{})", column.precision, column.scale);
    if (column.kind == ColumnKind::kTime) type = "TIMESTAMP WITH TIME ZONE";
    if (column.kind == ColumnKind::kBool) type = "BOOLEAN";
    got.push_back(fmt::format("{} {}", column.name, type));
  }
  EXPECT_EQ(got, expected) << record;
}

TEST(Rows, ColumnsAreTheRecordsFields) {
  ExpectSchema("users", UserColumns());
  ExpectSchema("products", ProductColumns("EUR"));
  ExpectSchema("transactions", TransactionColumns("EUR"));
  ExpectSchema("clickstream", ClickColumns());
}

TEST(Rows, TextsNeedNoQuotes) {
  // Text columns are written as they are; what they are made of must be clean.
  auto clean = [](std::string_view text) {
    return text.find_first_of("\",\\\r\n") == text.npos && text.size() < 60;
  };
  for (const NameSet& set : NameSets()) {
    for (const auto* names : {&set.female, &set.male}) {
      for (const Name& name : *names) EXPECT_TRUE(clean(name.text)) << name.text;
    }
    for (const Name& name : set.family) EXPECT_TRUE(clean(name.text)) << name.text;
  }
  Catalog catalog(1, 2000, 1, 1);
  for (uint32_t product = 0; product < catalog.size(); ++product) {
    EXPECT_TRUE(clean(catalog.NameOf(product))) << catalog.NameOf(product);
  }
  for (const Category& category : Categories()) {
    EXPECT_TRUE(clean(category.slug));
    for (const Subcategory& subcategory : category.subcategories) EXPECT_TRUE(clean(subcategory.slug));
  }
  for (const auto& column : ClickColumns()) EXPECT_LE(column.choices.size(), 256u) << column.name;
  for (const auto& column : ProductColumns("EUR")) EXPECT_LE(column.choices.size(), 256u) << column.name;
}

}  // namespace
}  // namespace souk::generate
