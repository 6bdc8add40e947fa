// `souk lineage`: which columns a column comes from, and which come from it.
#pragma once

#include <string>

#include "app/output.h"
#include "base/options.h"
#include "base/progress.h"

namespace souk::app {

struct LineageQuestion {
  std::string subject;  // "fact_transactions" or "fact_transactions.profit"; "" = list the relations
  bool upstream = true;
  bool downstream = true;
  int depth = 0;  // steps; 0 = as far as it goes
  bool indirect = true;
};

// Works from the models alone, so it needs no data directory. kNotFound names the nearest table or column.
Status PrintLineage(Progress& out, const Settings& settings, const LineageQuestion& question,
                    OutputFormat format);
// The table's columns in the form of OpenLineage's column lineage facet.
Status PrintOpenLineage(Progress& out, const Settings& settings, const std::string& subject);

}  // namespace souk::app
