// Where the customers live: cities with their weight, country and region.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "generate/weighted_choice.h"

namespace souk::generate {

constexpr int kRegions = 6;
constexpr std::array<std::string_view, kRegions> kRegionNames = {"Europe", "North America", "South America",
                                                                 "Asia",   "Africa",        "Oceania"};

struct Country {
  std::string_view name;
  uint8_t region;         // of kRegionNames
  uint16_t tax_permille;  // what the shop adds to the net amount
  std::string_view dial;  // "+49"
  uint8_t names;          // which names are usual there; see names.h
};

struct City {
  std::string_view name;
  uint8_t country;
  double weight;  // its share of the customers, relative to the others
};

const std::vector<Country>& Countries();
const std::vector<City>& Cities();
// Draws a city by weight.
const WeightedChoice& CityChoice();

inline const Country& CountryOf(uint32_t city) { return Countries()[Cities()[city].country]; }

}  // namespace souk::generate
