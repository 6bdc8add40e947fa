// Staging models: the newest version of every record of the raw zone.
#include "base/hash.h"
#include "record/schema.h"
#include "warehouse/builder.h"
#include "warehouse/crash_point.h"
#include "warehouse/raw_relation.h"
#include "warehouse/text.h"

namespace souk::warehouse {
namespace {

using lake::DeltaSnapshot;

// Application ids in the Delta log of a staging table, beside kSignatureMark: what it was built from.
constexpr const char* kRawVersion = "souk.raw";  // version of the raw zone that is in it
constexpr const char* kDefinition = "souk.definition";

std::string Rows(uint64_t count) { return fmt::format("{} row{}", count, count == 1 ? "" : "s"); }

// The definition of a model and the settings it depends on.
int64_t DefinitionMark(const Node& node) {
  std::string text = node.definition;
  for (const auto& [name, value] : node.settings) text += fmt::format("\n{}={}", name, value);
  return Mark(Sha256Hex(text));
}

std::string RecordOf(const Node& node) {
  for (const std::string& input : node.inputs) {
    if (input.starts_with("raw_")) return input;
  }
  return "";
}

std::vector<std::string> NamesOf(const std::vector<sql::Column>& columns) {
  std::vector<std::string> names;
  for (const sql::Column& column : columns) names.push_back(column.name);
  return names;
}

}  // namespace

Model RejectedModel(const Model& model) {
  Model rejected;
  rejected.name = model.name + "_rejected";
  rejected.file = model.file;
  rejected.schema = "quarantine";
  rejected.description = "Rows that " + model.name + " keeps out, with the reason.";
  rejected.materialized = Materialized::kLake;
  rejected.columns = model.columns;
  rejected.columns.push_back({kRejectReason, "Why the row is kept out.", "", {}});
  return rejected;
}

Status Builder::BuildStaging(const PlannedModel& planned, Built& built) {
  const Model& model = planned.node->model;
  LakeTable table = TableOf(model);
  TRY_STATUS(table.RemoveOrphans());
  TRY(DeltaSnapshot snapshot, table.Snapshot());
  // The columns are the same whichever files the raw relation has.
  std::string raw = RecordOf(*planned.node);
  TRY(const record::Schema* schema, record::FindSchema(raw.substr(4)));
  TRY(std::string relation, RawRelationSql(work_->main(), *parts_.store, *schema, {}));
  TRY_STATUS(work_->View(raw, relation));
  TRY(built.columns, ColumnsOf(work_->main(), NameRelations(planned.node->sql, Names())));
  if (!model.rejects.empty()) {
    if (built.columns.empty() || built.columns.back().name != kRejectReason) {
      return Fail(Code::kInvalid, "it rejects rows, so {} must be its last column", kRejectReason);
    }
    built.columns.pop_back();
  }
  // A build that died after this commit has done the work already.
  bool done = Forced().none() && LakeTable::Transaction(snapshot, kSignatureMark) == Mark(planned.signature);
  if (!done) {
    TRY_STATUS(StageRows(planned, table, snapshot, built));
    if (!report_.failures.empty()) return {};
  }
  const ModelState* before = StateBefore(model.name);
  if (before == nullptr) {
    built.changed = DaySet::All();
  } else if (done) {
    TRY(auto served, table.Snapshot(before->delta_version));
    built.changed = table.Difference(served, snapshot);
  }
  TRY_STATUS(ServeRejected(model, built));
  if (done) {
    built.view = table.Select(snapshot.files, built.columns);
    built.snapshot = std::move(snapshot);
  }
  return ViewLakeModel(model, built);
}

Status Builder::StageRows(const PlannedModel& planned, LakeTable& table, const DeltaSnapshot& base,
                          Built& built) {
  const Model& model = planned.node->model;
  Staging staging(*work_, model, NamesOf(built.columns));
  bool rejects_added = false;
  TRY(built.changed, MakeStagedRows(planned, table, base, built, staging, rejects_added));
  if (!built.changed.none()) TRY_STATUS(TestModel(model, staging.rows()));
  if (!report_.failures.empty()) return {};
  if (!model.rejects.empty()) TRY_STATUS(WriteRejected(model, staging, rejects_added, built));
  PendingCommit commit{base,
                       {{kSignatureMark, Mark(planned.signature)},
                        {kRawVersion, inputs_.at(RecordOf(*planned.node)).version},
                        {kDefinition, DefinitionMark(*planned.node)}}};
  TRY_STATUS(PutInLake(model, table, staging.rows(), std::move(commit), built));
  return staging.Drop(built.rows.empty());
}

// Input that was only added to is merged; anything else is read again as a whole, and only what differs is
// written.
Result<DaySet> Builder::MakeStagedRows(const PlannedModel& planned, LakeTable& table,
                                       const DeltaSnapshot& base, const Built& built, Staging& staging,
                                       bool& rejects_added) {
  const Node& node = *planned.node;
  std::string raw = RecordOf(node);
  const RawInput& input = inputs_.at(raw);
  TRY(const record::Schema* schema, record::FindSchema(raw.substr(4)));
  bool same = base.version >= 0 && LakeTable::Transaction(base, kDefinition) == DefinitionMark(node);
  std::vector<lake::RawFile> files = input.files;
  bool only_added = false;
  if (same && Forced().none()) {
    TRY(only_added, KeepAddedFiles(raw_, input, LakeTable::Transaction(base, kRawVersion), files));
  }
  TRY(std::string relation, RawRelationSql(work_->main(), *parts_.store, *schema, files));
  TRY_STATUS(work_->View(raw, relation));
  TRY_STATUS(work_->KeepOrder(RawRowsAreNumbered(*schema, files)));
  TRY_STATUS(staging.Make(NameRelations(node.sql, Names())));
  TRY_STATUS(work_->KeepOrder(false));
  rejects_added = only_added;
  if (!same || request_.full) return DaySet::All();
  std::string before = "base_" + node.model.name;
  TRY_STATUS(work_->View(before, table.Select(base.files, built.columns)));
  before = "temp." + before;
  if (!only_added) return staging.KeepDifferent(before, Forced());
  return staging.Merge(before, [&](const DaySet& days) {
    return table.Select(table.FilesOf(base.files, days), built.columns);
  });
}

Status Builder::WriteRejected(const Model& model, Staging& staging, bool added, Built& built) {
  Model rejected = RejectedModel(model);
  LakeTable table = TableOf(rejected);
  TRY_STATUS(table.RemoveOrphans());
  TRY(DeltaSnapshot base, table.Snapshot());
  auto columns = built.columns;
  columns.push_back({kRejectReason, "VARCHAR"});
  if (added && base.version >= 0) {
    TRY_STATUS(staging.AddRejected("(" + table.Select(base.files, columns) + ")"));
  }
  TRY(uint64_t rows, work_->Count("SELECT count(*) FROM " + staging.rejected()));
  uint64_t old_rows = 0;
  for (const auto& file : base.files) old_rows += file.rows;
  // Rows are only ever added to what is there, so as many rows are the same rows.
  if (rows == old_rows && (added || rows == 0)) return {};
  WrittenFiles written;
  if (rows > 0) {
    TRY(written, table.Write(*work_, staging.rejected(), columns, progress_));
  }
  TRY(base, table.Commit(base, written, columns, DaySet::All(), {}, parts_.clock->Now()));
  return {};
}

Status Builder::ServeRejected(const Model& model, Built& built) {
  if (model.rejects.empty()) return {};
  Model rejected = RejectedModel(model);
  LakeTable table = TableOf(rejected);
  TRY(DeltaSnapshot snapshot, table.Snapshot());
  auto columns = built.columns;
  columns.push_back({kRejectReason, "VARCHAR"});
  built.rejected_view = table.Select(snapshot.files, columns);
  if (snapshot.files.empty()) return {};
  TRY(auto counts, work_->Query(fmt::format("SELECT {0}, count(*) FROM ({1}) GROUP BY 1 ORDER BY 1",
                                            kRejectReason, built.rejected_view)));
  for (const auto& row : counts.rows) {
    built.rejects.push_back({model.name, sql::CellText(row[0]), std::stoull(sql::CellText(row[1]))});
    progress_.Line(fmt::format("{}: {} kept out: {}", model.name, Rows(built.rejects.back().rows),
                               built.rejects.back().reason));
  }
  return {};
}

}  // namespace souk::warehouse
