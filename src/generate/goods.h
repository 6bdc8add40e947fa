// What the shop sells: ten categories with their prices, seasons and the things in them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "generate/places.h"

namespace souk::generate {

constexpr int kCategories = 10;
constexpr int kSubcategories = 5;  // of each category
constexpr int kNouns = 3;          // of each subcategory
constexpr int kBrands = 6;         // of each category

struct Subcategory {
  std::string_view name;
  std::string_view slug;  // in addresses
  std::array<std::string_view, kNouns> nouns;
};

struct Category {
  std::string_view name;
  std::string_view slug;
  uint32_t price_low, price_high;  // cents; prices spread evenly in their logarithm
  double assortment;               // share of the products
  double demand;                   // share of the lines sold, before season, region and growth
  double growth;                   // change of the share per year: 0.1 = a tenth more
  double price_trend;              // change of list prices and costs per year
  double zipf;                     // exponent of the popularity by rank
  double return_rate;              // of delivered lines that may come back at all; see order.h
  uint8_t warranty_months;
  std::array<double, 12> season;           // by month
  std::array<double, kRegions> by_region;  // taste of the regions
  std::array<std::string_view, kBrands> brands;
  std::array<Subcategory, kSubcategories> subcategories;
};

const std::array<Category, kCategories>& Categories();

constexpr int kSearchTerms = kCategories * kSubcategories * kNouns;
// What people type to find a noun ("running shoes"), by (category · kSubcategories + subcategory) · kNouns +
// noun.
const std::vector<std::string>& SearchTerms();

}  // namespace souk::generate
