// truth.json: the figures that a correct platform reports of the shop. Its form is in
// docs/guide/simulator.md.
#pragma once

#include <string>

#include "generate/figures.h"
#include "generate/history.h"

namespace souk::generate {

std::string TruthJson(const HistoryOptions& options, const std::vector<CalendarDay>& days,
                      const Catalog& catalog, const Ledger& ledger);

}  // namespace souk::generate
