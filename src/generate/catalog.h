// The products of one shop: what they cost and how they are chosen. Popularity within a category falls by
// Zipf's law.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "generate/goods.h"
#include "generate/random.h"
#include "generate/weighted_choice.h"

namespace souk::generate {

// Hidden properties of things, and how much a customer cares for each: what fits is liked. −100 … 100.
constexpr int kFactors = 4;
using Factors = std::array<int8_t, kFactors>;
Factors DrawFactors(Random& random);
// How well they fit; 0 on average.
inline int Fit(const Factors& taste, const Factors& thing) {
  int fit = 0;
  for (int i = 0; i < kFactors; ++i) fit += taste[i] * thing[i];
  return fit;
}

struct Product {
  uint32_t price = 0;  // cents, when the history begins; see assortment.h
  uint32_t cost = 0;   // cents, likewise
  uint32_t rank = 0;   // of popularity in its category, 0 = best
  uint8_t category = 0;
  uint8_t subcategory = 0;
  uint8_t noun = 0;
  uint8_t brand = 0;
  Factors factors{};
};

// A price as shops write them: 4.99, 17.49, 129.00.
uint32_t ShopPrice(double cents, Random& random);

// Threads: reading from any.
class Catalog {
 public:
  // `months` = number of months that the history touches, the first one being `first_month` (1…12).
  Catalog(uint64_t seed, uint32_t products, int first_month, int months);

  uint32_t size() const { return static_cast<uint32_t>(products_.size()); }
  const Product& at(uint32_t product) const { return products_[product]; }
  std::string NameOf(uint32_t product) const;

  // The category of a line that somebody in `region` buys in the month `month` of the history (0 = the
  // first).
  uint32_t PickCategory(Random& random, int month, uint32_t region) const {
    return demand_[static_cast<size_t>(month) * kRegions + region].Pick(random);
  }
  // The favourite category of somebody in `region`, whatever the season.
  uint32_t PickFavourite(Random& random, uint32_t region) const { return favourite_[region].Pick(random); }
  // How many products there are of the category.
  uint32_t CategorySize(uint32_t category) const { return first_rank_[category + 1] - first_rank_[category]; }
  uint32_t MostPopular(uint32_t category) const { return ranked_[first_rank_[category]]; }
  // A product of `category` by popularity. The category must be one that was picked: others may be empty.
  uint32_t PickProduct(Random& random, uint32_t category) const {
    return ranked_[first_rank_[category] + popularity_[category].Pick(random)];
  }

 private:
  void MakeProducts(uint64_t seed, uint32_t count);
  void MakeDemand(int first_month, int months);

  uint64_t seed_;
  std::vector<Product> products_;
  std::vector<uint32_t> ranked_;                        // category by category, the most popular first
  std::array<uint32_t, kCategories + 1> first_rank_{};  // where each category begins in ranked_
  std::array<WeightedChoice, kCategories> popularity_;
  std::array<WeightedChoice, kRegions> favourite_;
  std::vector<WeightedChoice> demand_;  // month by month, region by region
};

}  // namespace souk::generate
