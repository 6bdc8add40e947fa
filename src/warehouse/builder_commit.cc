// What a build makes visible: the transaction on the warehouse, and the copies of its tables in the lake.
#include "warehouse/builder.h"
#include "warehouse/crash_point.h"
#include "warehouse/text.h"

namespace souk::warehouse {
namespace {

// Files that left a table stay this long, for readers of the version before.
constexpr Micros kHistory = 3600 * kMicrosPerSecond;
constexpr const char* kTableVersion = "souk";  // application id in the Delta log of a copy

}  // namespace

Status Builder::CommitTables() {
  progress_.Stage("putting in place", built_.size(), "models");
  TRY(auto served,
      work_->Query("SELECT table_schema || '.' || table_name, CASE table_type WHEN 'VIEW' THEN 'VIEW' "
                   "ELSE 'TABLE' END FROM information_schema.tables WHERE table_catalog = "
                   "current_database()"));
  for (const auto& row : served.rows) kinds_[sql::CellText(row[0])] = sql::CellText(row[1]);
  for (const PlannedModel& planned : plan_) {
    auto built = built_.find(planned.node->model.name);
    if (built == built_.end()) continue;
    TRY_STATUS(CommitModel(planned, built->second));
    TRY_STATUS(SaveChange(planned, built->second));
    progress_.Advance(1);
  }
  TRY(state_.warehouse, Describe());
  TRY_STATUS(SaveWarehouse(work_->main(), state_.warehouse));
  CrashPoint("marts_built");
  return {};
}

Status Builder::CommitModel(const PlannedModel& planned, const Built& built) {
  const Model& model = planned.node->model;
  if (model.materialized != Materialized::kTable) {
    TRY_STATUS(ReplaceView(model, built.view));
    if (built.rejected_view.empty()) return {};
    Model rejected = RejectedModel(model);
    rejected.schema = model.schema;
    return ReplaceView(rejected, built.rejected_view);
  }
  if (built.changed.none()) return {};
  std::string name = model.schema + "." + model.name;
  if (built.changed.all) {
    TRY_STATUS(DropServed(name));
    TRY_STATUS(work_->Unveil(built.rows, model.name));
    return ViewInDwh(model);
  }
  TRY_STATUS(work_->Execute(
      fmt::format("DELETE FROM {} WHERE {}", name, built.changed.Condition(model.days.column))));
  return work_->Execute(fmt::format("INSERT INTO {} SELECT * FROM {}", name, built.rows));
}

Status Builder::DropServed(const std::string& name) {
  auto old = kinds_.find(name);
  return old == kinds_.end() ? Status() : work_->Execute(fmt::format("DROP {} {}", old->second, name));
}

Status Builder::ViewInDwh(const Model& model) {
  if (model.schema != "ecommerce") return {};
  return work_->Execute(
      fmt::format("CREATE OR REPLACE VIEW ecommerce_dwh.{0} AS FROM ecommerce.{0}", model.name));
}

// A model that was a table may be a view now, which DuckDB does not replace by itself.
Status Builder::ReplaceView(const Model& model, const std::string& query) {
  std::string name = model.schema + "." + model.name;
  auto old = kinds_.find(name);
  if (old != kinds_.end() && old->second != "VIEW") TRY_STATUS(DropServed(name));
  TRY_STATUS(work_->Execute(fmt::format("CREATE OR REPLACE VIEW {} AS {}", name, query)));
  return ViewInDwh(model);
}

ModelState Builder::StateOf(const PlannedModel& planned, const Built& built) const {
  const Node& node = *planned.node;
  const ModelState* before = StateBefore(node.model.name);
  ModelState state;
  state.signature = planned.signature;
  state.definition = node.definition;
  state.settings = node.settings;
  state.inputs = planned.inputs;
  state.version = before == nullptr || !built.changed.none() ? next_version_ : before->version;
  state.delta_version = built.snapshot ? built.snapshot->version : -1;
  state.rows = built.rows_total;
  for (const std::string& input : node.inputs) {
    auto raw = inputs_.find(input);
    auto made = built_.find(input);
    const ModelState* old = StateBefore(input);
    if (raw != inputs_.end()) {
      state.built_from[input] = raw->second.version;
    } else if (made != built_.end() && made->second.snapshot) {
      state.built_from[input] = made->second.snapshot->version;
    } else if (made != built_.end() && (old == nullptr || !made->second.changed.none())) {
      state.built_from[input] = next_version_;
    } else if (old != nullptr) {
      bool lake = graph_.Find(input)->model.materialized == Materialized::kLake;
      state.built_from[input] = lake ? old->delta_version : old->version;
    }
  }
  return state;
}

Status Builder::SaveChange(const PlannedModel& planned, const Built& built) {
  const Model& model = planned.node->model;
  sql::Connection& connection = work_->main();
  ModelState state = StateOf(planned, built);
  TRY_STATUS(SaveModel(connection, model.name, state));
  if (!model.rejects.empty()) TRY_STATUS(SaveRejects(connection, model.name, built.rejects));
  if (!built.quality.empty() || !built.changed.none()) {
    WarehouseState build;
    build.version = next_version_;
    build.built_at = parts_.clock->Now();
    TRY_STATUS(SaveQuality(connection, model, built.changed, built.quality, build));
  }
  if (model.materialized == Materialized::kTable && !model.days.column.empty() && !built.changed.none()) {
    TRY_STATUS(SaveDays(connection, model, built.changed, next_version_));
  }
  return {};
}

// What is served from now on, said by the facts themselves (which need not exist when only some models are
// built).
Result<WarehouseState> Builder::Describe() {
  WarehouseState state = state_.warehouse;
  state.version = next_version_;
  state.built_at = parts_.clock->Now();
  TRY(auto facts,
      work_->Query(
          "SELECT count(*) FROM information_schema.tables WHERE table_catalog = current_database() AND "
          "table_schema = 'ecommerce' AND table_name IN ('fact_transactions', 'fact_clickstream')"));
  if (sql::CellText(facts.At(0, 0)) != "2") return state;
  // A day whose last event is at its very end is over; so is one in data that knows days only (all at
  // midnight).
  TRY(auto table, work_->Query(R"(
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

// All files of a table's copy, while the build goes on. They count once the table does.
Status Builder::BeginCopy(const Model& model, const std::string& relation,
                          const std::vector<sql::Column>& columns) {
  LakeTable table = TableOf(model);
  TRY_STATUS(table.RemoveOrphans());
  return writer_->Add(model.name, table, relation, columns);
}

Status Builder::DropCopies() {
  writer_->Stop();
  for (const auto& [name, built] : built_) {
    const Model& model = graph_.Find(name)->model;
    if (model.materialized == Materialized::kTable) TRY_STATUS(TableOf(model).RemoveOrphans());
  }
  return {};
}

// Also after a build that changed nothing: the one before may have died here.
Status Builder::ExportTables() {
  TRY(BuildState now, LoadState(work_->main()));
  for (const Node& node : graph_.nodes) {
    auto state = now.models.find(node.model.name);
    if (node.model.materialized != Materialized::kTable || state == now.models.end()) continue;
    if (auto done = ExportTable(node.model, state->second); !done) {
      return Wrap(done.error(), fmt::format("the copy of {} in the lake", node.model.name));
    }
  }
  return {};
}

Status Builder::ExportTable(const Model& model, const ModelState& state) {
  LakeTable table = TableOf(model);
  TRY(auto snapshot, table.Snapshot());
  int64_t mark = LakeTable::Transaction(snapshot, kTableVersion);
  if (mark == state.version) return {};
  DaySet days = DaySet::All();
  std::string relation = model.schema + "." + model.name;
  TRY(auto columns, ColumnsOf(work_->main(), "SELECT * FROM " + relation));
  WrittenFiles written;
  auto built = built_.find(model.name);
  if (built != built_.end() && built->second.copy) {
    written = *std::move(built->second.copy);
  } else {
    TRY_STATUS(table.RemoveOrphans());
    if (mark > 0 && !model.partitions.empty()) {
      TRY(days, DaysSince(work_->main(), model.name, mark));
    }
    if (!days.all)
      relation = fmt::format("(SELECT * FROM {} WHERE {})", relation, days.Condition(model.days.column));
    TRY(written, table.Write(*work_, relation, columns, progress_));
  }
  CrashPoint("export_written");
  TRY(snapshot,
      table.Commit(snapshot, written, columns, days, {{kTableVersion, state.version}}, parts_.clock->Now()));
  CrashPoint("export_committed");
  return {};
}

Status Builder::Vacuum() {
  for (const PlannedModel& planned : plan_) {
    const Model& model = planned.node->model;
    if (!planned.runs || model.materialized == Materialized::kView) continue;
    TRY_STATUS(TableOf(model).Vacuum(parts_.clock->Now() - kHistory));
    if (!model.rejects.empty()) {
      Model rejected = RejectedModel(model);
      TRY_STATUS(TableOf(rejected).Vacuum(parts_.clock->Now() - kHistory));
    }
  }
  return {};
}

}  // namespace souk::warehouse
