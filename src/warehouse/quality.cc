#include "warehouse/quality.h"

#include <algorithm>

namespace souk::warehouse {
namespace {

using sql::QuoteLiteral;
using sql::QuoteName;

// One row per day and rule; a rule without `failed` rows is there too, because that is news as well.
constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS souk.quality (
  model VARCHAR, day DATE, measure VARCHAR, reason VARCHAR, checked BIGINT, failed BIGINT);
CREATE TABLE IF NOT EXISTS souk.quality_runs (
  version BIGINT, built_at TIMESTAMPTZ, model VARCHAR, measure VARCHAR, reason VARCHAR, checked BIGINT, failed BIGINT);
CREATE VIEW IF NOT EXISTS ecommerce.data_quality AS
  SELECT model, day AS shop_day, measure, reason, checked, failed FROM souk.quality;
CREATE VIEW IF NOT EXISTS ecommerce.data_quality_runs AS FROM souk.quality_runs;
CREATE VIEW IF NOT EXISTS ecommerce_dwh.data_quality AS FROM ecommerce.data_quality;
CREATE VIEW IF NOT EXISTS ecommerce_dwh.data_quality_runs AS FROM ecommerce.data_quality_runs;
)";

std::string DayLiteral(const std::optional<Day>& day) {
  return day ? fmt::format("DATE '{}'", FormatDay(*day)) : "CAST(NULL AS DATE)";
}

}  // namespace

const std::map<std::string, std::vector<std::string>>& QualityRelations() {
  static const std::map<std::string, std::vector<std::string>> kRelations = {
      {"data_quality", {"model", "shop_day", "measure", "reason", "checked", "failed"}},
      {"data_quality_runs", {"version", "built_at", "model", "measure", "reason", "checked", "failed"}}};
  return kRelations;
}

Result<std::vector<QualityCount>> MeasureQuality(WorkArea& work, const Model& model,
                                                 const std::string& relation) {
  std::vector<QualityCount> counts;
  if (model.checks.empty()) return counts;
  bool days = !model.days.column.empty();
  std::string list = days ? QuoteName(model.days.column) : "CAST(NULL AS DATE)";
  for (const Rule& check : model.checks) list += fmt::format(", count(*) FILTER (WHERE {})", check.when);
  TRY(auto table,
      work.Query(fmt::format("SELECT count(*), {} FROM {} GROUP BY {}", list, relation, days ? "2" : "ALL")));
  for (const auto& row : table.rows) {
    QualityCount count;
    count.checked = std::stoull(sql::CellText(row[0]));
    auto day = ParseDay(sql::CellText(row[1]));
    if (day) count.day = *day;
    for (size_t i = 0; i < model.checks.size(); ++i) {
      count.measure = model.checks[i].measure;
      count.reason = model.checks[i].reason;
      count.failed = std::stoull(sql::CellText(row[i + 2]));
      counts.push_back(count);
    }
  }
  return counts;
}

std::vector<QualityCount> CountRejects(const Model& model, const std::vector<Reject>& rejects,
                                       uint64_t rows) {
  uint64_t all = rows;
  for (const Reject& reject : rejects) all += reject.rows;
  std::vector<QualityCount> counts;
  for (const Rule& rule : model.rejects) {
    // Two rules may have one reason.
    bool said = std::any_of(counts.begin(), counts.end(),
                            [&](const QualityCount& count) { return count.reason == rule.reason; });
    if (said) continue;
    QualityCount count{{}, rule.measure, rule.reason, all, 0};
    for (const Reject& reject : rejects) {
      if (reject.reason == rule.reason) count.failed += reject.rows;
    }
    counts.push_back(std::move(count));
  }
  return counts;
}

Status CreateQualityTables(sql::Connection& connection) { return connection.Execute(kTables); }

Status SaveQuality(sql::Connection& connection, const Model& model, const DaySet& days,
                   const std::vector<QualityCount>& counts, const WarehouseState& build) {
  std::string name = QuoteLiteral(model.name);
  // Rows without a day are all counted anew whenever their rule is.
  std::string reasons = "''";
  for (const QualityCount& count : counts) {
    if (!count.day) reasons += ", " + QuoteLiteral(count.reason);
  }
  TRY_STATUS(connection.Execute(
      fmt::format("DELETE FROM souk.quality WHERE model = {} AND ({} OR (day IS NULL AND reason IN ({})))",
                  name, days.Condition("day"), reasons)));
  std::string values;
  for (const QualityCount& count : counts) {
    values +=
        fmt::format("{}({}, {}, {}, {}, {}, {})", values.empty() ? "" : ", ", name, DayLiteral(count.day),
                    QuoteLiteral(count.measure), QuoteLiteral(count.reason), count.checked, count.failed);
  }
  if (values.empty()) return {};
  return connection.Execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE counts AS FROM (VALUES {}) t(model, day, measure, reason, "
                  "checked, failed); "
                  "INSERT INTO souk.quality FROM counts; "
                  "INSERT INTO souk.quality_runs SELECT {}, make_timestamptz({}), model, measure, reason, "
                  "sum(checked), sum(failed) "
                  "FROM counts GROUP BY ALL ORDER BY ALL; DROP TABLE temp.counts",
                  values, build.version, build.built_at));
}

}  // namespace souk::warehouse
