#include "generate/weighted_choice.h"

#include <gtest/gtest.h>

#include <numeric>

namespace souk::generate {
namespace {

TEST(WeightedChoice, PicksInProportionToTheWeights) {
  std::vector<double> weights = {5, 0, 1, 3, 1};
  WeightedChoice choice(weights);
  std::vector<int> seen(weights.size());
  Random random(7);
  for (int i = 0; i < 100'000; ++i) ++seen[choice.Pick(random)];
  EXPECT_EQ(seen[1], 0);
  for (size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(seen[i] / 100'000.0, weights[i] / 10, 0.01) << i;
}

TEST(WeightedChoice, OneThingIsAlwaysPicked) {
  WeightedChoice choice(std::vector<double>{0.25});
  Random random(1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(choice.Pick(random), 0u);
}

TEST(ShareOut, AddsUpToTheTotal) {
  Random random(3);
  for (uint64_t total : {0ull, 1ull, 10ull, 999'983ull, 50'000'000ull}) {
    std::vector<double> weights(365);
    for (double& weight : weights) weight = random.Unit();
    std::vector<uint64_t> shares = ShareOut(total, weights);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), uint64_t{0}), total);
  }
}

TEST(ShareOut, GivesTheRestToTheLargestRemainders) {
  EXPECT_EQ(ShareOut(10, std::vector<double>{0.33, 0.33, 0.34}), (std::vector<uint64_t>{3, 3, 4}));
  EXPECT_EQ(ShareOut(1, std::vector<double>{1, 1, 1}), (std::vector<uint64_t>{1, 0, 0}));
  EXPECT_EQ(ShareOut(5, std::vector<double>{0, 1, 0}), (std::vector<uint64_t>{0, 5, 0}));
  EXPECT_EQ(ShareOut(5, std::vector<double>{0, 0}), (std::vector<uint64_t>{0, 0}));
}

}  // namespace
}  // namespace souk::generate
