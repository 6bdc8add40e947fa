// A build that is killed anywhere is finished by the next one, with the same result as one that was never
// killed.
#include <gtest/gtest.h>

#include "warehouse/crash_point.h"
#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

void AddLaterSales(TestShop& shop) {
  shop.Add("transactions",
           "transaction_id,order_id,user_id,product_id,quantity,unit_price,transaction_timestamp\n"
           "T7,O7,U1,P1,1,20.00,2025-03-04T10:00:00\n");
}

class CrashTest : public ::testing::TestWithParam<std::string> {};

TEST_P(CrashTest, NextBuildHeals) {
  TestShop untouched;
  FillWithSamples(untouched);
  AddLaterSales(untouched);
  untouched.MustBuild();

  TestShop shop;
  FillWithSamples(shop);
  shop.MustBuild();
  std::string before = shop.Everything();
  AddLaterSales(shop);
  shop.Close();
  ASSERT_EQ(shop.BuildAndDie(GetParam()), 137);

  // Until then all of the old or all of the new is served.
  shop.Open();
  std::string served = shop.Everything();
  EXPECT_TRUE(served == before || served == untouched.Everything());
  shop.MustBuild();
  EXPECT_EQ(shop.Everything(), untouched.Everything());
  EXPECT_TRUE(shop.Unseen().empty());
  shop.CheckCopies();
  EXPECT_TRUE(shop.Runs().empty());
  EXPECT_FALSE(shop.MustBuild().changed);
}

std::vector<std::string> Places() {
  std::vector<std::string> places;
  for (std::string_view point : kCrashPoints) places.emplace_back(point);
  for (const char* later : {"lake_written:2", "lake_committed:2", "export_written:3", "export_committed:2"})
    places.emplace_back(later);
  return places;
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CrashTest, ::testing::ValuesIn(Places()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name) c = c == ':' ? '_' : c;
  return name;
});

}  // namespace
}  // namespace souk::warehouse
