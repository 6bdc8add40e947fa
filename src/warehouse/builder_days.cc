// Which days a model has to make again, from what changed in its inputs since it was last built.
#include "warehouse/builder.h"
#include "warehouse/columns_read.h"

namespace souk::warehouse {
namespace {

// The moments at which a lookup in the dimension begins to give another answer, with that answer. A version
// that ends without a successor gives none from then on.
std::string Breakpoints(const std::string& relation, const std::string& key, const std::string& columns,
                        const std::string& nulls) {
  return fmt::format(
      "SELECT {1} AS k, valid_from AS since{2} FROM {0} UNION ALL SELECT o.{1}, o.valid_to{3} FROM {0} o "
      "WHERE "
      "o.valid_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {0} n WHERE n.{1} = o.{1} AND n.valid_from = "
      "o.valid_to)",
      relation, key, columns, nulls);
}

}  // namespace

Result<lake::DeltaSnapshot> Builder::SnapshotOf(const Model& model) {
  auto built = built_.find(model.name);
  if (built != built_.end()) {
    TRY_STATUS(Settle(model.name));
    return *built->second.snapshot;
  }
  const ModelState* state = StateBefore(model.name);
  return TableOf(model).Snapshot(state == nullptr ? std::nullopt
                                                  : std::optional<int64_t>(state->delta_version));
}

// A SELECT of these days of a model that others read by days.
Result<std::string> Builder::RelationOfDays(const Model& model, const DaySet& days) {
  if (model.materialized == Materialized::kLake && !model.partitions.empty()) {
    LakeTable table = TableOf(model);
    TRY(auto snapshot, SnapshotOf(model));
    TRY(auto columns, ColumnsOf(work_->main(), "SELECT * FROM " + Names().at(model.name)));
    return table.Select(table.FilesOf(snapshot.files, days), columns);
  }
  return fmt::format("SELECT * FROM {} WHERE {}", Names().at(model.name), days.Condition(model.days.column));
}

Result<DaySet> Builder::ChangedDays(const PlannedModel& planned) {
  const Node& node = *planned.node;
  const Model& model = node.model;
  const ModelState* before = StateBefore(model.name);
  if (before == nullptr || request_.full || before->definition != node.definition ||
      before->settings != node.settings) {
    return DaySet::All();
  }
  DaySet days;
  for (const std::string& input : node.inputs) {
    if (!model.days.column.empty() && model.days.looks_up.contains(input)) {
      TRY(DaySet more, DaysThatLookUp(planned, input));
      days.Add(more);
      continue;
    }
    TRY(DaySet more, ChangeOf(planned, input));
    if (!more.none() && (model.days.column.empty() || input != model.days.of)) return DaySet::All();
    days.Add(more);
  }
  if (model.days.column.empty()) return Forced().none() ? days : DaySet::All();
  if (!days.all && !Forced().none()) {
    // Only days that there are: the others have nothing to be made of.
    TRY(DaySet present,
        work_->Days(fmt::format("SELECT DISTINCT {0} FROM {1} UNION SELECT DISTINCT {2} FROM {3}",
                                graph_.Find(model.days.of)->model.days.column, Names().at(model.days.of),
                                model.days.column, model.schema + "." + model.name)));
    DaySet forced = Forced();
    for (int64_t day : present.days) {
      if (forced.Contains(day)) days.days.insert(day);
    }
  }
  return days;
}

// Days of `input` that changed since the model was built.
Result<DaySet> Builder::ChangeOf(const PlannedModel& planned, const std::string& input) {
  const ModelState& before = *StateBefore(planned.node->model.name);
  auto recorded = before.built_from.find(input);
  const Node* node = graph_.Find(input);
  if (recorded == before.built_from.end() || node == nullptr) return DaySet::All();
  const Model& model = node->model;
  auto built = built_.find(input);
  if (model.materialized == Materialized::kView) {
    auto signature = before.inputs.find(input);
    bool same = signature != before.inputs.end() && signature->second == planned.inputs.at(input);
    return same ? DaySet() : DaySet::All();
  }
  if (model.materialized == Materialized::kLake) {
    TRY(auto now, SnapshotOf(model));
    if (now.version == recorded->second) return DaySet();
    LakeTable table = TableOf(model);
    TRY(auto then, table.Snapshot(recorded->second));
    return table.Difference(then, now);
  }
  DaySet days = built == built_.end() ? DaySet() : built->second.changed;
  const ModelState* state = StateBefore(input);
  if (state == nullptr || days.all) return DaySet::All();
  if (state->version != recorded->second) {
    if (model.days.column.empty()) return DaySet::All();
    TRY(DaySet missed, DaysSince(work_->main(), input, recorded->second));
    days.Add(missed);
  }
  return days;
}

// Days with rows that find another version of a dimension than before, or another content of it.
Result<DaySet> Builder::DaysThatLookUp(const PlannedModel& planned, const std::string& dimension) {
  const Model& model = planned.node->model;
  const Lookup& lookup = model.days.looks_up.at(dimension);
  TRY(DaySet changed, ChangeOf(planned, dimension));
  if (changed.none()) return changed;
  const ModelState* state = StateBefore(dimension);
  auto built = built_.find(dimension);
  auto recorded = StateBefore(model.name)->built_from.find(dimension);
  std::string served = "ecommerce." + dimension;
  if (state == nullptr || built == built_.end() || recorded->second != state->version) return DaySet::All();
  TRY(auto old_columns, ColumnsOf(work_->main(), "SELECT * FROM " + served));
  std::vector<std::string> names;
  for (const sql::Column& column : built->second.columns) names.push_back(column.name);
  TRY(auto read, ColumnsRead(work_->main(), planned.node->sql, dimension, names));
  std::string columns, nulls;
  for (const std::string& name : read) {
    if (name == lookup.key || name == "valid_from" || name == "valid_to") continue;
    bool old = std::any_of(old_columns.begin(), old_columns.end(),
                           [&](const sql::Column& column) { return column.name == name; });
    if (!old) return DaySet::All();
    columns += ", " + sql::QuoteName(name);
    nulls += ", NULL";
  }
  std::string before = Breakpoints(served, lookup.key, columns, nulls);
  std::string after = Breakpoints(built->second.rows, lookup.key, columns, nulls);
  TRY_STATUS(
      work_->Make("since", fmt::format("SELECT k, min(since) AS since FROM ((({0}) EXCEPT ({1})) UNION ALL "
                                       "(({1}) EXCEPT ({0}))) GROUP BY k",
                                       before, after)));
  const Model& of = graph_.Find(model.days.of)->model;
  return work_->Days(fmt::format("SELECT DISTINCT f.{} FROM {} f JOIN {} s ON f.{} = s.k AND f.{} >= s.since",
                                 of.days.column, Names().at(of.name), WorkArea::Name("since"), lookup.key,
                                 lookup.time));
}

// `days`, and all others that have rows which belong together with a row of these days. `with_old`: also with
// rows that these days had when the model was last built.
Result<DaySet> Builder::Together(const PlannedModel& planned, const DaySet& days, bool with_old) {
  const Model& model = planned.node->model;
  const Model& of = graph_.Find(model.days.of)->model;
  const std::string& column = model.days.together;
  TRY(std::string now, RelationOfDays(of, days));
  std::string values = fmt::format("SELECT {} FROM ({})", column, now);
  if (with_old) {
    LakeTable table = TableOf(of);
    const ModelState& before = *StateBefore(model.name);
    TRY(auto then, table.Snapshot(before.built_from.at(of.name)));
    TRY(auto columns, ColumnsOf(work_->main(), "SELECT * FROM " + Names().at(of.name)));
    values += fmt::format(" UNION SELECT {} FROM ({})", column,
                          table.Select(table.FilesOf(then.files, days), columns));
  }
  TRY(DaySet more, work_->Days(fmt::format("SELECT DISTINCT {} FROM {} WHERE {} IN ({})", of.days.column,
                                           Names().at(of.name), column, values)));
  more.Add(days);
  return more;
}

}  // namespace souk::warehouse
