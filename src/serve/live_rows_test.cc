#include "serve/live_rows.h"

#include <gtest/gtest.h>

#include "base/embedded.h"
#include "base/files.h"
#include "store/open_hot_store.h"

namespace souk::serve {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
constexpr Micros kNow = 1'764'331'470 * kMicrosPerSecond;  // 2025-11-28 12:04:30 UTC

// A record of the fields that are named.
class Made {
 public:
  explicit Made(const char* schema)
      : schema_(**record::FindSchema(schema)),
        record_{&schema_, std::vector<record::TypedValue>(schema_.fields.size())} {}
  Made& Text(const char* field, const char* text) {
    At(field).text = text;
    return *this;
  }
  Made& Number(const char* field, int64_t number) {
    At(field).number = number;
    return *this;
  }
  store::HotRecord Hot() const {
    store::HotRecord hot;
    hot.record = record::OwnedRecord(record_);
    return hot;
  }

 private:
  record::TypedValue& At(const char* field) {
    auto& value = record_.values[static_cast<size_t>(schema_.Find(field) - schema_.fields.data())];
    value.present = true;
    return value;
  }
  const record::Schema& schema_;
  record::TypedRecord record_;
};

store::HotRecord Line(const char* id, Micros time, const char* city, int64_t quantity, const char* status,
                      const char* payment) {
  Made line("transactions");
  line.Text("transaction_id", id).Text("order_id", "O1").Text("product_id", "P1").Text("status", status);
  line.Text("payment_status", payment)
      .Number("quantity", quantity)
      .Number("unit_price", quantity < 0 ? 0 : 40000);
  line.Number("total_amount", 400 * quantity)
      .Number("transaction_timestamp", time)
      .Number("updated_at", kNow);
  if (*city != '\0') line.Text("city", city);
  return line.Hot();
}

store::HotRecord Event(const char* id, const char* session, Micros time, const char* type) {
  Made event("clickstream");
  event.Text("event_id", id).Text("session_id", session).Text("event_type", type).Text("city", "Bonn");
  event.Number("event_time", time);
  return event.Hot();
}

class LiveRowsTest : public testing::Test {
 protected:
  void SetUp() override {
    sql::DatabaseOptions options;
    options.path = directory_.path() + "/warehouse.duckdb";
    options.time_zone = "Europe/Berlin";
    database_ = *sql::Database::Open(options);
    store::HotStoreOptions hot;
    hot.path = directory_.path() + "/hot.duckdb";
    hot.database = database_;
    store_ = *store::OpenHotStore("embedded", hot);
    door_ = std::make_unique<sql::QueryDoor>(database_, sql::DoorOptions{});
    book_ = *stream::KpiBook::Parse(*FindAsset("models/live.yml"), "models/live.yml", symbols_);
    request_.from = kNow - 60 * kMinute;
    request_.to = request_.now = kNow;
    request_.cart_timeout = 60 * kMinute;
  }
  // The ids of the rows, the newest first.
  std::string Rows(const char* figure, const char* id) {
    auto rows = ReadLiveRows(*door_, *book_.FindDefinition(figure), request_, {});
    if (!rows) return rows.error().message;
    std::string ids;
    for (const auto& row : rows->table.rows)
      ids += (ids.empty() ? "" : " ") + sql::CellText(row[*rows->table.Find(id)]);
    return ids;
  }
  std::string Lines(const char* figure) { return Rows(figure, "transaction_id"); }
  std::string Visits(const char* figure) { return Rows(figure, "session_id"); }

