// What people bring along from Impala and Spark: statements and hints that mean nothing on one machine.
#include <gtest/gtest.h>

#include "sql/door.h"

namespace souk::sql {
namespace {

class ImpalaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Status made = database->Connect()->Execute(
        "CREATE SCHEMA ecommerce; CREATE SCHEMA ecommerce_dwh; CREATE SCHEMA clean; CREATE SCHEMA souk;"
        "CREATE TABLE ecommerce.fact_transactions AS SELECT i AS transaction_id, 'P' || i % 3 AS product_id, "
        "(i * 1.25)::DECIMAL(12,2) AS total_amount, DATE '2025-11-01' + i::INTEGER AS shop_day "
        "FROM range(10) t(i);"
        "CREATE TABLE ecommerce.dim_products AS SELECT 'P' || i AS product_id, 'Product ' || i AS name "
        "FROM range(3) t(i);"
        "CREATE VIEW ecommerce_dwh.fact_transactions AS SELECT * FROM ecommerce.fact_transactions;"
        "CREATE TABLE souk.state AS SELECT 'secret' AS s; CREATE TABLE main.hidden AS SELECT 'secret' AS s");
    ASSERT_TRUE(made) << made.error().message;
  }
  Result<Answer> Run(std::string_view sql) { return door.Run(governance::LocalOwner(), sql); }
  std::string Text(std::string_view sql) {
    auto answer = Run(sql);
    if (!answer) return answer.error().message;
    std::string text = answer->message;
    for (const auto& row : answer->table.rows) {
      for (const Cell& cell : row) text += CellText(cell) + ' ';
    }
    return text;
  }

  std::shared_ptr<Database> database = Database::Open({}).value();
  QueryDoor door{database, DoorOptions{}};
};

TEST_F(ImpalaTest, StatementsWithoutEffectSaySo) {
  EXPECT_EQ(Text("REFRESH"), "REFRESH has no effect here: every query sees the latest build");
  EXPECT_EQ(
      Text("refresh ecommerce_dwh.Fact_Transactions PARTITION (shop_day='2025-11-03', product_id = 'P1')"),
      "REFRESH of fact_transactions has no effect here: every query sees the latest build");
  EXPECT_EQ(Text("INVALIDATE METADATA dim_products"),
            "INVALIDATE METADATA of dim_products has no effect here: every query sees the latest build");
  for (const char* sql : {"REFRESH no_such", "INVALIDATE METADATA no_such", "COMPUTE STATS no_such",
                          "COMPUTE INCREMENTAL STATS no_such", "SHOW TABLE STATS no_such",
                          "SHOW COLUMN STATS no_such", "COMPUTE STATS dim_products (no_such)"})
    EXPECT_EQ(Run(sql).error().code, Code::kNotFound) << sql;
  for (const char* sql :
       {"REFRESH souk.state", "COMPUTE STATS souk.state", "SHOW COLUMN STATS main.hidden",
        "REFRESH dim_products PARTITION (name = getenv('HOME'))",
        "COMPUTE STATS dim_products PARTITION (name IN (SELECT s FROM souk.state))",
        "COMPUTE STATS dim_products PARTITION (name IN (SELECT a FROM read_csv('/etc/passwd')))"})
    EXPECT_EQ(Run(sql).error().code, Code::kDenied) << sql;
  for (const char* sql :
       {"REFRESH dim_products PARTITION", "REFRESH dim_products PARTITION ()",
        "REFRESH dim_products PARTITION (name = 'a'", "REFRESH dim_products now", "INVALIDATE dim_products",
        "COMPUTE dim_products", "COMPUTE STATS", "COMPUTE STATS dim_products PARTITION (a = 1); SELECT 1",
        "COMPUTE STATS dim_products PARTITION (nam = 'a')"})
    EXPECT_EQ(Run(sql).error().code, Code::kInvalid) << sql;
}

