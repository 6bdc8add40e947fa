#include "warehouse/warehouse.h"

#include <gtest/gtest.h>

#include <atomic>

#include "lake/delta_table.h"
#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

using Lines = std::vector<std::string>;

class WarehouseTest : public ::testing::Test {
 protected:
  TestShop shop_;
};

TEST_F(WarehouseTest, NothingInNothingOut) {
  auto report = shop_.MustBuild();
  EXPECT_EQ(report.version, 1);
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.fact_transactions"), "0");
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.dim_date"), "0");
  auto state = shop_.warehouse->State();
  EXPECT_FALSE(state.first_day.has_value());
  EXPECT_EQ(state.data_until, 0);
}

TEST_F(WarehouseTest, EveryLineIsAccountedFor) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  // 11 lines: T2 twice, T4 in two versions.
  EXPECT_EQ(
      shop_.Rows("SELECT transaction_id, exclusion FROM clean.stg_transactions ORDER BY 1"),
      (Lines{"R1|-", "S1|stock_correction", "S2|bad_debt", "T1|-", "T2|-", "T3|-", "T4|-", "T5|-", "T6|-"}));
  EXPECT_EQ(shop_.Rows("SELECT transaction_id, status, payment_status, is_sale FROM "
                       "ecommerce.fact_transactions ORDER BY 1"),
            (Lines{"R1|returned|refunded|true", "T1|completed|paid|true", "T2|completed|paid|true",
                   "T3|completed|paid|true", "T4|completed|paid|true", "T5|cancelled|paid|false",
                   "T6|completed|paid|true"}));
}

TEST_F(WarehouseTest, AmountsAreExactAndRoundedHalfAwayFromZero) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  // 3 × 9.995 + 4.50 = 34.485
  EXPECT_EQ(shop_.Row("SELECT unit_price, line_amount, shipping, total_amount FROM "
                      "ecommerce.fact_transactions WHERE transaction_id = 'T3'"),
            "9.9950|29.9850|4.50|34.49");
  EXPECT_EQ(shop_.Row("SELECT quantity, total_amount, discount, payment_method FROM "
                      "ecommerce.fact_transactions WHERE transaction_id = 'R1'"),
            "-1|-10.00|0.00|other");
}

TEST_F(WarehouseTest, HalvesOfReturnsAndDerivedPrices) {
  shop_.Add("transactions",
            "transaction_id,quantity,unit_price,discount,total_amount,transaction_timestamp\n"
            "A,-3,9.995,0,,2025-03-01\n"
            "B,3,,1.00,10.00,2025-03-01\n"
            "C,2,10.00,0,15.00,2025-03-01\n"
            "D,,5.00,,,2025-03-01\n");
  shop_.MustBuild();
  EXPECT_EQ(shop_.Rows("SELECT transaction_id, quantity, unit_price, total_amount, anomaly, status FROM "
                       "clean.stg_transactions ORDER BY 1"),
            (Lines{"A|-3|9.9950|-29.99|-|returned", "B|3|3.6667|10.00|-|completed",
                   "C|2|10.0000|15.00|total_differs|completed", "D|1|5.0000|5.00|-|completed"}));
}

TEST_F(WarehouseTest, DimensionsKnowEverybody) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  EXPECT_EQ(shop_.Rows("SELECT user_id, name, segment, is_current FROM ecommerce.dim_users ORDER BY 1, 4"),
            (Lines{"U1|Ada Lovelace|VIP|true", "U2|Bob|New|false", "U2|Robert|Loyal|true"}));
  EXPECT_EQ(shop_.Rows(
                "SELECT product_id, name, category, price, is_charge FROM ecommerce.dim_products ORDER BY 1"),
            (Lines{"B|B|Uncategorised|-|true", "P1|Lamp|Home|20.00|false", "P2|Book|Books|10.00|false",
                   "P9|P9|Uncategorised|5.00|false", "POST|POST|Uncategorised|2.50|true"}));
  EXPECT_EQ(
      shop_.Row("SELECT count(*), min(day), max(day), sum(CAST(is_weekend AS INT)) FROM ecommerce.dim_date"),
      "365|2025-01-01|2025-12-31|104");
}

TEST_F(WarehouseTest, SessionsEndAfterThirtyMinutes) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  EXPECT_EQ(
      shop_.Rows("SELECT session_key, session_id, visitor_id, shop_day, events, has_view, has_cart, "
                 "has_purchase, segment "
                 "FROM ecommerce.fact_sessions ORDER BY 1"),
      (Lines{"s1|s1|U1|2025-03-01|3|true|true|true|VIP", "s2|s2|s2|2025-03-02|1|true|false|false|-",
             "s3|s3|s3|2025-03-02|2|true|false|false|-", "s3#2|s3|s3|2025-03-02|1|false|false|false|-"}));
}