  TempDir directory_;
  std::shared_ptr<sql::Database> database_;
  std::unique_ptr<store::HotStore> store_;
  std::unique_ptr<sql::QueryDoor> door_;
  stream::Symbols symbols_;
  stream::KpiBook book_;
  LiveRowsRequest request_;
};

TEST_F(LiveRowsTest, TheLinesThatAFigureCounts) {
  store::HotBatch batch;
  batch.lines = {Line("T1", kNow - 5 * kMinute, "Bonn", 2, "completed", "paid"),
                 Line("T2", kNow - 4 * kMinute, "Bonn", 1, "pending", "failed"),
                 Line("T3", kNow - 3 * kMinute, "", 1, "completed", "paid"),
                 Line("T4", kNow - 2 * kMinute, "Bonn", -1, "returned", "refunded"),
                 Line("T5", kNow - 90 * kMinute, "Bonn", 1, "completed", "paid")};
  ASSERT_TRUE(store_->Commit(batch));
  EXPECT_EQ(Lines("revenue"), "T3 T1") << "what corrects the stock is no sale";
  EXPECT_EQ(Lines("average_order_value"), "T3 T1");
  EXPECT_EQ(Lines("failed_payments"), "T2");
  request_.by = "city";
  EXPECT_EQ(Lines("revenue"), "T3") << "those without a city";
  request_.member = "Bonn";
  EXPECT_EQ(Lines("revenue"), "T1");
  request_.from = kNow - 100 * kMinute;
  EXPECT_EQ(Lines("revenue"), "T1 T5");
  request_.limit = 1;
  EXPECT_EQ(Lines("revenue"), "T1");
  request_.by = "total_amount";
  EXPECT_EQ(Lines("revenue"), "by='total_amount' is no dimension of revenue");
}

TEST_F(LiveRowsTest, LinesSayWhatTheyAre) {
  ASSERT_TRUE(
      database_->Connect()->Execute("CREATE SCHEMA ecommerce; CREATE TABLE ecommerce.dim_products AS SELECT "
                                    "'P1' AS product_id, 'Cup' AS name, "
                                    "'Kitchen' AS category, true AS is_current"));
  store::HotBatch batch;
  batch.lines = {Line("T1", kNow - 5 * kMinute, "Bonn", 2, "completed", "paid")};
  ASSERT_TRUE(store_->Commit(batch));
  EXPECT_EQ(Rows("revenue", "name"), "P1");
  request_.has_warehouse = true;
  EXPECT_EQ(Rows("revenue", "name"), "Cup");
  EXPECT_EQ(Rows("revenue", "time"), "12:59:30") << "on the shop's clock";
  EXPECT_EQ(Rows("revenue", "total_amount"), "8.00");
  request_.by = "category";
  request_.member = "Kitchen";
  EXPECT_EQ(Lines("revenue"), "T1");
}

TEST_F(LiveRowsTest, TheVisitsThatAFigureCounts) {
  store::HotBatch batch;
  batch.events = {Event("E1", "bought", kNow - 20 * kMinute, "view"),
                  Event("E2", "bought", kNow - 19 * kMinute, "add_to_cart"),
                  Event("E3", "bought", kNow - 18 * kMinute, "purchase"),
                  Event("E4", "carts", kNow - 10 * kMinute, "view"),
                  Event("E5", "carts", kNow - 9 * kMinute, "add_to_cart"),
                  Event("E6", "looks", kNow - 2 * kMinute, "view"),
                  Event("E7", "left", kNow - 80 * kMinute, "add_to_cart"),
                  Event("E8", "first the cart", kNow - 30 * kMinute, "add_to_cart"),
                  Event("E9", "first the cart", kNow - 29 * kMinute, "view")};
  ASSERT_TRUE(store_->Commit(batch));
  EXPECT_EQ(Visits("funnel_sessions"), "looks carts bought first the cart");
  EXPECT_EQ(Visits("funnel_views"), "looks carts bought first the cart");
  EXPECT_EQ(Visits("funnel_carts"), "carts bought");
  EXPECT_EQ(Visits("funnel_purchases"), "bought");
  EXPECT_EQ(Visits("conversion_rate"), "looks carts bought first the cart");
  EXPECT_EQ(Visits("active_visitors"), "looks");
  EXPECT_EQ(Visits("open_carts"), "carts first the cart");
  EXPECT_EQ(Rows("open_carts", "outcome"), "put something in the cart put something in the cart");
  EXPECT_EQ(Visits("events"), "events is made of events; look at them in their topic");
}

}  // namespace
}  // namespace souk::serve
