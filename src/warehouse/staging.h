// The rows of one staging model: of every key the newest version, and apart from them what the model rejects.
#pragma once

#include <string>
#include <vector>

#include "warehouse/day_set.h"
#include "warehouse/model.h"
#include "warehouse/work_area.h"

namespace souk::warehouse {

// For one model in one build. Its tables in the work area:
//   rows      rows that stay; after Merge and KeepDifferent whole days only, those that differ from before
//   rejected  rows that do not, with their reason
class Staging {
 public:
  // `columns` without reject_reason.
  Staging(WorkArea& work, const Model& model, std::vector<std::string> columns);

  std::string rows() const { return WorkArea::Name(rows_); }
  std::string rejected() const { return WorkArea::Name(rejected_); }

  // Everything the query gives. The query has reject_reason as its last column if the model rejects rows.
  Status Make(const std::string& query);
  // After Make of all input: leaves the days that differ from those of the relation `before`, and `forced`
  // ones.
  Result<DaySet> KeepDifferent(const std::string& before, const DaySet& forced);
  // After Make of the input that is new: leaves the days that change when it is added to `before`.
  // `days_of(days)` gives a SELECT of these days of `before`.
  template <typename DaysOf>
  Result<DaySet> Merge(const std::string& before, DaysOf days_of) {
    TRY(DaySet known, FindKnown(before));
    TRY(DaySet days, FindWinners(known.none() ? "" : days_of(known)));
    TRY_STATUS(FillDays(days.none() ? "" : days_of(days)));
    return days;
  }
  // Adds rejected rows of earlier builds.
  Status AddRejected(const std::string& before);
  // The rows only if they are not needed any more.
  Status Drop(bool rows);

 private:
  std::string List(const std::string& qualifier = "") const;
  std::string Keys() const;
  Status RemoveCopies();
  Result<DaySet> FindKnown(const std::string& before);
  Result<DaySet> FindWinners(const std::string& before);
  Status FillDays(const std::string& before);
  Result<DaySet> ReadDays(const std::string& query);

  WorkArea& work_;
  const Model& model_;
  std::vector<std::string> columns_;
  std::string rows_, rejected_, known_, winners_;
};

}  // namespace souk::warehouse
