// What every build did: the contract by which the page is told, which app keeps.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "warehouse/warehouse.h"

namespace souk::serve {

struct BuildRun {
  int64_t id = 0;
  Micros started = 0;
  Micros ended = 0;
  std::string cause;  // "command line", "new input", "page"
  std::string error;  // "" = it went through
  warehouse::BuildReport report;
};

// Threads: any.
class BuildHistory {
 public:
  virtual ~BuildHistory() = default;
  // Newest first.
  virtual Result<std::vector<BuildRun>> List(size_t limit) const = 0;
};

}  // namespace souk::serve