TEST_F(WarehouseTest, DaysAreTheShops) {
  shop_.options.shop.time_zone = "Europe/Berlin";
  // The night of 30 March 2025 has no hour from 2 to 3, that of 26 October has it twice.
  shop_.Add(
      "transactions",
      "transaction_id,unit_price,transaction_timestamp\n"
      "A,1,2025-03-29T22:59:59\nB,1,2025-03-29T23:00:00\nC,1,2025-03-30T00:59:59\nD,1,2025-03-30T01:00:00\n"
      "E,1,2025-03-30T21:59:59\nF,1,2025-03-30T22:00:00\nG,1,2025-10-26T00:30:00\nH,1,2025-10-26T01:30:00\n");
  shop_.MustBuild();
  EXPECT_EQ(
      shop_.Rows("SELECT transaction_id, shop_day, shop_hour, month, day FROM ecommerce.fact_transactions "
                 "ORDER BY 1"),
      (Lines{"A|2025-03-29|23|3|29", "B|2025-03-30|0|3|30", "C|2025-03-30|1|3|30", "D|2025-03-30|3|3|30",
             "E|2025-03-30|23|3|30", "F|2025-03-31|0|3|31", "G|2025-10-26|2|10|26", "H|2025-10-26|2|10|26"}));
}

TEST_F(WarehouseTest, SecondBuildChangesNothing) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  auto before = shop_.Everything();
  shop_.clock.Advance(kMicrosPerDay);
  auto report = shop_.MustBuild();
  EXPECT_FALSE(report.changed);
  EXPECT_EQ(report.version, 1);
  EXPECT_EQ(shop_.Everything(), before);
  EXPECT_TRUE(shop_.Runs().empty());
  EXPECT_EQ(lake::DeltaTable(shop_.store(), "ecommerce/warehouse/fact_transactions").Snapshot()->version, 0);
}

TEST_F(WarehouseTest, FullBuildGivesTheSame) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  auto before = shop_.Everything();
  BuildRequest request;
  request.full = true;
  EXPECT_TRUE(shop_.MustBuild(request).changed);
  EXPECT_EQ(shop_.Everything(), before);
}

TEST_F(WarehouseTest, OrderOfFilesDoesNotMatter) {
  // The same line in two contents at the same time: the choice must not depend on which came first.
  const std::string head = "transaction_id,unit_price,city,transaction_timestamp\n";
  const std::string one = "A,1,Rome,2025-03-01\n", two = "A,1,Paris,2025-03-01\n";
  TestShop other;
  shop_.Add("transactions", head + one);
  shop_.Add("transactions", head + two);
  other.Add("transactions", head + two + one);
  shop_.MustBuild();
  other.MustBuild();
  EXPECT_EQ(shop_.Everything(), other.Everything());
}

TEST_F(WarehouseTest, ExplainSaysWhy) {
  FillWithSamples(shop_);
  shop_.Open();
  EXPECT_EQ(shop_.Runs().front(), "stg_clickstream: not built yet");
  shop_.MustBuild();
  shop_.Add("users", "user_id,name\nU3,Cy\n");
  EXPECT_EQ(shop_.Runs(),
            (Lines{"stg_users: new input: 1 file of users", "users_without_record: stg_users changes",
                   "dim_users: stg_users changes", "fact_clickstream: dim_users changes",
                   "fact_transactions: dim_users changes", "agg_daily_sales: fact_transactions changes",
                   "fact_sessions: dim_users changes", "agg_user_metrics: dim_users changes",
                   "mv_daily_revenue_by_category: fact_transactions changes"}));
  shop_.MustBuild();
  EXPECT_TRUE(shop_.Runs().empty());
  shop_.options.shop.charge_codes = {"POST"};
  shop_.Open();
  EXPECT_EQ(shop_.Runs().front(), "dim_products: shop.charge_codes changed from 'POST', 'M', 'B' to 'POST'");
}

TEST_F(WarehouseTest, ChangedModelRunsWithWhatReadsIt) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  shop_.WriteModel(
      "marts/agg_daily_sales.sql",
      "SELECT shop_day, SUM(total_amount) AS revenue FROM fact_transactions WHERE is_sale GROUP BY shop_day");
  shop_.WriteModel("marts/agg_daily_sales.yml",
                   "model: agg_daily_sales\ndescription: d\nmaterialized: table\n");
  shop_.Open();
  EXPECT_EQ(shop_.Runs(), Lines{"agg_daily_sales: model changed"});
  shop_.MustBuild();
  EXPECT_EQ(shop_.Rows("SELECT * FROM ecommerce_dwh.agg_daily_sales ORDER BY 1"),
            (Lines{"2025-03-01|53.54", "2025-03-02|56.99", "2025-03-03|-10.00"}));
}

