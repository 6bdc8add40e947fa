// Small samples of a shop: a thousand rows of each record as CSV.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "generate/shop.h"

namespace souk::generate {

constexpr uint64_t kSampleRows = 1000;

// Writes users.csv, products.csv, transactions.csv and clickstream.csv into `directory`, which is made: rows
// evenly spread over the whole history, all of them when there are no more; first versions of users and
// products, and nothing of the dirt. `stock` as in stock.h. The bytes written.
Result<uint64_t> WriteSamples(const Shop& shop, const std::vector<int32_t>& stock,
                              const std::string& directory, Progress& progress);

}  // namespace souk::generate
