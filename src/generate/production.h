// Writes a planned shop: users, products, their changes and every slice, piece by piece, on any number of
// threads.
#pragma once

#include "base/progress.h"
#include "generate/history.h"
#include "generate/shop.h"

namespace souk::generate {

// Fills the directory of the shop's options and the shop's ledger. The plans must stand. `stock` becomes that
// of stock.h; the summary has files and bytes only.
Result<HistorySummary> ProduceFiles(Shop& shop, std::vector<int32_t>& stock, Progress& progress);

}  // namespace souk::generate
