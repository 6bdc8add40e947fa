// The data tests of models' .yml files: run on what was built, before anybody sees it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sql/database.h"
#include "warehouse/model.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

// Those that fail, with the number of rows at fault. `relation` is the model's, `names` those of the others.
Result<std::vector<TestFailure>> RunTests(sql::Connection& connection, const Model& model,
                                          const std::string& relation,
                                          const std::map<std::string, std::string>& names);

// The tests of the model as a whole; `now` decides how old rows are and which day is not over yet. Failures
// of tests that only warn go into `warnings`.
Status RunModelTests(sql::Connection& connection, const Model& model, const std::string& relation, Micros now,
                     std::vector<TestFailure>& failures, std::vector<TestFailure>& warnings);

}  // namespace souk::warehouse