TEST_F(WarehouseTest, DaysAskedForAreMadeAgain) {
  const std::string head = "transaction_id,unit_price,transaction_timestamp,updated_at\n";
  shop_.Add("transactions", head + "A,1,2025-03-01,2025-03-01\nB,1,2025-03-02,2025-03-02\n");
  shop_.MustBuild();
  auto connection = shop_.database->Connect();
  ASSERT_TRUE(connection->Execute("UPDATE ecommerce.fact_transactions SET total_amount = 9").has_value());
  BuildRequest request;
  request.from = request.to = Day{2025, 3, 2};
  EXPECT_EQ(shop_.Runs(request),
            (Lines{"stg_clickstream: days asked for", "stg_transactions: days asked for",
                   "fact_clickstream: days asked for", "fact_transactions: days asked for",
                   "agg_daily_sales: days asked for", "fact_sessions: days asked for",
                   "mv_daily_revenue_by_category: days asked for", "robot_visits: days asked for"}));
  shop_.MustBuild(request);
  EXPECT_EQ(shop_.Rows("SELECT shop_day, total_amount FROM ecommerce.fact_transactions ORDER BY 1"),
            (Lines{"2025-03-01|9.00", "2025-03-02|1.00"}));
  auto copy = lake::DeltaTable(shop_.store(), "ecommerce/warehouse/fact_transactions").Snapshot();
  EXPECT_EQ(copy->version, 1);
  EXPECT_EQ(copy->files.size(), 2u);
  EXPECT_TRUE(shop_.Runs().empty());
}

TEST_F(WarehouseTest, OnlyTheseModels) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  shop_.Add("users", "user_id,name\nU3,Cy\n");
  BuildRequest request;
  request.only = {"dim_users"};
  EXPECT_EQ(shop_.Build(request).error().message,
            "dim_users reads stg_users, which is not up to date; build both, or all models");
  request.only = {"stg_user"};
  EXPECT_EQ(shop_.Build(request).error().message, "there is no model stg_user; did you mean stg_users?");
  request.only = {"stg_users", "users_without_record", "dim_users"};
  shop_.MustBuild(request);
  EXPECT_EQ(shop_.Row("SELECT count(DISTINCT user_id) FROM ecommerce.dim_users"), "3");
  EXPECT_EQ(shop_.Runs().front(), "fact_clickstream: dim_users changes");
}

TEST_F(WarehouseTest, FailedTestKeepsWhatIsServed) {
  FillWithSamples(shop_);
  shop_.WriteModel("marts/gate.sql", "SELECT order_id FROM fact_transactions");
  shop_.WriteModel("marts/gate.yml",
                   "model: gate\ndescription: d\nmaterialized: table\ncolumns:\n"
                   "  - {name: order_id, description: d, tests: [{accepted_values: [O1, O2, O3, O4]}]}\n");
  shop_.MustBuild();
  auto before = shop_.Everything();
  shop_.Add("transactions", "transaction_id,order_id,unit_price,transaction_timestamp\nX,O9,1,2025-03-09\n");
  for (int i = 0; i < 2; ++i) {
    auto report = shop_.Build();
    ASSERT_TRUE(report.has_value()) << report.error().message;
    ASSERT_EQ(report->failures.size(), 1u);
    EXPECT_EQ(report->failures[0].model, "gate");
    EXPECT_EQ(report->failures[0].test, "accepted_values(order_id)");
    EXPECT_EQ(report->failures[0].rows, 1u);
    EXPECT_EQ(report->version, 1);
    EXPECT_FALSE(report->changed);
    EXPECT_EQ(shop_.Everything(), before);
    EXPECT_TRUE(shop_.Unseen().empty());
  }
  shop_.WriteModel("marts/gate.yml", "model: gate\ndescription: d\nmaterialized: table\n");
  shop_.Open();
  EXPECT_EQ(shop_.MustBuild().version, 2);
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.gate"), "8");
}

