// Which versions of customers and products begin on which day, cut into pieces that fit into memory; each
// piece can be made alone.
#pragma once

#include <cstdint>
#include <vector>

#include "base/progress.h"
#include "generate/assortment.h"
#include "generate/customers.h"

namespace souk::generate {

// One version of a customer or product, not the first one.
struct Change {
  uint32_t thing = 0;    // number of the customer or product
  uint16_t day = 0;      // that it begins on
  uint16_t version = 0;  // of the thing; 0 would be the first
};

// The changes of some days; those of a very busy day are shared out to several pieces by the things' numbers.
struct ChangePiece {
  uint32_t first_day = 0, end_day = 0;
  uint32_t first_thing = 0, end_thing = 0;
  uint32_t part = 0;  // of the day, when it is one
};

struct ChangePlan {
  std::vector<ChangePiece> pieces;
  uint64_t changes = 0;
};

Result<ChangePlan> PlanUserChanges(const Customers& customers, uint32_t days, Progress& progress);
Result<ChangePlan> PlanProductChanges(const Assortment& assortment, uint32_t days, Progress& progress);

// The changes of a piece, day by day and in the order of the things' numbers.
std::vector<Change> UserChangesOf(const Customers& customers, const ChangePiece& piece);
std::vector<Change> ProductChangesOf(const Assortment& assortment, const ChangePiece& piece);

}  // namespace souk::generate
