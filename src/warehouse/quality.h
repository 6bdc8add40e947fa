// How good the data is: what every rule of the models' .yml files found, counted per day and per build. A
// rule keeps rows out (`rejects`) or only counts them (`checks`).
//   souk.quality       what holds of what is served now, by the rows' day; rejected rows have none
//   souk.quality_runs  what each build saw of what it made: the history
// Both are views of schema ecommerce too, data_quality and data_quality_runs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sql/database.h"
#include "warehouse/build_state.h"
#include "warehouse/day_set.h"
#include "warehouse/model.h"
#include "warehouse/work_area.h"

namespace souk::warehouse {

// Relation → its columns.
const std::map<std::string, std::vector<std::string>>& QualityRelations();

struct QualityCount {
  std::optional<Day> day;  // none: of rows that have no day
  std::string measure;     // completeness, accuracy or consistency
  std::string reason;      // the rule
  uint64_t checked = 0;    // rows that the rule looked at
  uint64_t failed = 0;     // … of which it holds
};

// The model's checks over the rows of `relation`.
Result<std::vector<QualityCount>> MeasureQuality(WorkArea& work, const Model& model,
                                                 const std::string& relation);
// What its rejects kept out; `rows` stayed.
std::vector<QualityCount> CountRejects(const Model& model, const std::vector<Reject>& rejects, uint64_t rows);

Status CreateQualityTables(sql::Connection& connection);
// Replaces what is known of these days, and of the rows without a day, and adds to the history.
Status SaveQuality(sql::Connection& connection, const Model& model, const DaySet& days,
                   const std::vector<QualityCount>& counts, const WarehouseState& build);

}  // namespace souk::warehouse
