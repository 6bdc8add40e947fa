#include "generate/catalog.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace souk::generate {
namespace {

constexpr std::array<std::string_view, 16> kAdjectives = {
    "Classic", "Compact", "Premium",  "Light",    "Essential", "Urban", "Natural", "Pro",
    "Mini",    "Deluxe",  "Everyday", "Original", "Soft",      "Vivid", "Modern",  "Pure"};

Product MakeProduct(uint64_t seed, uint32_t number, uint32_t category) {
  const Category& kind = Categories()[category];
  Random random(Key(seed, Stream::kProduct, number));
  Product product;
  product.category = static_cast<uint8_t>(category);
  product.subcategory = static_cast<uint8_t>(random.Below(kSubcategories));
  product.noun = static_cast<uint8_t>(random.Below(kNouns));
  product.brand = static_cast<uint8_t>(random.Below(kBrands));
  // The mean of two draws: most prices are in the middle of the range (in its logarithm), few at its ends.
  double place = (random.Unit() + random.Unit()) / 2;
  double price = kind.price_low * std::pow(static_cast<double>(kind.price_high) / kind.price_low, place);
  product.price = ShopPrice(price, random);
  product.cost = static_cast<uint32_t>(product.price * (0.42 + 0.33 * random.Unit()));
  Random taste(Key(seed, Stream::kTaste, number));
  product.factors = DrawFactors(taste);
  return product;
}

}  // namespace

uint32_t ShopPrice(double cents, Random& random) {
  auto euros = static_cast<uint32_t>(cents / 100);
  if (euros >= 100) return euros * 100 + (random.Chance(0.5) ? 0 : 99);
  constexpr std::array<uint32_t, 4> endings = {99, 95, 49, 90};
  return euros * 100 + endings[random.Below(4)];
}

Factors DrawFactors(Random& random) {
  // Each is the sum of two even draws out of the bits of one number.
  uint64_t draw = random.Next();
  Factors factors;
  for (int8_t& factor : factors) {
    factor = static_cast<int8_t>(static_cast<int>((draw & 255) * 100 >> 8) +
                                 static_cast<int>((draw >> 8 & 255) * 101 >> 8) - 100);
    draw >>= 16;
  }
  return factors;
}

Catalog::Catalog(uint64_t seed, uint32_t products, int first_month, int months) : seed_(seed) {
  MakeProducts(seed, products);
  MakeDemand(first_month, months);
}

void Catalog::MakeProducts(uint64_t seed, uint32_t count) {
  // Which products are the popular ones has nothing to do with their numbers: the ranks are dealt out by a
  // shuffle.
  ranked_.resize(count);
  std::iota(ranked_.begin(), ranked_.end(), 0);
  Random random(Key(seed, Stream::kProduct, ~uint64_t{0}));
  for (uint32_t i = count; i > 1; --i) std::swap(ranked_[i - 1], ranked_[random.Below(i)]);

  std::array<double, kCategories> assortment;
  for (int c = 0; c < kCategories; ++c) assortment[c] = Categories()[c].assortment;
  std::vector<uint64_t> sizes = ShareOut(count, assortment);
  products_.resize(count);
  std::vector<double> weights;
  for (int c = 0; c < kCategories; ++c) {
    first_rank_[c + 1] = first_rank_[c] + static_cast<uint32_t>(sizes[c]);
    weights.clear();
    for (uint32_t rank = 0; rank < sizes[c]; ++rank) {
      uint32_t number = ranked_[first_rank_[c] + rank];
      products_[number] = MakeProduct(seed, number, static_cast<uint32_t>(c));
      products_[number].rank = rank;
      weights.push_back(std::pow(rank + 1.0, -Categories()[c].zipf));
    }
    popularity_[c] = WeightedChoice(weights);
  }
}

void Catalog::MakeDemand(int first_month, int months) {
  std::array<double, kCategories> weights;
  auto stocked = [&](int c) { return first_rank_[c + 1] > first_rank_[c] ? Categories()[c].demand : 0; };
  for (int region = 0; region < kRegions; ++region) {
    for (int c = 0; c < kCategories; ++c) weights[c] = stocked(c) * Categories()[c].by_region[region];
    favourite_[region] = WeightedChoice(weights);
  }
  for (int month = 0; month < months; ++month) {
    int calendar_month = (first_month - 1 + month) % 12;
    for (int region = 0; region < kRegions; ++region) {
      for (int c = 0; c < kCategories; ++c) {
        const Category& kind = Categories()[c];
        weights[c] = stocked(c) * kind.by_region[region] * kind.season[calendar_month] *
                     std::pow(1 + kind.growth, month / 12.0);
      }
      demand_.emplace_back(weights);
    }
  }
}

std::string Catalog::NameOf(uint32_t product) const {
  const Product& it = products_[product];
  const Category& kind = Categories()[it.category];
  Random random(Key(seed_, Stream::kProduct, product, 1));
  uint32_t adjective = random.Below(kAdjectives.size());
  return fmt::format("{} {} {} {}", kind.brands[it.brand], kAdjectives[adjective],
                     kind.subcategories[it.subcategory].nouns[it.noun], 100 + 10 * random.Below(90));
}

}  // namespace souk::generate
