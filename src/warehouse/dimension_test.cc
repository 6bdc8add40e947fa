// Customers and products change; what was sold stays sold to whom they were then.
#include <gtest/gtest.h>

#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

using Lines = std::vector<std::string>;

// One customer, who buys at noon of every second day of a fortnight.
class DimensionTest : public ::testing::Test {
 protected:
  DimensionTest() {
    std::string sales = "transaction_id,user_id,product_id,unit_price,transaction_timestamp\n";
    for (int day = 2; day <= 14; day += 2)
      sales += fmt::format("T{0:02},U1,P1,9,2025-03-{0:02}T12:00:00\n", day);
    shop_.Add("transactions", sales);
    Version("New", "2025-03-01T00:00:00");
    shop_.MustBuild();
  }

  void Version(const std::string& segment, const std::string& time, bool deleted = false) {
    shop_.Add("users", fmt::format("user_id,segment,signup_at,deleted,updated_at\nU1,{},2025-02-01,{},{}\n",
                                   segment, deleted, time));
  }
  // What was built of what was new, held against a build of everything.
  void TearDown() override {
    std::string piecewise = shop_.Everything();
    BuildRequest full;
    full.full = true;
    shop_.MustBuild(full);
    EXPECT_EQ(shop_.Everything(), piecewise);
  }
  // "New from … to …" of every version, in their order.
  Lines Versions() {
    return shop_.Rows(
        "SELECT segment || ' ' || strftime(valid_from, '%m-%d %H') || ' to ' || "
        "coalesce(strftime(valid_to, '%m-%d %H'), 'now') || CASE WHEN is_current THEN ' current' ELSE '' END "
        "FROM ecommerce.dim_users WHERE user_id = 'U1' ORDER BY valid_from");
  }
  // What the customer was at each sale, one letter each; '-' is nobody known.
  std::string AtSales() {
    return shop_.Row(
        "SELECT string_agg(coalesce(segment[1], '-'), '' ORDER BY transaction_id) FROM "
        "ecommerce.fact_transactions");
  }
  // Every sale has the key of a version that held then.
  void CheckKeys() {
    EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.fact_transactions f JOIN ecommerce.dim_users u ON "
                        "u.user_key = f.user_key AND f.transaction_timestamp >= u.valid_from AND "
                        "(u.valid_to IS NULL OR f.transaction_timestamp < u.valid_to)"),
              shop_.Row("SELECT count(user_key) FROM ecommerce.fact_transactions"));
  }

  TestShop shop_;
};

TEST_F(DimensionTest, TheFirstVersionHoldsFromTheBeginning) {
  shop_.Add("transactions", "transaction_id,user_id,unit_price,transaction_timestamp\nT00,U1,1,2024-01-01\n");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNNNNNNN");
  EXPECT_TRUE(Versions()[0].ends_with("to now current"));
}

TEST_F(DimensionTest, ChangeAndChangeBack) {
  Version("VIP", "2025-03-05T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNVVVVV");
  Version("New", "2025-03-11T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNVVVNN");
  EXPECT_EQ(Versions().size(), 3u);
  EXPECT_EQ(Versions()[1], "VIP 03-05 00 to 03-11 00");
  EXPECT_EQ(Versions()[2], "New 03-11 00 to now current");
  EXPECT_EQ(shop_.Row("SELECT count(DISTINCT user_key) FROM ecommerce.dim_users"), "3");
  CheckKeys();
}

TEST_F(DimensionTest, AnotherLookThatFindsNothingNewIsNoVersion) {
  Version("New", "2025-03-09T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(Versions().size(), 1u);
  EXPECT_TRUE(Versions()[0].ends_with("to now current"));
}

TEST_F(DimensionTest, DeletedAndTakenUpAgain) {
  Version("New", "2025-03-05T00:00:00", true);
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NN-----");
  ASSERT_EQ(Versions().size(), 1u);
  EXPECT_TRUE(Versions()[0].ends_with("to 03-05 00 current")) << Versions()[0];
  Version("Loyal", "2025-03-11T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NN---LL");
  EXPECT_EQ(Versions()[1], "Loyal 03-11 00 to now current");
  CheckKeys();
}

TEST_F(DimensionTest, ALateVersionGoesInBetween) {
  Version("VIP", "2025-03-11T00:00:00");
  shop_.MustBuild();
  Version("Loyal", "2025-03-05T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNLLLVV");
  // One that says what the one before it says moves nothing.
  Version("Loyal", "2025-03-07T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNLLLVV");
  // And one that says what the one after it says lets that begin earlier.
  Version("VIP", "2025-03-09T00:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNLLVVV");
  EXPECT_EQ(Versions().size(), 3u);
  CheckKeys();
}

TEST_F(DimensionTest, TwoChangesOnOneDay) {
  Version("Loyal", "2025-03-06T09:00:00");
  Version("VIP", "2025-03-06T13:00:00");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNLVVVV");
  EXPECT_EQ(Versions()[1], "Loyal 03-06 09 to 03-06 13");
  CheckKeys();
}

TEST_F(DimensionTest, BackfillKeepsTheOriginalTimes) {
  shop_.Add(
      "users",
      "user_id,segment,signup_at,updated_at\n"
      "U1,Loyal,2025-02-01,2025-03-13\nU1,Regular,2025-02-01,2025-02-10\nU1,VIP,2025-02-01,2025-03-07\n");
  shop_.MustBuild();
  EXPECT_EQ(AtSales(), "NNNVVVL");
  EXPECT_EQ(Versions()[1], "New 03-01 00 to 03-07 00");
  CheckKeys();
}

TEST_F(DimensionTest, OnlyDaysThatFindAnotherVersionAreMadeAgain) {
  Version("VIP", "2025-03-09T00:00:00");
  auto report = shop_.MustBuild();
  for (const BuildStep& step : report.steps) {
    if (step.model == "fact_transactions") {
      EXPECT_EQ(step.extent, "3 days");
    }
  }
  EXPECT_EQ(AtSales(), "NNNNVVV");
}

TEST_F(DimensionTest, PricesAreThoseOfTheTime) {
  auto price = [&](int cost, const std::string& time) {
    shop_.Add(
        "products",
        fmt::format("product_id,name,category,price,cost,updated_at\nP1,Lamp,Home,20,{},{}\n", cost, time));
  };
  price(4, "2025-03-01");
  price(6, "2025-03-05");
  shop_.MustBuild();
  price(5, "2025-03-11");
  shop_.MustBuild();
  EXPECT_EQ(shop_.Rows("SELECT DISTINCT unit_cost, profit FROM ecommerce.fact_transactions ORDER BY 1"),
            (Lines{"4.00|5.0000", "5.00|4.0000", "6.00|3.0000"}));
  EXPECT_EQ(shop_.Row("SELECT string_agg(unit_cost::INT::VARCHAR, '' ORDER BY transaction_id) FROM "
                      "ecommerce.fact_transactions"),
            "4466655");
}

}  // namespace
}  // namespace souk::warehouse
