#include "warehouse/builder.h"

#include <algorithm>

#include "warehouse/crash_point.h"
#include "warehouse/gate.h"
#include "warehouse/text.h"

namespace souk::warehouse {
namespace {

using lake::DeltaSnapshot;

bool SameColumns(const std::vector<sql::Column>& a, const std::vector<sql::Column>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const sql::Column& x, const sql::Column& y) {
    return x.name == y.name && x.type == y.type;
  });
}

// "all", "3 of its days", "nothing"
std::string Extent(const Model& model, const DaySet& changed) {
  if (changed.none()) return "nothing";
  if (changed.all || model.days.column.empty()) return "all";
  return fmt::format("{} day{}", changed.days.size(), changed.days.size() == 1 ? "" : "s");
}

}  // namespace

int64_t Mark(const std::string& hex) { return std::stoll(hex.substr(0, 15), nullptr, 16); }

std::string ColumnList(const std::vector<sql::Column>& columns) {
  std::string list;
  for (const sql::Column& column : columns) list += (list.empty() ? "" : ", ") + sql::QuoteName(column.name);
  return list;
}

Builder::Builder(BuilderParts parts, BuildRequest request, Progress& progress)
    : parts_(std::move(parts)), request_(std::move(request)), progress_(progress), raw_(parts_.store) {}

Status Builder::Prepare(sql::Connection& connection) {
  if (request_.from && request_.to && DaysFromDay(*request_.from) > DaysFromDay(*request_.to)) {
    return Fail(Code::kInvalid, "from {} is after to {}", FormatDay(*request_.from), FormatDay(*request_.to));
  }
  TRY(graph_, MakeGraph(*parts_.options, connection));
  TRY(inputs_, ReadRawInputs(raw_));
  TRY(state_, LoadState(connection));
  TRY(plan_, MakePlan(graph_, raw_, inputs_, state_, request_));
  report_.version = state_.warehouse.version;
  next_version_ = report_.version + 1;
  for (const PlannedModel& planned : plan_) {
    const Model& model = planned.node->model;
    report_.steps.push_back(
        {model.name, MaterializedName(model.materialized), planned.runs, planned.reason, "", 0, 0});
  }
  return {};
}

Result<std::vector<BuildStep>> Builder::Explain() {
  TRY(auto connection, parts_.database->Connect());
  TRY_STATUS(Prepare(connection));
  return report_.steps;
}

Result<BuildReport> Builder::Run() {
  TRY(work_, WorkArea::Open(parts_.database, progress_));
  TRY(writer_, LakeFileWriter::Open(parts_.database, *work_, progress_));
  TRY_STATUS(Prepare(work_->main()));
  bool runs =
      std::any_of(plan_.begin(), plan_.end(), [](const PlannedModel& planned) { return planned.runs; });
  if (runs) {
    TRY_STATUS(BuildAll());
    TRY_STATUS(SettleAll());
    if (!report_.failures.empty()) {
      TRY_STATUS(DropCopies());
      return report_;
    }
    TRY_STATUS(work_->main().Transaction([this] { return CommitTables(); }));
    TRY(WarehouseState now, LoadWarehouseState(work_->main()));
    parts_.committed(now);
    CrashPoint("warehouse_committed");
    report_.version = next_version_;
    report_.changed = true;
  }
  TRY_STATUS(ExportTables());
  if (runs) TRY_STATUS(Vacuum());
  return report_;
}

Status Builder::BuildAll() {
  for (const PlannedModel& planned : plan_) {
    if (!planned.runs) continue;
    TRY_STATUS(BuildModel(planned));
    if (!report_.failures.empty()) return {};
  }
  return TestTables();
}

std::map<std::string, std::string> Builder::ServedNames() const {
  std::map<std::string, std::string> names;
  for (const auto& [name, input] : inputs_) names[name] = "temp." + name;
  for (const Node& node : graph_.nodes) names[node.model.name] = node.model.schema + "." + node.model.name;
  return names;
}

std::map<std::string, std::string> Builder::Names() const {
  auto names = ServedNames();
  for (const auto& [name, built] : built_) names[name] = "temp.new_" + name;
  return names;
}

LakeTable Builder::TableOf(const Model& model) const {
  return LakeTable(parts_.store, model, parts_.options->parquet_codec);
}

const ModelState* Builder::StateBefore(const std::string& model) const {
  auto found = state_.models.find(model);
  return found == state_.models.end() ? nullptr : &found->second;
}

BuildStep& Builder::StepOf(const std::string& model) {
  return *std::find_if(report_.steps.begin(), report_.steps.end(),
                       [&](const BuildStep& s) { return s.model == model; });
}

// The days that were asked for, whether anything in them changed or not.
DaySet Builder::Forced() const {
  if (request_.full) return DaySet::All();
  DaySet days;
  if (!request_.from && !request_.to) return days;
  // Days beyond what a calendar of this shop can hold are not counted out.
  constexpr int64_t kFirst = 0, kLast = 60'000;
  int64_t from = request_.from ? std::max(DaysFromDay(*request_.from), kFirst) : kFirst;
  int64_t to = request_.to ? std::min(DaysFromDay(*request_.to), kLast) : kLast;
  for (int64_t day = from; day <= to; ++day) days.days.insert(day);
  return days;
}

