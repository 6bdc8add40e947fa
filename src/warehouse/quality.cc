#include "warehouse/quality.h"

#include <algorithm>

#include "sql/appender.h"

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

// A build of a year has thousands of them, for which SQL's VALUES take a quarter of a second.
constexpr const char* kCounts = R"(
CREATE OR REPLACE TEMP TABLE counts (model VARCHAR, day BIGINT, measure VARCHAR, reason VARCHAR, checked BIGINT, failed BIGINT))";

Status AppendCounts(sql::Connection& connection, const std::string& model,
                    const std::vector<QualityCount>& counts) {
  TRY(auto appender, sql::Appender::Open(connection, {"temp", "main", "counts"}));
  for (const QualityCount& count : counts) {
    appender.Text(model);
    if (count.day) {
      appender.Int(DaysFromDay(*count.day));
    } else {
      appender.Null();
    }
    appender.Text(count.measure);
    appender.Text(count.reason);
    appender.Int(static_cast<int64_t>(count.checked));
    appender.Int(static_cast<int64_t>(count.failed));
    TRY_STATUS(appender.EndRow());
  }
  return appender.Finish();
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
  if (counts.empty()) return {};
  TRY_STATUS(connection.Execute(kCounts));
  TRY_STATUS(AppendCounts(connection, model.name, counts));
  return connection.Execute(
      fmt::format("INSERT INTO souk.quality SELECT model, DATE '1970-01-01' + CAST(day AS INTEGER), measure, "
                  "reason, checked, failed FROM counts; "
                  "INSERT INTO souk.quality_runs SELECT {}, make_timestamptz({}), model, measure, reason, "
                  "sum(checked), sum(failed) "
                  "FROM counts GROUP BY ALL ORDER BY ALL; DROP TABLE temp.counts",
                  build.version, build.built_at));
}

}  // namespace souk::warehouse
