// models/metrics.yml and models/reports/*: figures, filters and reports as their files say them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "warehouse/report.h"

namespace souk::warehouse {

struct Metric {
  std::string name;
  std::string label;
  std::string type;
  std::string over;  // the relation its expression reads
  std::string sql;   // with {{ metric.x }}
  std::string definition;
  std::vector<std::string> not_with;  // filters with which it cannot be told
};

struct Filter {
  std::string name;
  std::string label;
  // Relation → condition with {t} and {values}. Empty: the report puts it into its place by {{ filter … }}.
  std::map<std::string, std::string> on;
  std::string values;  // SELECT of the values there are; "" = nobody lists them
};

// A column of a report: a metric, or one of its own.
struct ReportColumnFile {
  std::string metric;  // "" = the column's own
  ReportColumn column;
};

struct ReportFile {
  ReportInfo info;
  std::string file;  // "models/reports/sales_trend.sql"
  std::string
      sql;  // with {{ metric.x }}, {{ filters relation alias }}, {{ filter name expression }}, $parameters
  std::vector<ReportColumn> columns;
  int64_t limit = 0;  // 0 = all rows
};

// Filter name → how many values it is given.
using FilterCounts = std::map<std::string, size_t>;

class ReportFiles {
 public:
  // kInvalid names the file: a column without metric, a metric that does not exist or stands for itself, SQL
  // without description. Every report is filled in once, so that a broken one shows here and not when it is
  // asked for.
  static Result<ReportFiles> Load(const std::string& models_directory, const std::string& currency);

  const std::vector<ReportFile>& reports() const { return reports_; }
  const std::vector<Metric>& metrics() const { return metrics_; }
  const std::vector<Filter>& filters() const { return filters_; }
  const Filter* FindFilter(std::string_view name) const;
  // The report's SQL with the conditions of the given filters; their values are bound as $region_1,
  // $region_2, …
  Result<std::string> Sql(const ReportFile& report, const FilterCounts& counts) const;

 private:
  Status LoadMetrics(const std::string& yaml);
  Status LoadReport(const std::string& path, const std::string& yaml, const std::string& sql,
                    const std::string& currency);
  Result<std::string> Expression(const std::string& name, const FilterCounts& counts, int depth) const;
  Result<std::string> Condition(std::string_view words, const FilterCounts& counts) const;
  Result<std::string> Conditions(std::string_view words, const FilterCounts& counts) const;

  std::vector<Metric> metrics_;
  std::vector<Filter> filters_;
  std::vector<ReportFile> reports_;
};

}  // namespace souk::warehouse