Status Builder::TestModel(const Model& model, const std::string& relation) {
  TRY(auto failures, RunTests(work_->main(), model, relation, Names()));
  report_.failures.insert(report_.failures.end(), failures.begin(), failures.end());
  return {};
}

// Only now is every table there that a relationship may name.
Status Builder::TestTables() {
  progress_.Stage("data tests", built_.size(), "models");
  for (const auto& [name, built] : built_) {
    const Model& model = graph_.Find(name)->model;
    if (model.materialized != Materialized::kLake) TRY_STATUS(TestModel(model, "temp.new_" + name));
    TRY_STATUS(RunModelTests(work_->main(), model, "temp.new_" + name, parts_.clock->Now(), report_.failures,
                             report_.warnings));
    progress_.Advance(1);
  }
  return {};
}

Status Builder::BuildModel(const PlannedModel& planned) {
  const Model& model = planned.node->model;
  TRY_STATUS(progress_.CheckCancelled());
  progress_.Stage(model.name, 0, "");
  Micros begin = parts_.clock->Now();
  Built built;
  Status done;
  if (model.materialized == Materialized::kView) {
    built.changed = DaySet::All();
    built.view = NameRelations(planned.node->sql, ServedNames());
    done = work_->View("new_" + model.name, NameRelations(planned.node->sql, Names()));
  } else {
    done = model.newest.empty() ? BuildDerived(planned, built) : BuildStaging(planned, built);
  }
  if (!done) return Wrap(done.error(), model.file);
  if (!report_.failures.empty()) return {};
  BuildStep& step = StepOf(model.name);
  TRY(built.rows_total, work_->Count("SELECT count(*) FROM temp.new_" + model.name));
  TRY_STATUS(Measure(model, built));
  step.rows = built.rows_total;
  step.extent = Extent(model, built.changed);
  step.milliseconds = (parts_.clock->Now() - begin) / 1000;
  built_[model.name] = std::move(built);
  return {};
}

// Of the rows that this build made.
Status Builder::Measure(const Model& model, Built& built) {
  if (!model.checks.empty() && !built.changed.none()) {
    std::string relation = built.rows;
    if (relation.empty()) {
      LakeTable table = TableOf(model);
      relation = "(" + table.Select(table.FilesOf(built.snapshot->files, built.changed), built.columns) + ")";
    }
    TRY(built.quality, MeasureQuality(*work_, model, relation));
  }
  auto rejects = CountRejects(model, built.rejects, built.rows_total);
  built.quality.insert(built.quality.end(), rejects.begin(), rejects.end());
  return {};
}

Status Builder::BuildDerived(const PlannedModel& planned, Built& built) {
  const Model& model = planned.node->model;
  TRY(built.columns, ColumnsOf(work_->main(), NameRelations(planned.node->sql, Names())));
  if (model.materialized == Materialized::kTable) {
    TRY_STATUS(MakeDerivedRows(planned, built));
    if (built.changed.all) {
      TRY_STATUS(BeginCopy(model, built.rows, built.columns));
      return work_->View("new_" + model.name, "SELECT * FROM " + built.rows);
    }
    std::string served =
        fmt::format("SELECT {} FROM {}.{}", ColumnList(built.columns), model.schema, model.name);
    if (!built.changed.none()) {
      served +=
          fmt::format(" WHERE NOT ({}) UNION ALL SELECT {} FROM {}",
                      built.changed.Condition(model.days.column), ColumnList(built.columns), built.rows);
      // One file of all days is written anew as a whole.
      if (model.partitions.empty()) TRY_STATUS(BeginCopy(model, "(" + served + ")", built.columns));
    }
    return work_->View("new_" + model.name, served);
  }
  LakeTable table = TableOf(model);
  TRY_STATUS(table.RemoveOrphans());
  TRY(DeltaSnapshot snapshot, table.Snapshot());
  bool done = Forced().none() && LakeTable::Transaction(snapshot, kSignatureMark) == Mark(planned.signature);
  if (done) {
    built.rows.clear();
    TRY(built.changed, [&]() -> Result<DaySet> {
      const ModelState* before = StateBefore(model.name);
      if (before == nullptr) return DaySet::All();
      TRY(auto served, table.Snapshot(before->delta_version));
      return table.Difference(served, snapshot);
    }());
    built.view = table.Select(snapshot.files, built.columns);
    built.snapshot = std::move(snapshot);
  } else {
    TRY_STATUS(MakeDerivedRows(planned, built));
    if (!built.changed.none()) TRY_STATUS(TestModel(model, built.rows));
    if (!report_.failures.empty()) return {};
    std::string rows = built.rows;
    TRY_STATUS(PutInLake(model, table, rows, {snapshot, {{kSignatureMark, Mark(planned.signature)}}}, built));
    if (built.rows.empty() && !built.changed.none()) TRY_STATUS(work_->Drop("rows_" + model.name));
  }
  return ViewLakeModel(model, built);
}

