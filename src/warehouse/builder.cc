#include "warehouse/builder.h"

#include <algorithm>

#include "base/log.h"
#include "record/schema.h"
#include "warehouse/crash_point.h"
#include "warehouse/gate.h"
#include "warehouse/raw_relation.h"
#include "warehouse/text.h"

namespace souk::warehouse {
namespace {

using lake::DeltaSnapshot;

// Files that left a table stay this long, for readers of the version before.
constexpr Micros kHistory = 3600 * kMicrosPerSecond;
// More open files than days of two years, fewer than a process may have by default.
// DuckDB's estimate of its progress costs an eighth of a build, so a stage is a model and no finer.
constexpr const char* kSession =
    "SET partitioned_write_max_open_files = 740; SET partitioned_write_flush_threshold = 524288; "
    "SET enable_progress_bar = false";

int64_t SignatureMark(const std::string& signature) {
  return std::stoll(signature.substr(0, 15), nullptr, 16);
}

int64_t Milliseconds(const Clock& clock, Micros since) { return (clock.Now() - since) / 1000; }

std::string PlainColumns(const std::vector<sql::Column>& columns) {
  std::string list;
  for (const sql::Column& column : columns) list += (list.empty() ? "" : ", ") + sql::QuoteName(column.name);
  return list;
}

constexpr const char* kRejectReason = "reject_reason";

}  // namespace

Builder::Builder(BuilderParts parts, sql::Connection connection, BuildRequest request, Progress& progress)
    : parts_(std::move(parts)),
      connection_(std::move(connection)),
      request_(std::move(request)),
      progress_(progress),
      raw_(parts_.store) {}

Builder::~Builder() {
  std::string drop = "SET enable_progress_bar = true;";
  for (const auto& [name, input] : inputs_) drop += fmt::format("DROP VIEW IF EXISTS temp.{};", name);
  for (const auto& [name, select] : new_views_) drop += fmt::format("DROP VIEW IF EXISTS temp.new_{};", name);
  (void)connection_.Execute(drop);
}

Status Builder::Prepare() {
  if (request_.from && request_.to && DaysFromDay(*request_.from) > DaysFromDay(*request_.to)) {
    return Fail(Code::kInvalid, "from {} is after to {}", FormatDay(*request_.from), FormatDay(*request_.to));
  }
  TRY_STATUS(connection_.Execute(kSession));
  TRY(graph_, MakeGraph(*parts_.options, connection_));
  TRY(inputs_, ReadRawInputs(raw_));
  TRY(state_, LoadState(connection_));
  TRY(plan_, MakePlan(graph_, raw_, inputs_, state_, request_));
  report_.version = state_.warehouse.version;
  next_version_ = report_.version + 1;
  for (const PlannedModel& planned : plan_) {
    const Model& model = planned.node->model;
    report_.steps.push_back(
        {model.name, MaterializedName(model.materialized), planned.runs, planned.reason, 0, 0});
  }
  return {};
}

Result<std::vector<BuildStep>> Builder::Explain() {
  TRY_STATUS(Prepare());
  return report_.steps;
}

Result<BuildReport> Builder::Run() {
  TRY_STATUS(Prepare());
  bool runs =
      std::any_of(plan_.begin(), plan_.end(), [](const PlannedModel& planned) { return planned.runs; });
  if (runs) {
    TRY_STATUS(MakeRawViews());
    TRY_STATUS(BuildLakeModels());
    if (!report_.failures.empty()) return report_;
    Status built = connection_.Transaction([this] { return BuildTables(); });
    if (!report_.failures.empty()) return report_;
    TRY_STATUS(built);
    CrashPoint("warehouse_committed");
    report_.version = next_version_;
    report_.changed = true;
    for (auto& [name, model] : changed_) state_.models[name] = model;
  }
  TRY_STATUS(ExportTables());
  if (runs) TRY_STATUS(Vacuum());
  return report_;
}

// For the relations that models of this build read.
Status Builder::MakeRawViews() {
  for (const record::Schema& schema : record::Schemas()) {
    std::string name = "raw_" + schema.name;
    bool read = std::any_of(plan_.begin(), plan_.end(), [&](const PlannedModel& planned) {
      return planned.runs && planned.inputs.contains(name);
    });
    if (!read) continue;
    TRY(std::string sql, RawRelationSql(connection_, *parts_.store, schema, inputs_.at(name).files));
    TRY_STATUS(connection_.Execute(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS {}", name, sql)));
  }
  return {};
}

std::map<std::string, std::string> Builder::Names() const {
  std::map<std::string, std::string> names;
  for (const auto& [name, input] : inputs_) names[name] = "temp." + name;
  for (const Node& node : graph_.nodes) {
    const std::string& name = node.model.name;
    bool temporary = new_views_.contains(name) && !named_.contains(name);
    names[name] = (temporary ? "temp.new_" : node.model.schema + ".") + name;
  }
  return names;
}

DayRange Builder::DaysOf(const PlannedModel& planned) const {
  return planned.only_days ? DayRange{request_.from, request_.to} : DayRange{};
}

BuildStep& Builder::StepOf(const std::string& model) {
  return *std::find_if(report_.steps.begin(), report_.steps.end(),
                       [&](const BuildStep& s) { return s.model == model; });
}

// Of a model that was just built. It is up to date when all that it was built from is.
ModelState Builder::StateOf(const PlannedModel& planned, uint64_t rows) const {
  const std::string& name = planned.node->model.name;
  auto old = state_.models.find(name);
  bool was_current = old != state_.models.end() && old->second.signature == planned.signature;
  bool whole = !planned.only_days || was_current;
  for (const auto& [input, signature] : planned.inputs) {
    if (inputs_.contains(input)) continue;
    auto fresh = changed_.find(input);
    whole =
        whole && (fresh != changed_.end() ? fresh->second : state_.models.at(input)).signature == signature;
  }
  ModelState state;
  state.signature = whole ? planned.signature : kPartial;
  state.definition = planned.node->definition;
  state.settings = planned.node->settings;
  state.inputs = planned.inputs;
  for (const auto& [input, signature] : planned.inputs) {
    auto raw = inputs_.find(input);
    if (raw != inputs_.end()) state.raw_versions[raw->second.record] = raw->second.version;
  }
  state.version = next_version_;
  state.previous_version = old == state_.models.end() ? 0 : old->second.version;
  DayRange days = DaysOf(planned);
  state.from = days.from;
  state.to = days.to;
  state.rows = rows;
  return state;
}

Status Builder::TestModel(const Model& model, const std::string& relation) {
  TRY(auto failures, RunTests(connection_, model, relation, Names()));
  report_.failures.insert(report_.failures.end(), failures.begin(), failures.end());
  return {};
}

// Those that need no table; the others are built among the tables.
Status Builder::BuildLakeModels() {
  for (const PlannedModel& planned : plan_) {
    bool early = planned.node->model.materialized == Materialized::kLake && !planned.node->after_tables;
    if (!planned.runs || !early) continue;
    TRY_STATUS(BuildModel(planned));
    if (!report_.failures.empty()) return {};
  }
  return {};
}

Status Builder::BuildModel(const PlannedModel& planned) {
  const Model& model = planned.node->model;
  TRY_STATUS(progress_.CheckCancelled());
  progress_.Stage(model.name, 0, "");
  Micros begin = parts_.clock->Now();
  BuildStep& step = StepOf(model.name);
  bool lake = model.materialized == Materialized::kLake;
  Status built = lake ? BuildLakeModel(planned, step) : BuildTable(planned, step);
  if (!built) return Wrap(built.error(), model.file);
  step.milliseconds = Milliseconds(*parts_.clock, begin);
  return {};
}

Status Builder::BuildLakeModel(const PlannedModel& planned, BuildStep& step) {
  const Model& model = planned.node->model;
  LakeTable table(parts_.store, model, parts_.options->parquet_codec);
  std::string query = NameRelations(planned.node->sql, Names());
  TRY(auto columns, ColumnsOf(connection_, query));
  if (!model.rejects.empty()) {
    if (columns.empty() || columns.back().name != kRejectReason) {
      return Fail(Code::kInvalid, "it rejects rows, so {} must be its last column", kRejectReason);
    }
    columns.pop_back();
  }
  TRY_STATUS(table.RemoveOrphans());
  TRY(DeltaSnapshot snapshot, table.Snapshot());
  // A build that died after this commit has done the work already.
  bool done =
      !request_.full && !planned.only_days && LakeTable::Mark(snapshot) == SignatureMark(planned.signature);
  if (!done) {
    TRY(snapshot, WriteLakeModel(planned, table, snapshot, columns));
    if (!report_.failures.empty()) return table.RemoveOrphans();
    CrashPoint("lake_committed");
  }
  uint64_t rows = 0;
  for (const auto& file : snapshot.files) rows += file.rows;
  new_views_[model.name] = table.Select(snapshot.files, columns);
  TRY_STATUS(connection_.Execute(
      fmt::format("CREATE OR REPLACE TEMP VIEW new_{} AS {}", model.name, new_views_[model.name])));
  ModelState state = StateOf(planned, rows);
  state.delta_version = snapshot.version;
  changed_[model.name] = std::move(state);
  step.rows = rows;
  return {};
}

Result<DeltaSnapshot> Builder::WriteLakeModel(const PlannedModel& planned, LakeTable& table,
                                              const DeltaSnapshot& base,
                                              const std::vector<sql::Column>& columns) {
  const Model& model = planned.node->model;
  DayRange days = DaysOf(planned);
  std::string list = PlainColumns(columns);
  std::string query = NameRelations(planned.node->sql, Names());
  std::string where = days.whole() ? "" : days.Condition(model.day);
  if (!model.rejects.empty() && !model.partitions.empty()) {
    // Rejected rows get a partition of their own, named by the reason, so that one pass over the input does
    // it all.
    std::string first = sql::QuoteName(model.partitions.front());
    std::string kept = fmt::format("CASE WHEN {0} IS NULL THEN CAST({1} AS VARCHAR) ELSE {0} END AS {1}",
                                   kRejectReason, first);
    query = fmt::format("SELECT * EXCLUDE ({}) REPLACE ({}) FROM ({}) WHERE true{}", kRejectReason, kept,
                        query, where);
  } else if (!model.rejects.empty()) {
    TRY(auto counts, connection_.Query(fmt::format(
                         "SELECT {0}, count(*) FROM ({1}) WHERE {0} IS NOT NULL GROUP BY 1 ORDER BY 1",
                         kRejectReason, query)));
    rejects_[model.name].clear();
    for (const auto& row : counts.rows) {
      rejects_[model.name].push_back({model.name, sql::CellText(row[0]), std::stoull(sql::CellText(row[1]))});
    }
    query = fmt::format("SELECT {} FROM ({}) WHERE {} IS NULL", list, query, kRejectReason);
  } else if (!where.empty()) {
    query = fmt::format("SELECT {} FROM ({}) WHERE true{}", list, query, where);
  }
  TRY(WrittenFiles written, table.Write(connection_, query, progress_));
  if (!model.rejects.empty() && !model.partitions.empty()) SetAside(model, written);
  TRY_STATUS(TestModel(model, "(" + table.Select(written.files, columns) + ")"));
  if (!report_.failures.empty()) return base;
  CrashPoint("lake_written");
  int64_t mark = planned.only_days ? 0 : SignatureMark(planned.signature);
  return table.Commit(base, written, columns, days, mark, parts_.clock->Now());
}

void Builder::SetAside(const Model& model, WrittenFiles& written) {
  std::map<std::string, uint64_t> counts;
  auto rejected = [&](const lake::DeltaFile& file) {
    auto value = file.partition_values.find(model.partitions.front());
    if (value == file.partition_values.end()) return false;
    bool known = std::any_of(model.rejects.begin(), model.rejects.end(),
                             [&](const RejectRule& rule) { return rule.reason == value->second; });
    if (known) counts[value->second] += file.rows;
    return known;
  };
  std::erase_if(written.files, rejected);
  rejects_[model.name].clear();
  for (const auto& [reason, rows] : counts) {
    written.rows -= rows;
    rejects_[model.name].push_back({model.name, reason, rows});
    progress_.Line(fmt::format("{}: {} rows kept out: {}", model.name, rows, reason));
  }
}

// In the transaction. Failed tests undo it.
Status Builder::BuildTables() {
  for (const PlannedModel& planned : plan_) {
    bool built = new_views_.contains(planned.node->model.name);
    if (planned.runs && !built) TRY_STATUS(BuildModel(planned));
    if (!report_.failures.empty()) return Fail(Code::kInvalid, "data tests failed");
    // From here on the model has its name, also within the definitions of views.
    auto view = new_views_.find(planned.node->model.name);
    if (view != new_views_.end()) TRY_STATUS(Replace(planned.node->model, "VIEW", view->second));
    named_.insert(planned.node->model.name);
  }
  // Only now is every table there that a relationship may name.
  progress_.Stage("data tests", changed_.size(), "models");
  for (const auto& [name, state] : changed_) {
    const Model& model = graph_.Find(name)->model;
    if (model.materialized != Materialized::kLake) TRY_STATUS(TestModel(model, model.schema + "." + name));
    progress_.Advance(1);
  }
  if (!report_.failures.empty()) return Fail(Code::kInvalid, "data tests failed");
  CrashPoint("marts_built");
  return SaveState();
}

// A model that was a table may be a view now, which DuckDB does not replace by itself.
Status Builder::Replace(const Model& model, const std::string& kind, const std::string& query) {
  std::string name = model.schema + "." + model.name;
  TRY(auto old,
      connection_.Query(fmt::format(
          "SELECT table_type FROM information_schema.tables WHERE table_schema = {} AND table_name = {}",
          sql::QuoteLiteral(model.schema), sql::QuoteLiteral(model.name))));
  bool was_table = !old.rows.empty() && sql::CellText(old.At(0, 0)) == "BASE TABLE";
  if (!old.rows.empty() && was_table != (kind == "TABLE")) {
    TRY_STATUS(connection_.Execute(fmt::format("DROP {} {}", was_table ? "TABLE" : "VIEW", name)));
  }
  sql::QueryOptions options;
  options.progress = &progress_;
  TRY_STATUS(connection_.Execute(fmt::format("CREATE OR REPLACE {} {} AS {}", kind, name, query), options));
  if (model.schema != "ecommerce") return {};
  return connection_.Execute(
      fmt::format("CREATE OR REPLACE VIEW ecommerce_dwh.{} AS FROM {}", model.name, name));
}

Status Builder::BuildTable(const PlannedModel& planned, BuildStep& step) {
  const Model& model = planned.node->model;
  std::string name = model.schema + "." + model.name;
  std::string query = NameRelations(planned.node->sql, Names());
  bool view = model.materialized == Materialized::kView;
  if (planned.only_days && !view) {
    std::string days = DaysOf(planned).Condition(model.day);
    sql::QueryOptions options;
    options.progress = &progress_;
    TRY_STATUS(connection_.Execute(fmt::format("DELETE FROM {} WHERE true{}", name, days)));
    TRY_STATUS(connection_.Execute(
        fmt::format("INSERT INTO {} SELECT * FROM ({}) WHERE true{}", name, query, days), options));
  } else {
    TRY_STATUS(Replace(model, view ? "VIEW" : "TABLE", query));
  }
  TRY(auto count, connection_.Query("SELECT count(*) FROM " + name));
  step.rows = std::stoull(sql::CellText(count.At(0, 0)));
  changed_[model.name] = StateOf(planned, step.rows);
  return {};
}

Status Builder::SaveState() {
  for (const auto& [name, model] : changed_) TRY_STATUS(SaveModel(connection_, name, model));
  for (const auto& [name, rejects] : rejects_) TRY_STATUS(SaveRejects(connection_, name, rejects));
  TRY(state_.warehouse, Describe());
  return SaveWarehouse(connection_, state_.warehouse);
}

// What is served from now on, said by the facts themselves (which need not exist when only some models are
// built).
Result<WarehouseState> Builder::Describe() {
  WarehouseState state = state_.warehouse;
  state.version = next_version_;
  state.built_at = parts_.clock->Now();
  TRY(auto facts,
      connection_.Query("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'ecommerce' "
                        "AND table_name IN ('fact_transactions', 'fact_clickstream')"));
  if (sql::CellText(facts.At(0, 0)) != "2") return state;
  // A day whose last event is at its very end is over; so is one in data that knows days only (all at
  // midnight).
  TRY(auto table, connection_.Query(R"(
      SELECT epoch_us(data_until), shop_day(data_until), first_day, last_day,
             CAST(shop_time(data_until) AS TIME) >= TIME '23:45:00' OR CAST(shop_time(data_until) AS TIME) = TIME '00:00:00'
      FROM (SELECT max(newest) AS data_until
            FROM (SELECT max(transaction_timestamp) AS newest FROM ecommerce.fact_transactions
                  UNION ALL SELECT max(event_time) FROM ecommerce.fact_clickstream)),
           (SELECT min(shop_day) AS first_day, max(shop_day) AS last_day FROM ecommerce.fact_transactions WHERE is_sale))"));
  const auto& row = table.rows.front();
  auto day = [&](size_t column) -> std::optional<Day> {
    auto parsed = ParseDay(sql::CellText(row[column]));
    return parsed ? std::optional<Day>(*parsed) : std::nullopt;
  };
  state.data_until = std::holds_alternative<int64_t>(row[0]) ? std::get<int64_t>(row[0]) : 0;
  state.data_day = day(1);
  state.first_day = day(2);
  state.last_day = day(3);
  state.data_day_over = std::holds_alternative<bool>(row[4]) && std::get<bool>(row[4]);
  return state;
}

// Also after a build that changed nothing: the one before may have died here.
Status Builder::ExportTables() {
  for (const Node& node : graph_.nodes) {
    auto state = state_.models.find(node.model.name);
    if (node.model.materialized != Materialized::kTable || state == state_.models.end()) continue;
    if (auto done = ExportTable(node.model, state->second); !done) {
      return Wrap(done.error(), fmt::format("the copy of {} in the lake", node.model.name));
    }
  }
  return {};
}

Status Builder::ExportTable(const Model& model, ModelState& state) {
  LakeTable table(parts_.store, model, parts_.options->parquet_codec);
  TRY(DeltaSnapshot snapshot, table.Snapshot());
  int64_t mark = LakeTable::Mark(snapshot);
  if (mark == state.version) return {};
  progress_.Stage("copy of " + model.name, 0, "");
  TRY_STATUS(table.RemoveOrphans());
  DayRange days;
  if (mark != 0 && mark == state.previous_version) days = {state.from, state.to};
  std::string query = "SELECT * FROM " + model.schema + "." + model.name;
  TRY(auto columns, ColumnsOf(connection_, query));
  if (!days.whole()) query += " WHERE true" + days.Condition(model.day);
  TRY(WrittenFiles written, table.Write(connection_, query, progress_));
  CrashPoint("export_written");
  TRY(snapshot, table.Commit(snapshot, written, columns, days, state.version, parts_.clock->Now()));
  CrashPoint("export_committed");
  return {};
}

Status Builder::Vacuum() {
  for (const PlannedModel& planned : plan_) {
    const Model& model = planned.node->model;
    if (!planned.runs || model.materialized == Materialized::kView) continue;
    TRY_STATUS(
        LakeTable(parts_.store, model, parts_.options->parquet_codec).Vacuum(parts_.clock->Now() - kHistory));
  }
  return {};
}

}  // namespace souk::warehouse