TEST_F(ImpalaTest, StatisticsAreShown) {
  EXPECT_EQ(Text("COMPUTE STATS fact_transactions"),
            "10 rows in fact_transactions; COMPUTE STATS stores nothing here: DuckDB keeps its own"
            "transaction_id BIGINT 10 0 0 9   product_id VARCHAR 3 0   2 2.0 "
            "total_amount DECIMAL(12,2) 10 0 0.00 11.25   shop_day DATE 10 0 2025-11-01 2025-11-10   ");
  EXPECT_EQ(Text("COMPUTE STATS fact_transactions (shop_day, TOTAL_AMOUNT)"),
            "10 rows in fact_transactions; COMPUTE STATS stores nothing here: DuckDB keeps its own"
            "shop_day DATE 10 0 2025-11-01 2025-11-10   total_amount DECIMAL(12,2) 10 0 0.00 11.25   ");
  EXPECT_EQ(
      Text("COMPUTE INCREMENTAL STATS fact_transactions (shop_day) "
           "PARTITION (shop_day > '2025-11-03', transaction_id < 5 /* ) */) PARTITION (transaction_id = 0)"),
      "3 rows in fact_transactions, in the partition asked for; COMPUTE STATS stores nothing here: DuckDB "
      "keeps its ownshop_day DATE 3 0 2025-11-01 2025-11-05   ");
  EXPECT_EQ(Text("SHOW COLUMN STATS dim_products"),
            "product_id VARCHAR 3 0   2 2.0 name VARCHAR 3 0   9 9.0 ");
  EXPECT_EQ(Text("SHOW TABLE STATS dim_products"), "3 ");
  auto connection = database->Connect();
  ASSERT_TRUE(
      connection->Execute("CREATE TABLE clean.days AS SELECT 2025::INT AS year, 11::INT AS month, (i % "
                          "2)::INT AS day, [i] AS list, "
                          "'a'::BLOB AS bytes, NULL::INT AS nothing FROM range(5) t(i); CREATE TABLE "
                          "clean.none AS SELECT 1 AS a LIMIT 0"));
  EXPECT_EQ(Text("SHOW TABLE STATS clean.days"), "2025 11 0 3 2025 11 1 2 Total   5 ");
  EXPECT_EQ(
      Text("SHOW COLUMN STATS clean.days"),
      "year INTEGER 1 0 2025 2025   month INTEGER 1 0 11 11   day INTEGER 2 0 0 1   list BIGINT[] 5 0     "
      "bytes BLOB 1 0   1 1.0 nothing INTEGER 0 5     ");
  EXPECT_EQ(Text("SHOW COLUMN STATS clean.none"), "a INTEGER 0 0     ");
}

TEST_F(ImpalaTest, ManyRowsAreEstimated) {
  auto connection = database->Connect();
  ASSERT_TRUE(connection->Execute("CREATE TABLE clean.many AS SELECT i FROM range(1000001) t(i)"));
  auto answer = Run("SHOW COLUMN STATS clean.many");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->message, "distinct values are estimates, as the rows are many");
  EXPECT_NEAR(static_cast<double>(std::get<int64_t>(answer->table.At(0, 2))), 1e6, 2e5);
}

TEST_F(ImpalaTest, HintsAreTold) {
  auto answer =
      Run("SELECT STRAIGHT_JOIN count(*) FROM fact_transactions t JOIN [BROADCAST] dim_products p "
          "ON p.product_id = t.product_id /* +SHUFFLE */");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(CellText(answer->table.At(0, 0)), "10");
  EXPECT_EQ(
      answer->message,
      "hint SHUFFLE has no effect here: one machine\nhint STRAIGHT_JOIN has no effect here: one machine\n"
      "hint BROADCAST has no effect here: one machine");
  EXPECT_EQ(Run("/*+ SHUFFLE */ USE ecommerce")->message,
            "hint SHUFFLE has no effect here: one machine\nusing ecommerce");
  EXPECT_EQ(Run("SELECT /*+ BROADCAST(x) */ * FROM no_such").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace souk::sql