// Rows of everything are read by the next models from memory while there is room for them, and written
// meanwhile. Others are written and committed at once. Leaves built.rows empty when the rows do not stay.
Status Builder::PutInLake(const Model& model, LakeTable& table, const std::string& rows, PendingCommit commit,
                          Built& built) {
  bool stays = built.changed.all;
  if (stays) {
    TRY(stays, work_->MayStay("rows_" + model.name));
  }
  built.rows = stays ? rows : "";
  if (stays) {
    TRY_STATUS(writer_->Add(model.name, table, rows, built.columns));
    built.pending = std::move(commit);
    return {};
  }
  WrittenFiles written;
  if (!built.changed.none()) {
    TRY(written, table.Write(*work_, rows, built.columns, progress_));
  }
  return CommitFiles(table, written, commit, built);
}

Status Builder::CommitFiles(LakeTable& table, const WrittenFiles& written, const PendingCommit& commit,
                            Built& built) {
  CrashPoint("lake_written");
  TRY(DeltaSnapshot snapshot, table.Commit(commit.base, written, built.columns, built.changed,
                                           commit.transactions, parts_.clock->Now()));
  CrashPoint("lake_committed");
  built.view = table.Select(snapshot.files, built.columns);
  built.snapshot = std::move(snapshot);
  return {};
}

// The Delta commit of a lake model that passed the gate, as soon as its files are there.
Status Builder::Settle(const std::string& name) {
  Built& built = built_.at(name);
  if (!built.pending) return {};
  progress_.Stage("writing " + name, 0, "");
  LakeTable table = TableOf(graph_.Find(name)->model);
  TRY(WrittenFiles written, writer_->Wait(name));
  TRY_STATUS(CommitFiles(table, written, *built.pending, built));
  built.pending.reset();
  return {};
}

// What was written from is as it was until then.
Status Builder::SettleAll() {
  for (const PlannedModel& planned : plan_) {
    const std::string& name = planned.node->model.name;
    if (built_.contains(name)) TRY_STATUS(Settle(name));
  }
  for (auto& [name, built] : built_) {
    if (graph_.Find(name)->model.materialized != Materialized::kTable || !writer_->Has(name)) continue;
    progress_.Stage("writing " + name, 0, "");
    TRY(built.copy, writer_->Wait(name));
  }
  return {};
}

Status Builder::ViewLakeModel(const Model& model, const Built& built) {
  std::string rows = fmt::format("SELECT {} FROM {}", ColumnList(built.columns), built.rows);
  return work_->View("new_" + model.name, built.rows.empty() ? built.view : rows);
}

// Fills built.rows with the rows of the days that change, and says which these are.
Status Builder::MakeDerivedRows(const PlannedModel& planned, Built& built) {
  const Model& model = planned.node->model;
  auto names = Names();
  TRY(DaySet days, ChangedDays(planned));
  const ModelState* before = StateBefore(model.name);
  std::string served = model.schema + "." + model.name;
  bool comparable = before != nullptr && !request_.full;
  if (comparable) {
    TRY(auto columns, ColumnsOf(work_->main(), "SELECT * FROM " + served));
    comparable = SameColumns(columns, built.columns);
  }
  if (!comparable) days = DaySet::All();
  built.changed = days;
  if (days.none()) return {};
  if (!days.all) {
    DaySet read = days;
    if (!model.days.together.empty()) {
      TRY(days, Together(planned, days, true));
      TRY(read, Together(planned, days, false));
      built.changed = days;
    }
    TRY(std::string relation, RelationOfDays(graph_.Find(model.days.of)->model, read));
    TRY_STATUS(work_->View("days_of_" + model.days.of, relation));
    names[model.days.of] = "temp.days_of_" + model.days.of;
  }
  std::string query = NameRelations(planned.node->sql, names);
  if (!days.all) query = fmt::format("SELECT * FROM ({}) WHERE {}", query, days.Condition(model.days.column));
  if (days.all && model.materialized == Materialized::kTable) {
    TRY(built.rows, work_->MakeUnseen(model.schema, model.name, query));
    CrashPoint("table_made");
  } else {
    built.rows = WorkArea::Name("rows_" + model.name);
    TRY_STATUS(work_->Make("rows_" + model.name, query));
  }
  // Often nothing comes of a change upstream: a table without days is compared as a whole.
  if (!comparable || !model.days.column.empty()) return {};
  std::string sum =
      fmt::format("SELECT count(*) AS n, bit_xor(hash({0})) AS x, sum(CAST(hash({0}) AS HUGEINT)) AS s",
                  ColumnList(built.columns));
  TRY(uint64_t same,
      work_->Count(fmt::format("SELECT count(*) FROM (({0} FROM {1}) INTERSECT ({0} FROM {2}))", sum,
                               built.rows, served)));
  if (same != 1) return {};
  built.changed = {};
  return work_->DropUnseen(built.rows);
}

}  // namespace souk::warehouse
