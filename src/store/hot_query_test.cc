// The hot store through the query door, beside a warehouse.
#include <gtest/gtest.h>

#include "base/files.h"
#include "sql/door.h"
#include "store/open_hot_store.h"

namespace souk::store {
namespace {

constexpr Micros kT = 1'764'331'470'123'456;

HotRecord Sale(const std::string& id, const std::string& product, int64_t cents) {
  const record::Schema& schema = *record::FindSchema("transactions").value();
  record::TypedRecord typed{&schema, std::vector<record::TypedValue>(schema.fields.size())};
  auto value = [&](const char* name) -> record::TypedValue& {
    auto& found = typed.values[static_cast<size_t>(schema.Find(name) - schema.fields.data())];
    found.present = true;
    return found;
  };
  value("transaction_id").text = id;
  value("order_id").text = "O1";
  value("product_id").text = product;
  value("total_amount").number = cents;
  value("transaction_timestamp").number = kT;
  value("updated_at").number = kT;
  HotRecord record;
  record.record = record::OwnedRecord(typed);
  return record;
}

class HotQueryTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    door.reset();
    store.reset();
    database.reset();
    sql::DatabaseOptions options;
    options.path = dir.path() + "/warehouse.duckdb";
    database = sql::Database::Open(options).value();
    auto connection = database->Connect().value();
    ASSERT_TRUE(
        connection.Execute("CREATE SCHEMA IF NOT EXISTS ecommerce; CREATE TABLE IF NOT EXISTS "
                           "ecommerce.dim_products AS SELECT 'P1' AS product_id, 'Cup' AS name"));
    HotStoreOptions hot;
    hot.path = dir.path() + "/hot.duckdb";
    hot.database = database;
    auto opened = OpenHotStore("embedded", hot);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
    door = std::make_unique<sql::QueryDoor>(database, sql::DoorOptions{});
  }
  void Commit(const HotBatch& batch) {
    Status status = store->Commit(batch);
    ASSERT_TRUE(status) << status.error().message;
  }
  std::string Ask(const std::string& script) {
    auto answers = door->RunScript(governance::LocalOwner(), script);
    if (!answers) return answers.error().message;
    std::string text;
    for (const auto& row : answers->back().table.rows) {
      for (const sql::Cell& cell : row) text += sql::CellText(cell) + " ";
    }
    return text;
  }

  TempDir dir;
  std::shared_ptr<sql::Database> database;
  std::unique_ptr<HotStore> store;
  std::unique_ptr<sql::QueryDoor> door;
};

TEST_F(HotQueryTest, JoinsWithTheWarehouse) {
  Commit({.lines = {Sale("T1", "P1", 450), Sale("T2", "P2", 500), Sale("T3", "P1", 1)}});
  const std::string join =
      "SELECT name, sum(total_amount) FROM hot.orders LEFT JOIN ecommerce.dim_products USING (product_id) "
      "GROUP BY name ORDER BY 2";
  EXPECT_EQ(Ask(join), "Cup 4.51  5.00 ");
  HotRecord changed = Sale("T3", "P1", 100);
  changed.replaces = kT;
  Commit({.lines = {changed}});
  EXPECT_EQ(Ask(join), " 5.00 Cup 5.50 ") << "every query sees the last commit";
  Open();
  EXPECT_EQ(Ask(join), " 5.00 Cup 5.50 ");
}

TEST_F(HotQueryTest, IsASchemaLikeOthers) {
  Commit({.lines = {Sale("T1", "P1", 450)}, .windows = {{{"revenue", kT, kT + 1, "", ""}, 450}}});
  EXPECT_EQ(Ask("SHOW TABLES IN hot"), "events kpi_windows late_records orders ");
  EXPECT_EQ(Ask("USE hot; SELECT value FROM kpi_windows"), "450 ");
  EXPECT_EQ(Ask("USE hot; SELECT shop_day(transaction_timestamp) FROM orders"), "2025-11-28 ")
      << "macros are found from there";
  EXPECT_EQ(Ask("DESCRIBE hot.kpi_windows").substr(0, 11), "kpi VARCHAR");
  EXPECT_EQ(Ask("SHOW TABLE STATS hot.orders"), "1 ");
  EXPECT_EQ(Ask("SELECT * FROM hot.order"), "there is no table order in hot; did you mean orders?");
}

TEST_F(HotQueryTest, OnlyTheViewsAreOpen) {
  Commit({.lines = {Sale("T1", "P1", 450)}, .state = {{"space", "key", "value"}}});
  for (const char* query : {"SELECT * FROM hot.stream_state", "SELECT * FROM hot_store.stream_state",
                            "SELECT * FROM hot_store.orders", "SELECT * FROM hot_store.main.orders",
                            "SELECT row_bytes FROM hot.orders", "DELETE FROM hot.orders", "USE hot_store",
                            "SHOW TABLES IN hot_store"}) {
    auto answer = door->Run(governance::LocalOwner(), query);
    EXPECT_FALSE(answer) << query;
  }
  EXPECT_EQ(store->Size()->lines, 1u);
}

TEST_F(HotQueryTest, WarehouseAndHotStoreAreWrittenSideBySide) {
  auto build = database->Connect().value();
  ASSERT_TRUE(build.Execute("BEGIN; CREATE TABLE ecommerce.fact AS SELECT range AS i FROM range(1000)"));
  Commit({.lines = {Sale("T1", "P1", 450)}});
  ASSERT_TRUE(build.Execute("COMMIT"));
  EXPECT_EQ(Ask("SELECT count(*), (SELECT count(*) FROM hot.orders) FROM ecommerce.fact"), "1000 1 ");
}

}  // namespace
}  // namespace souk::store
