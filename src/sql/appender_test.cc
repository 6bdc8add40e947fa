#include "sql/appender.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace souk::sql {
namespace {

using std::string_literals::operator""s;

class AppenderTest : public ::testing::Test {
 protected:
  void Make(const std::string& columns) {
    Status made = connection.Execute("CREATE TABLE t(" + columns + ")");
    ASSERT_TRUE(made) << made.error().message;
  }
  Appender Open() { return Appender::Open(connection, {"", "main", "t"}).value(); }
  std::string Text(const std::string& sql) {
    auto table = connection.Query(sql);
    EXPECT_TRUE(table) << table.error().message;
    std::string text;
    for (const auto& row : table.value_or(Table()).rows) {
      for (const Cell& cell : row)
        text += (std::holds_alternative<std::monostate>(cell) ? "NULL" : CellText(cell)) + " ";
    }
    return text;
  }
  std::string Message(const Status& status) { return status ? "" : status.error().message; }

  std::shared_ptr<Database> database = Database::Open({}).value();
  Connection connection = database->Connect().value();
};

TEST_F(AppenderTest, TakesEveryType) {
  Make(
      "a BOOLEAN, b TINYINT, c SMALLINT, d INTEGER, e BIGINT, f DECIMAL(4,1), g DECIMAL(9,2), h "
      "DECIMAL(18,4), "
      "i DECIMAL(38,3), j TIMESTAMPTZ, k TIMESTAMP, l VARCHAR, m BLOB");
  Appender appender = Open();
  appender.Bool(true);
  for (int64_t value : {INT8_MIN, INT16_MIN, INT32_MIN}) appender.Int(value);
  appender.Int(INT64_MIN);
  for (int64_t value : {-9999, 1234567, -1}) appender.Decimal(value);
  appender.Decimal(-1500);
  appender.Timestamp(1'764'331'470'123'456);
  appender.Timestamp(-1);
  appender.Text("größer als zwölf Zeichen");
  appender.Blob("\0\xff x"s);
  ASSERT_TRUE(appender.EndRow());
  for (int i = 0; i < 13; ++i) appender.Null();
  ASSERT_TRUE(appender.EndRow());
  ASSERT_TRUE(appender.Finish());
  EXPECT_EQ(Text("SELECT * FROM t"),
            "true -128 -32768 -2147483648 -9223372036854775808 -999.9 12345.67 -0.0001 -1.500 "
            "2025-11-28 12:04:30.123456+00 1969-12-31 23:59:59.999999 größer als zwölf Zeichen \\x00\\xFF x "
            "NULL NULL NULL NULL NULL NULL NULL NULL NULL NULL NULL NULL NULL ");
}

// More rows than a chunk has, with nulls here and there: what one chunk left behind must not show in the
// next.
TEST_F(AppenderTest, ChunksAreIndependent) {
  Make("i BIGINT, s VARCHAR");
  Appender appender = Open();
  constexpr int kRows = 7001;
  for (int i = 0; i < kRows; ++i) {
    appender.Int(i);
    i % 3 == 0 && i < 3000 ? appender.Null() : appender.Text(fmt::format("text number {}", i));
    ASSERT_TRUE(appender.EndRow());
  }
  ASSERT_TRUE(appender.Finish());
  EXPECT_EQ(Text("SELECT count(*), sum(i), count(s), count(*) FILTER (s = 'text number ' || i) FROM t"),
            "7001 24503500 6001 6001 ");
}

TEST_F(AppenderTest, RowsBelongToTheTransaction) {
  Make("i BIGINT");
  Status failed = connection.Transaction([&]() -> Status {
    Appender appender = Open();
    appender.Int(1);
    TRY_STATUS(appender.EndRow());
    TRY_STATUS(appender.Finish());
    EXPECT_EQ(Text("SELECT count(*) FROM t"), "1 ");
    appender.Int(2);
    TRY_STATUS(appender.EndRow());
    return Fail(Code::kInvalid, "no");
  });
  EXPECT_FALSE(failed);
  EXPECT_EQ(Text("SELECT count(*) FROM t"), "0 ");
}

TEST_F(AppenderTest, SaysWhatDoesNotFit) {
  Make("i INTEGER, d DECIMAL(4,2), s VARCHAR");
  auto refused = [&](const std::function<void(Appender&)>& row) {
    Appender appender = Open();
    row(appender);
    std::string message = Message(appender.EndRow());
    EXPECT_EQ(Message(appender.Finish()), message);
    return message;
  };
  EXPECT_EQ(refused([](Appender& a) {
              a.Int(int64_t{INT32_MAX} + 1);
              a.Decimal(1);
              a.Text("x");
            }),
            "cannot append to main.t: column 1 has no room for 2147483648");
  EXPECT_EQ(refused([](Appender& a) {
              a.Int(1);
              a.Decimal(-10'000);
              a.Text("x");
            }),
            "cannot append to main.t: column 2 has no room for -10000");
  EXPECT_EQ(refused([](Appender& a) {
              a.Int(1);
              a.Decimal(1);
              a.Text("\xff");
            }),
            "cannot append to main.t: column 3 was given a text that is not UTF-8");
  EXPECT_EQ(refused([](Appender& a) {
              a.Text("1");
              a.Decimal(1);
              a.Text("x");
            }),
            "cannot append to main.t: column 1 was given a value of another type");
  EXPECT_EQ(refused([](Appender& a) {
              a.Int(1);
              a.Decimal(1);
            }),
            "cannot append to main.t: column 3 has no value");
  EXPECT_EQ(refused([](Appender& a) {
              a.Int(1);
              a.Decimal(1);
              a.Null();
              a.Null();
            }),
            "cannot append to main.t: value 4 is one more than the table has columns");
  EXPECT_EQ(Text("SELECT count(*) FROM t"), "0 ");
}

TEST_F(AppenderTest, RefusesTablesItCannotFill) {
  auto missing = Appender::Open(connection, {"", "main", "nothing"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  Make("l VARCHAR[]");
  auto list = Appender::Open(connection, {"", "main", "t"});
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().message, "cannot append to main.t: column 1 has a type that cannot be appended");
}

TEST_F(AppenderTest, ReachesAttachedFiles) {
  TempDir dir;
  auto owner = Database::Open({}).value();
  ASSERT_TRUE(owner->Attach({dir.path() + "/side.duckdb", "side", 16'384}));
  auto lent = owner->Connect().value();
  ASSERT_TRUE(lent.Execute("CREATE TABLE side.t(i BIGINT); CREATE TABLE here AS SELECT 7 AS i"));
  Appender appender = Appender::Open(lent, {"side", "main", "t"}).value();
  appender.Int(7);
  ASSERT_TRUE(appender.EndRow());
  ASSERT_TRUE(appender.Finish());
  EXPECT_EQ(CellText(lent.Query("SELECT count(*) FROM side.t JOIN here USING (i)")->At(0, 0)), "1");
}

TEST(Attach, KeepsAFileToOneOwner) {
  TempDir dir;
  std::string path = dir.path() + "/side.duckdb";
  auto owner = Database::Open({}).value();
  ASSERT_TRUE(owner->Attach({path, "side", 16'384}));
  auto other = Database::Open({}).value();
  Status twice = other->Attach({path, "side", 16'384});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::kAlreadyExists);
  DatabaseOptions whole;
  whole.path = path;
  EXPECT_FALSE(Database::Open(whole));
  EXPECT_FALSE(owner->Attach({dir.path() + "/third.duckdb", "side", 16'384})) << "the name is taken";
  EXPECT_TRUE(other->Attach({dir.path() + "/third.duckdb", "side", 16'384})) << "the file is not";
  owner.reset();
  EXPECT_TRUE(Database::Open(whole));
}

TEST(Attach, RefusesWhatIsNoDatabase) {
  TempDir dir;
  std::string path = dir.path() + "/side.duckdb";
  ASSERT_TRUE(WriteFileAtomic(path, std::string(10'000, 'x')));
  auto database = Database::Open({}).value();
  Status attached = database->Attach({path, "side", 16'384});
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace souk::sql
