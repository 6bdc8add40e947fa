// Tests that decide whether what was built is served.
#include <gtest/gtest.h>

#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

using Lines = std::vector<std::string>;

// Ten lines on each of `days` days of March, and `last` on the day after.
std::string Sales(int days, int last) {
  std::string csv = "transaction_id,unit_price,transaction_timestamp\n";
  for (int day = 1; day <= days + 1; ++day) {
    for (int i = 0; i < (day > days ? last : 10); ++i)
      csv += fmt::format("T{0}-{1},{1},2025-03-{0:02}T12:00:00\n", day, i);
  }
  return csv;
}

class GateTest : public ::testing::Test {
 protected:
  void Gate(const std::string& yaml) {
    shop_.WriteModel("marts/gate.sql",
                     "SELECT transaction_timestamp, shop_day, unit_price FROM fact_transactions");
    shop_.WriteModel("marts/gate.yml", "model: gate\ndescription: d\nmaterialized: table\n" + yaml);
  }
  Lines Said(const std::vector<TestFailure>& failures) {
    Lines lines;
    for (const TestFailure& failure : failures) {
      lines.push_back(fmt::format("{} {}: {}", failure.model, failure.test,
                                  failure.says.empty() ? std::to_string(failure.rows) : failure.says));
    }
    return lines;
  }
  TestShop shop_;
};

TEST_F(GateTest, ARangeHasTwoEndsOrOne) {
  shop_.Add("transactions", Sales(2, 0));
  Gate(
      "columns:\n  - {name: transaction_timestamp, description: d}\n  - {name: shop_day, description: d}\n"
      "  - {name: unit_price, description: d, tests: [{range: {least: 1, most: 8.5}}, {range: {most: "
      "9}}]}\n");
  EXPECT_EQ(Said(shop_.Build()->failures), Lines{"gate range(unit_price, 1 to 8.5): 4"});
}

TEST_F(GateTest, StaleDataIsNotServed) {
  Gate("tests:\n  - freshness: {column: transaction_timestamp, within: 36h}\n");
  shop_.clock.Set(1'741'003'200'000'000);  // 2025-03-03T12:00:00Z
  shop_.Add("transactions", Sales(2, 0));
  shop_.MustBuild();
  shop_.clock.Advance(Micros{13} * 3'600'000'000);
  shop_.Add("transactions", "transaction_id,unit_price,transaction_timestamp\nLATE,1,2025-03-02\n");
  auto report = shop_.Build();
  EXPECT_EQ(Said(report->failures), Lines{"gate freshness(transaction_timestamp): the newest row is 37 hours "
                                          "old, at most 36 hours are allowed"});
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.fact_transactions"), "20");
}

TEST_F(GateTest, AnOddVolumeWarns) {
  shop_.Add("transactions", Sales(8, 0));
  EXPECT_TRUE(shop_.MustBuild().warnings.empty());
  shop_.Add("transactions", "transaction_id,unit_price,transaction_timestamp\nX,1,2025-03-09\n");
  // One line where ten are usual is a tenth, which is still allowed.
  EXPECT_TRUE(shop_.MustBuild().warnings.empty());
  std::string many = "transaction_id,unit_price,transaction_timestamp\n";
  for (int i = 0; i < 100; ++i) many += fmt::format("M{},1,2025-03-09\n", i);
  shop_.Add("transactions", many);
  EXPECT_EQ(Said(shop_.MustBuild().warnings),
            Lines{"fact_transactions volume: 2025-03-09 has 101 rows, 10 are usual"});
  EXPECT_EQ(shop_.Row("SELECT count(*) FROM ecommerce.fact_transactions"), "181");
}

TEST_F(GateTest, TodayIsNotOver) {
  shop_.clock.Set(1'741'518'000'000'000);  // 2025-03-09T11:00:00Z
  std::string many = "transaction_id,unit_price,transaction_timestamp\n";
  for (int i = 0; i < 200; ++i) many += fmt::format("M{},1,2025-03-09T10:00:00\n", i);
  shop_.Add("transactions", Sales(8, 0));
  shop_.Add("transactions", many);
  EXPECT_TRUE(shop_.MustBuild().warnings.empty());
}

TEST_F(GateTest, MistakesAreSaid) {
  Gate("tests:\n  - freshness: {column: transaction_timestamp, within: soon}\n");
  EXPECT_TRUE(shop_.Build().error().message.starts_with("models/marts/gate.yml, tests, freshness: "))
      << shop_.Build().error().message;
  Gate("tests:\n  - volume: {least: 0.5, most: 2}\n");
  EXPECT_EQ(shop_.Build().error().message,
            "models/marts/gate.yml: the test of volume is for models with days");
}

}  // namespace
}  // namespace souk::warehouse
