// What is in stock of every product: it goes down with every piece sold, up with every piece sent back, and
// deliveries come in before it runs out.
#pragma once

#include <cstdint>
#include <vector>

#include "generate/assortment.h"
#include "generate/figures.h"

namespace souk::generate {

// The stock at the beginning of each version of each product, by number. The stock of a version is that of
// the version before, less what was sold in between (the sales lines), plus whole tens when a delivery came
// in.
std::vector<int32_t> StockLevels(const Assortment& assortment, const Ledger& ledger, uint64_t seed);

}  // namespace souk::generate