TEST_F(WarehouseTest, AmountsThatFitNowhereAreKeptOut) {
  shop_.Add("transactions",
            "transaction_id,quantity,unit_price,discount,tax,total_amount,transaction_timestamp\n"
            "A,,,,,9000000000,2025-03-01\n"
            "B,1,,800000000,,70000000,2025-03-01\n"
            "C,100,89000000,,800000000,,2025-03-01\n"
            "D,100,89000000,,1,,2025-03-01\n"
            "E,1,,,,79000000,2025-03-01\n");
  shop_.MustBuild();
  EXPECT_EQ(shop_.Rows("SELECT transaction_id, unit_price, total_amount FROM clean.stg_transactions ORDER BY "
                       "transaction_id"),
            (Lines{"D|89000000.0000|8900000001.00", "E|79000000.0000|79000000.00"}));
  EXPECT_EQ(shop_.Rows("SELECT reason, rows FROM souk.rejects"), (Lines{"amount out of range|3"}));
}

TEST_F(WarehouseTest, RejectedRowsAreCountedAndKeptOut) {
  shop_.Add("transactions",
            "transaction_id,status,quantity,unit_price,total_amount,transaction_timestamp,updated_at\n"
            "A,completed,1,1,,2025-03-01,2025-03-01\n"
            "A,completed,1,1,,,2025-03-02\n"
            "B,completed,1,,,2025-03-01,\n"
            "C,lost,1,1,,2025-03-01,\n"
            "D,completed,0,,5,2025-03-01,\n"
            "E,completed,900000000,99,,2025-03-01,\n");
  shop_.Add("users", "user_id,name\n,Nobody\nU1,Ada\n");
  shop_.MustBuild();
  EXPECT_EQ(shop_.Row("SELECT transaction_id FROM clean.stg_transactions"), "A");
  EXPECT_EQ(
      shop_.Rows("SELECT model, reason, rows FROM souk.rejects ORDER BY ALL"),
      (Lines{"stg_transactions|amount out of range|1", "stg_transactions|neither unit price nor total|1",
             "stg_transactions|no time of sale|1", "stg_transactions|quantity 0, so no unit price|1",
             "stg_transactions|unknown status|1", "stg_users|no user id|1"}));
  auto staging = lake::DeltaTable(shop_.store(), "ecommerce/clean/stg_transactions").Snapshot();
  EXPECT_EQ(staging->files.size(), 1u);
}

TEST_F(WarehouseTest, RemovedInputLeavesNoFigure) {
  shop_.Add("transactions", "transaction_id,unit_price,transaction_timestamp\nA,1,2025-03-01\n");
  shop_.Add("transactions", "transaction_id,unit_price,transaction_timestamp\nB,1,2025-03-02\n");
  shop_.MustBuild();
  lake::RawZone raw(shop_.store());
  auto files = raw.Files("transactions");
  ASSERT_TRUE(raw.Commit("transactions", "remove", {}, {files->front().path}, 1).has_value());
  EXPECT_EQ(shop_.Runs().front(), "stg_transactions: input removed: 1 file of transactions");
  shop_.MustBuild();
  EXPECT_EQ(shop_.Row("SELECT transaction_id FROM ecommerce.fact_transactions"), "B");
}

TEST_F(WarehouseTest, StateSaysWhatIsServed) {
  FillWithSamples(shop_);
  shop_.MustBuild();
  auto state = shop_.warehouse->State();
  EXPECT_EQ(state.version, 1);
  EXPECT_EQ(state.built_at, shop_.clock.Now());
  EXPECT_EQ(FormatDay(*state.first_day), "2025-03-01");
  EXPECT_EQ(FormatDay(*state.last_day), "2025-03-03");
  EXPECT_EQ(FormatUtc(state.data_until), "2025-03-03T09:00:00Z");
  EXPECT_FALSE(state.data_day_over);
}

TEST_F(WarehouseTest, CancelledBuildLeavesEverything) {
  class Stopped : public Progress {
   public:
    explicit Stopped(std::string_view at) : at_(at) {}
    void Stage(std::string_view stage, uint64_t, std::string_view) override {
      if (stage == at_) cancelled_ = true;
    }
    void Advance(uint64_t) override {}
    void Line(std::string_view) override {}
    bool Cancelled() const override { return cancelled_; }

   private:
    std::string at_;
    std::atomic<bool> cancelled_ = false;
  };
  FillWithSamples(shop_);
  shop_.Open();
  // At the first model, and when some tables are made.
  for (const char* at : {"stg_clickstream", "fact_transactions"}) {
    Stopped progress(at);
    EXPECT_EQ(shop_.warehouse->Build({}, progress).error().code, Code::kCancelled);
    EXPECT_EQ(shop_.warehouse->State().version, 0);
    EXPECT_TRUE(shop_.Unseen().empty()) << at;
  }
  shop_.MustBuild();
}

}  // namespace
}  // namespace souk::warehouse
