// truth.json: the figures that a correct platform reports of the shop. Its form is in
// docs/guide/simulator.md.
#pragma once

#include <string>
#include <vector>

#include "generate/shop.h"

namespace souk::generate {

// When everything is written. `stock` = at the beginning of each version of each product; see stock.h.
std::string TruthJson(const Shop& shop, const std::vector<int32_t>& stock);

// What the shop is made from, as a JSON object: same text, same bytes.
std::string OptionsJson(const HistoryOptions& options);

}  // namespace souk::generate
