#include "warehouse/report_file.h"

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "warehouse/model_files.h"
#include "warehouse/text.h"

namespace souk::warehouse {
namespace {

constexpr const char* kMetricsFile = "metrics.yml";
const std::set<std::string> kTypes = {"money", "count", "percent", "text", "date", "number"};
constexpr int kDepth = 10;

std::string Text(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::string>() : "";
}

std::vector<std::string> List(const YAML::Node& node) {
  return node ? node.as<std::vector<std::string>>() : std::vector<std::string>();
}

std::optional<PeriodKind> PeriodKindOf(const std::string& name) {
  if (name.empty()) return PeriodKind::kRange;
  for (PeriodKind kind : {PeriodKind::kRange, PeriodKind::kAsOf, PeriodKind::kNone}) {
    if (name == PeriodKindName(kind)) return kind;
  }
  return std::nullopt;
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// "$region_1, $region_2"
std::string BoundValues(const std::string& filter, size_t count) {
  std::string values;
  for (size_t i = 1; i <= count; ++i)
    values += fmt::format("{}${}_{}", values.empty() ? "" : ", ", filter, i);
  return values;
}

}  // namespace

const Filter* ReportFiles::FindFilter(std::string_view name) const {
  auto found =
      std::find_if(filters_.begin(), filters_.end(), [&](const Filter& f) { return f.name == name; });
  return found == filters_.end() ? nullptr : &*found;
}

Status ReportFiles::LoadMetrics(const std::string& yaml) {
  YAML::Node node = YAML::Load(yaml);
  for (const auto& entry : node["metrics"]) {
    Metric metric{Text(entry, "name"), Text(entry, "label"),      Text(entry, "type"),    Text(entry, "over"),
                  Text(entry, "sql"),  Text(entry, "definition"), List(entry["not_with"])};
    if (metric.name.empty() || metric.label.empty() || metric.sql.empty() || metric.definition.empty() ||
        !kTypes.contains(metric.type)) {
      return Fail(Code::kInvalid,
                  "models/metrics.yml: metric '{}' needs name, label, sql, definition and a type of {}",
                  metric.name, fmt::join(kTypes, ", "));
    }
    metrics_.push_back(std::move(metric));
  }
  for (const auto& entry : node["filters"]) {
    Filter filter{Text(entry, "name"), Text(entry, "label"), {}, Text(entry, "values")};
    for (const auto& on : entry["on"]) filter.on[on.first.as<std::string>()] = on.second.as<std::string>();
    filters_.push_back(std::move(filter));
  }
  return {};
}

Status ReportFiles::LoadReport(const std::string& path, const std::string& yaml, const std::string& sql,
                               const std::string& currency) {
  YAML::Node node = YAML::Load(yaml);
  ReportFile report;
  report.file = "models/" + path;
  report.info = {Text(node, "report"), Text(node, "title"), Text(node, "description"), List(node["filters"])};
  if (node["days"]) report.info.days = node["days"].as<int64_t>();
  if (auto kind = PeriodKindOf(Text(node, "period"))) {
    report.info.period = *kind;
  } else {
    return Fail(Code::kInvalid, "{}: period {} is none of range, as_of, none", report.file,
                Text(node, "period"));
  }
  report.sql = sql;
  report.limit = node["limit"] ? node["limit"].as<int64_t>() : 0;
  if (report.info.title.empty() || report.info.description.empty() ||
      path != "reports/" + report.info.name + ".sql") {
    return Fail(Code::kInvalid, "{}: its .yml needs report (the file's name), title and description",
                report.file);
  }
  for (const std::string& filter : report.info.filters) {
    if (FindFilter(filter) == nullptr)
      return Fail(Code::kInvalid, "{}: there is no filter {}", report.file, filter);
  }
  for (const auto& entry : node["columns"]) {
    ReportColumn column{Text(entry, "name"), Text(entry, "label"), Text(entry, "type"), "",
                        Text(entry, "definition")};
    if (std::string name = Text(entry, "metric"); !name.empty()) {
      auto metric =
          std::find_if(metrics_.begin(), metrics_.end(), [&](const Metric& m) { return m.name == name; });
      if (metric == metrics_.end())
        return Fail(Code::kInvalid, "{}: there is no metric {}", report.file, name);
      std::string definition = column.definition.empty() ? metric->definition : column.definition;
      column = {column.name.empty() ? metric->name : column.name, metric->label, metric->type, "",
                definition};
    }
    if (column.type == "money") column.unit = currency;
    if (column.name.empty() || column.label.empty() || column.definition.empty() ||
        !kTypes.contains(column.type)) {
      return Fail(Code::kInvalid, "{}: column '{}' needs name, label, type and definition, or a metric",
                  report.file, column.name);
    }
    report.columns.push_back(std::move(column));
  }
  TRY_STATUS(Sql(report, {}));
  reports_.push_back(std::move(report));
  return {};
}

Result<ReportFiles> ReportFiles::Load(const std::string& models_directory, const std::string& currency) {
  TRY(auto files, ReadModelFiles(models_directory, {kMetricsFile, "reports/"}));
  ReportFiles result;
  std::string reading = kMetricsFile;
  try {
    TRY_STATUS(result.LoadMetrics(files[kMetricsFile]));
    for (const auto& [path, content] : files) {
      if (!path.ends_with(".sql")) continue;
      reading = path.substr(0, path.size() - 4) + ".yml";
      if (!files.contains(reading)) return Fail(Code::kInvalid, "models/{} has no .yml beside it", path);
      TRY_STATUS(result.LoadReport(path, files.at(reading), content, currency));
    }
  } catch (const YAML::Exception& e) {
    return Fail(Code::kInvalid, "models/{}: {}", reading, e.what());
  }
  return result;
}

// A metric that cannot be told with a filter is null, and still an aggregate, so that the query keeps its
// shape.
Result<std::string> ReportFiles::Expression(const std::string& name, const FilterCounts& counts,
                                            int depth) const {
  auto metric =
      std::find_if(metrics_.begin(), metrics_.end(), [&](const Metric& m) { return m.name == name; });
  if (metric == metrics_.end()) return Fail(Code::kInvalid, "there is no metric {}", name);
  if (depth > kDepth) return Fail(Code::kInvalid, "models/metrics.yml: metric {} stands for itself", name);
  for (const std::string& filter : metric->not_with) {
    if (counts.contains(filter)) {
      return fmt::format("MAX(CAST(NULL AS {}))", metric->type == "percent" ? "DOUBLE"
                                                  : metric->type == "money" ? "DECIMAL(18, 2)"
                                                                            : "BIGINT");
    }
  }
  Status inner;
  TRY(std::string sql, FillIn(metric->sql, "models/metrics.yml, " + name,
                              [&](std::string_view word) -> std::optional<std::string> {
                                if (!word.starts_with("metric.")) return std::nullopt;
                                auto part = Expression(std::string(word.substr(7)), counts, depth + 1);
                                if (part) return *part;
                                inner = tl::unexpected(part.error());
                                return "";
                              }));
  TRY_STATUS(inner);
  return sql;
}

// `words`: a filter's name, and the expression that its values are compared with.
Result<std::string> ReportFiles::Condition(std::string_view words, const FilterCounts& counts) const {
  size_t blank = words.find(' ');
  std::string name(words.substr(0, blank));
  if (blank == std::string_view::npos || FindFilter(name) == nullptr)
    return Fail(Code::kInvalid, "filter {}: the name of a filter and an expression are needed", words);
  auto given = counts.find(name);
  if (given == counts.end()) return "";
  return fmt::format(" AND {} IN ({})", words.substr(blank + 1), BoundValues(name, given->second));
}

// `words`: relation and alias. A filter that the relation knows nothing of leaves no row.
Result<std::string> ReportFiles::Conditions(std::string_view words, const FilterCounts& counts) const {
  size_t blank = words.find(' ');
  if (blank == std::string_view::npos)
    return Fail(Code::kInvalid, "filters {}: a relation and its alias are needed", words);
  std::string relation(words.substr(0, blank)), alias(words.substr(blank + 1));
  std::string sql;
  for (const auto& [name, count] : counts) {
    const Filter* filter = FindFilter(name);
    if (filter == nullptr) return Fail(Code::kInvalid, "there is no filter {}", name);
    if (filter->on.empty()) continue;  // the report itself puts it into its place
    auto on = filter->on.find(relation);
    std::string condition = on == filter->on.end() ? "FALSE" : on->second;
    ReplaceAll(condition, "{t}", alias);
    ReplaceAll(condition, "{values}", BoundValues(name, count));
    sql += " AND " + condition;
  }
  return sql;
}

Result<std::string> ReportFiles::Sql(const ReportFile& report, const FilterCounts& counts) const {
  Status inner;
  auto take = [&](Result<std::string> part) -> std::optional<std::string> {
    if (part) return *part;
    inner = Wrap(part.error(), report.file);
    return "";
  };
  TRY(std::string sql,
      FillIn(report.sql, report.file, [&](std::string_view word) -> std::optional<std::string> {
        if (word.starts_with("metric.")) return take(Expression(std::string(word.substr(7)), counts, 0));
        if (word.starts_with("filters ")) return take(Conditions(word.substr(8), counts));
        if (word.starts_with("filter ")) return take(Condition(word.substr(7), counts));
        return std::nullopt;
      }));
  TRY_STATUS(inner);
  return sql;
}

}  // namespace souk::warehouse
