// Reports: one SQL file each over models/metrics.yml, run through the query door. The command line, the page
// and the API all get their figures here and nowhere else.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "governance/identity.h"
#include "sql/door.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

struct ReportColumn {
  std::string name;
  std::string label;       // "Total revenue"
  std::string type;        // "money", "count", "percent", "text", "date", "number"
  std::string unit;        // the currency for money
  std::string definition;  // one sentence, from metrics.yml
};

// What the days of a request mean to a report.
enum class PeriodKind {
  kRange,  // what happened from one day to the other
  kAsOf,   // all that happened up to the last day; the first one only says which period is before it
  kNone,   // always as of the last day that has data
};
const char* PeriodKindName(PeriodKind kind);  // "range", "as_of", "none": as in the files and the API

struct ReportInfo {
  std::string name;
  std::string title;
  std::string description;
  std::vector<std::string> filters;  // those it answers to
  PeriodKind period = PeriodKind::kRange;
  int64_t days = 28;  // how long the period is when none is asked for
};

struct ReportRequest {
  std::string name;
  std::optional<Day> from, to;  // unset: the last days that have data (both, or the side that is open)
  // Filter of models/metrics.yml (region, category, product, …) → values, any of which may match.
  std::map<std::string, std::vector<std::string>> filters;
  bool compare_previous = false;  // also the period of the same length right before
  std::optional<int64_t> limit;
};

struct Report {
  ReportInfo info;
  Day from, to;
  bool partial = false;  // the last day is not over in the data
  std::vector<ReportColumn> columns;
  sql::Table table;  // cells: exact decimals as text
  std::optional<Day> previous_from, previous_to;
  std::optional<sql::Table> previous;
  std::string sql;       // what was run, with the parameters' values as a comment
  WarehouseState state;  // the version all figures are of
};

// Threads: any.
class ReportBook {
 public:
  static Result<std::unique_ptr<ReportBook>> Open(std::shared_ptr<sql::QueryDoor> door,
                                                  const Warehouse& warehouse,
                                                  const WarehouseOptions& options);
  ~ReportBook();
  std::vector<ReportInfo> List() const;
  // What the columns of a report are. kNotFound names the nearest report.
  Result<std::vector<ReportColumn>> Columns(const std::string& report) const;
  // kNotFound names the nearest report; kInvalid an unknown filter, a from after to, a period or comparison
  // of a report without period; kUnavailable before the first build.
  Result<Report> Run(const governance::Identity& identity, const ReportRequest& request,
                     const sql::QueryOptions& limits);
  // The values a filter can take, sorted by revenue. kInvalid of a filter whose values are not listed.
  Result<std::vector<std::string>> FilterValues(const governance::Identity& identity,
                                                const std::string& filter,
                                                const sql::QueryOptions& limits = {});

  struct Impl;

 private:
  explicit ReportBook(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::warehouse
