// What the shop sells on which day: the versions of every product (price, cost, on sale or not), and which
// product somebody chooses. All changes are made at midnight, when a day of the shop begins.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "generate/calendar.h"
#include "generate/catalog.h"

namespace souk::generate {

struct ProductVersion {
  uint32_t price = 0;    // cents
  uint32_t cost = 0;     // cents
  uint16_t day = 0;      // from the beginning of this day on; 0 = the first version
  bool active = true;    // sold at all
  bool restock = false;  // a delivery came in
};

// Candidates of which a customer takes the one that fits best.
constexpr int kCandidates = 3;

// Threads: reading from any. The catalog must outlive it.
class Assortment {
 public:
  // No product has more versions than kept memory allows (3 million in all, 3 to 400 each): changes of a time
  // are then put together into one version.
  Assortment(uint64_t seed, const Catalog& catalog, const std::vector<CalendarDay>& days);

  const Catalog& catalog() const { return *catalog_; }
  // Number of the version that holds on the day, among all versions of all products.
  uint32_t VersionAt(uint32_t product, uint32_t day) const {
    uint32_t version = first_[product + 1] - 1;
    while (versions_[version].day > day) --version;
    return version;
  }
  const ProductVersion& version(uint32_t number) const { return versions_[number]; }
  // The product's versions, oldest first: numbers first_version(product) … first_version(product + 1) − 1.
  std::span<const ProductVersion> VersionsOf(uint32_t product) const {
    return {&versions_[first_[product]], first_[product + 1] - first_[product]};
  }
  uint32_t first_version(uint32_t product) const { return first_[product]; }
  uint32_t version_count() const { return static_cast<uint32_t>(versions_.size()); }

  // What somebody of this taste looks at or buys in a category that was picked: out of some that are popular
  // the one that fits best; only what is sold on the day.
  uint32_t Pick(Random& random, uint32_t category, uint32_t day, const Factors& taste) const;

 private:
  const Catalog* catalog_;
  std::vector<uint32_t> first_;  // of the product's versions
  std::vector<ProductVersion> versions_;
  std::vector<bool> leaves_;  // not sold on some day
};

}  // namespace souk::generate
