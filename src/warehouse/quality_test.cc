// Rules that keep rows out and rules that only count, and what is known of them by day and by build.
#include <gtest/gtest.h>

#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

using Lines = std::vector<std::string>;

class QualityTest : public ::testing::Test {
 protected:
  Lines Found(const std::string& where = "failed > 0") {
    return shop_.Rows(
        "SELECT model, shop_day, measure, reason, checked, failed FROM ecommerce.data_quality WHERE " +
        where + " ORDER BY ALL");
  }
  TestShop shop_;
};

TEST_F(QualityTest, RulesAreCountedByDay) {
  shop_.Add("transactions",
            "transaction_id,product_id,region,unit_price,total_amount,payment_method,transaction_timestamp\n"
            "A,P1,EU,2.00,2.00,paypal,2025-03-01\nB,P1,EU,2.00,9.00,barter,2025-03-01\n"
            "C,P1,,2.00,,paypal,2025-03-02\nD,P1,EU,,,paypal,2025-03-02\nE,P1,EU,1,,paypal,2199-03-02\n");
  shop_.MustBuild();
  std::string staging = "model = 'stg_transactions' AND failed > 0";
  EXPECT_EQ(Found(staging),
            (Lines{"stg_transactions|2025-03-01|accuracy|unknown payment method, taken as other|2|1",
                   "stg_transactions|2025-03-01|consistency|total is not what its parts add up to|2|1",
                   "stg_transactions|2025-03-02|completeness|no region and no country|1|1",
                   "stg_transactions|-|accuracy|a time before 1990 or after 2099|5|1",
                   "stg_transactions|-|completeness|neither unit price nor total|5|1"}));
  EXPECT_EQ(shop_.Rows("SELECT transaction_id FROM clean.stg_transactions_rejected ORDER BY 1"),
            (Lines{"D", "E"}));
  // A later version that is right takes the finding back, and only its day's.
  shop_.Add("transactions",
            "transaction_id,product_id,region,unit_price,payment_method,transaction_timestamp,updated_at\n"
            "B,P1,EU,9.00,paypal,2025-03-01,2025-03-05\n");
  shop_.MustBuild();
  EXPECT_EQ(Found(staging + " AND shop_day IS NOT NULL"),
            Lines{"stg_transactions|2025-03-02|completeness|no region and no country|1|1"});
  EXPECT_EQ(shop_.Rows("SELECT version, checked, failed FROM ecommerce.data_quality_runs WHERE reason = "
                       "'unknown payment method, taken as other' ORDER BY 1"),
            (Lines{"1|3|1", "2|2|0"}));
}

TEST_F(QualityTest, RobotsAreInNoFigure) {
  std::string events =
      "event_id,session_id,event_time,event_type,user_agent\nP1,person,2025-03-01T10:00:00,view,Mozilla/"
      "5.0\n";
  events += "G1,google,2025-03-01T10:00:00,view,Mozilla/5.0 (compatible; Googlebot/2.1)\n";
  events += "G2,phone,2025-03-01T10:00:00,view,Mozilla/5.0 (Linux; CUBOT_X18)\n";
  for (int i = 0; i < 60; ++i) {
    events += fmt::format("R{0},rush,2025-03-01T23:59:{0:02},view,Mozilla/5.0\n", i);
    events += fmt::format("S{0},slow,2025-03-01T{1:02}:{0:02}:30,view,Mozilla/5.0\n", i, 12);
  }
  shop_.Add("clickstream", events);
  shop_.MustBuild();
  EXPECT_EQ(shop_.Rows("SELECT DISTINCT session_id FROM ecommerce.fact_clickstream ORDER BY 1"),
            (Lines{"person", "phone", "slow"}));
  EXPECT_EQ(shop_.Rows("SELECT session_id, shop_day, events FROM ecommerce.robot_visits"),
            Lines{"rush|2025-03-01|60"});
  EXPECT_EQ(shop_.Rows("SELECT event_id, reject_reason FROM clean.stg_clickstream_rejected"),
            Lines{"G1|a robot by its user agent"});
  // Thinned out by a correction, the visit is a person's again.
  std::string later = "event_id,session_id,event_time,event_type,user_agent\n";
  for (int i = 0; i < 60; i += 2)
    later += fmt::format("R{0},rush,2025-03-02T00:{0:02}:30,view,Mozilla/5.0\n", i);
  shop_.Add("clickstream", later);
  shop_.MustBuild();
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.fact_clickstream WHERE session_id = 'rush'"), "60");
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.robot_visits"), "0");
}

TEST_F(QualityTest, ARuleNeedsAMeasure) {
  shop_.WriteModel("marts/m.sql", "SELECT 1 AS a");
  shop_.WriteModel("marts/m.yml",
                   "model: m\ndescription: d\nmaterialized: table\nchecks:\n  - {reason: odd, measure: "
                   "taste, when: a > 0}\n");
  EXPECT_EQ(
      shop_.Build().error().message,
      "models/marts/m.yml, checks, odd: measure is 'taste'; there are completeness, accuracy, consistency");
}

}  // namespace
}  // namespace souk::warehouse
