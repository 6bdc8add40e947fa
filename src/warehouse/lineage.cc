#include "warehouse/lineage.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "base/options.h"
#include "record/schema.h"
#include "sql/macro.h"
#include "warehouse/graph.h"
#include "warehouse/quality.h"
#include "warehouse/query_lineage.h"
#include "warehouse/raw_relation.h"
#include "warehouse/report_file.h"

namespace souk::warehouse {
namespace {

constexpr std::array<const char*, kUses> kUseNames = {"identity",  "expression", "aggregation", "rows",
                                                      "condition", "window",     "filter",      "join",
                                                      "grouping",  "order"};
constexpr std::string_view kReportPrefix = "report.";

std::string Joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// The rows of a staging model: the first of each key in the order of `newest`, without what is rejected. The
// other columns decide only between versions that are equal in these, which is no use worth telling.
std::string NewestOf(const Model& model, const std::string& sql) {
  std::vector<std::string> names;
  for (const ModelColumn& column : model.columns) names.push_back(column.name);
  return fmt::format(
      "SELECT {} FROM (SELECT model.*, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {}) AS version_rank "
      "FROM ({}\n) model{}) versions WHERE version_rank = 1",
      Joined(names), Joined(model.key), Joined(model.newest), sql,
      model.rejects.empty() ? "" : fmt::format(" WHERE {} IS NULL", kRejectReason));
}

class Loader {
 public:
  Loader(const WarehouseOptions& options, sql::Connection& connection)
      : options_(options), connection_(connection) {}

  Result<std::vector<RelationLineage>> Load() {
    AddRaw();
    TRY(aggregates_, AggregateFunctions(connection_));
    TRY(Graph graph, MakeGraph(options_, connection_));
    TRY(macros_, sql::LoadMacros(options_.models_directory));
    for (const Node& node : graph.nodes) TRY_STATUS(AddModel(node.model));
    TRY_STATUS(AddQuality(graph));
    TRY_STATUS(AddReports());
    return std::move(relations_);
  }

 private:
  void AddRaw() {
    for (const record::Schema& schema : record::Schemas()) {
      RelationLineage raw{"raw_" + schema.name, "raw", {}, {}};
      for (const sql::Column& column : RawColumns(schema)) {
        const record::Field* field = schema.Find(column.name);
        ColumnLineage lineage{column.name, {}, {}};
        if (field != nullptr && !field->pii.empty()) lineage.pii.insert(field->pii);
        raw.columns.push_back(std::move(lineage));
      }
      Add(std::move(raw));
    }
  }

  Status AddModel(const Model& model) {
    TRY(std::string sql, DialectSql(model, options_, "duckdb"));
    TRY(QueryLineage query, Read(model.newest.empty() ? sql : NewestOf(model, sql), model.file));
    if (query.columns.size() != model.columns.size()) {
      return Fail(Code::kInvalid, "{}: the SQL has {} columns and the .yml {}", model.file,
                  query.columns.size(), model.columns.size());
    }
    RelationLineage relation{model.name, MaterializedName(model.materialized), {}, std::move(query.rows)};
    for (size_t i = 0; i < model.columns.size(); ++i) {
      ColumnLineage column{model.columns[i].name, std::move(query.columns[i]), {}};
      if (!model.columns[i].pii.empty()) column.pii.insert(model.columns[i].pii);
      relation.columns.push_back(std::move(column));
    }
    Add(std::move(relation));
    return {};
  }

  // What the build counts of the models' rules (quality.h), as if a SELECT did it: checks look at the model's
  // rows, rejects at those of its raw relation, which have no day.
  Status AddQuality(const Graph& graph) {
    std::string counts =
        "SELECT CAST(NULL AS VARCHAR) AS model, CAST(NULL AS DATE) AS shop_day, NULL AS measure, NULL AS "
        "reason, 0 AS checked, 0 AS failed";
    for (const Node& node : graph.nodes) {
      const Model& model = node.model;
      auto add = [&](const Rule& rule, const std::string& day, const std::string& relation) {
        counts += fmt::format(
            " UNION ALL SELECT {}, {} AS shop_day, {}, {}, count(*), count(*) FILTER (WHERE {}\n) "
            "FROM {} GROUP BY ALL",
            sql::QuoteLiteral(model.name), day, sql::QuoteLiteral(rule.measure),
            sql::QuoteLiteral(rule.reason), rule.when, relation);
      };
      for (const Rule& rule : model.rejects) add(rule, "NULL", node.inputs.front());
      for (const Rule& rule : model.checks)
        add(rule, model.days.column.empty() ? "NULL" : model.days.column, model.name);
    }
    TRY(std::string sql, sql::ExpandMacros(counts, macros_, "duckdb", Variables()));
    TRY(QueryLineage query, Read(sql, "the rules of the models"));
    for (const auto& [name, columns] : QualityRelations()) {
      RelationLineage relation{name, "build", {}, query.rows};
      for (const std::string& column : columns) {
        auto at = std::find(query.names.begin(), query.names.end(), column) - query.names.begin();
        bool counted = at < static_cast<ptrdiff_t>(query.names.size());  // not the version of the build
        relation.columns.push_back({column, counted ? query.columns[static_cast<size_t>(at)] : Inputs(), {}});
      }
      Add(std::move(relation));
    }
    return {};
  }

  sql::MacroVariables Variables() const { return {{"shop.time_zone", options_.shop.time_zone}}; }

  // A report's columns are those it has without filters; what a filter reads decides about rows.
  Status AddReports() {
    TRY(auto files, ReportFiles::Load(options_.models_directory, options_.shop.currency));
    std::vector<RelationLineage> reports;
    for (const ReportFile& report : files.reports()) {
      RelationLineage relation{std::string(kReportPrefix) + report.info.name, "report", {}, {}};
      std::vector<FilterCounts> requests = {{}};
      for (const std::string& filter : report.info.filters) requests.push_back({{filter, 1}});
      for (const FilterCounts& request : requests) {
        TRY(std::string filled, files.Sql(report, request));
        auto sql = sql::ExpandMacros(filled, macros_, "duckdb", Variables());
        if (!sql) return Wrap(sql.error(), report.file);
        TRY(QueryLineage query, Read(*sql, report.file));
        for (auto& [column, uses] : query.rows) relation.rows[column].insert(uses.begin(), uses.end());
        if (!request.empty()) continue;
        for (size_t i = 0; i < query.names.size(); ++i)
          relation.columns.push_back({query.names[i], std::move(query.columns[i]), {}});
      }
      reports.push_back(std::move(relation));
    }
    for (RelationLineage& report : reports) relations_.push_back(std::move(report));
    return {};
  }

  Result<QueryLineage> Read(const std::string& sql, const std::string& file) {
    auto query = LineageOf(connection_, sql, aggregates_, [this](const std::string& name) {
      auto found = columns_.find(name);
      return found == columns_.end() ? nullptr : &found->second;
    });
    if (!query) return Wrap(query.error(), file);
    return query;
  }

  void Add(RelationLineage relation) {
    std::vector<std::string>& names = columns_[relation.name];
    for (const ColumnLineage& column : relation.columns) names.push_back(column.name);
    relations_.push_back(std::move(relation));
  }

  const WarehouseOptions& options_;
  sql::Connection& connection_;
  std::vector<sql::Macro> macros_;
  std::set<std::string> aggregates_;
  std::map<std::string, std::vector<std::string>> columns_;  // of raw relations and models
  std::vector<RelationLineage> relations_;
};

bool Wanted(const UseSet& uses, bool indirect) { return indirect || IsDirect(uses); }

}  // namespace

const char* UseName(Use use) { return kUseNames[static_cast<size_t>(use)]; }

bool IsDirect(const UseSet& uses) { return !uses.empty() && IsDirect(*uses.begin()); }

std::string KindOf(const UseSet& uses) {
  std::optional<Use> direct;
  std::vector<std::string> deciding;
  for (Use use : uses) {
    if (IsDirect(use)) direct = use;
    deciding.emplace_back(UseName(use));
  }
  if (direct) return UseName(*direct);
  if (uses.contains(Use::kRows)) return UseName(Use::kRows);
  return deciding.empty() ? "constant" : fmt::format("indirect ({})", Joined(deciding));
}

const ColumnLineage* RelationLineage::Find(std::string_view column) const {
  auto found = std::find_if(columns.begin(), columns.end(),
                            [&](const ColumnLineage& lineage) { return lineage.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

Result<Lineage> Lineage::Load(const WarehouseOptions& options) {
  sql::DatabaseOptions memory;
  memory.memory_bytes = 200'000'000;
  memory.threads = 1;
  memory.time_zone = options.shop.time_zone;
  memory.models_directory = options.models_directory;
  TRY(auto database, sql::Database::Open(memory));
  TRY(auto connection, database->Connect());
  Lineage lineage;
  TRY(lineage.relations_, Loader(options, connection).Load());
  lineage.SpreadPii();
  return lineage;
}

// Upstream stands first, so one pass is enough.
void Lineage::SpreadPii() {
  for (RelationLineage& relation : relations_) {
    for (ColumnLineage& column : relation.columns) {
      for (const auto& [from, uses] : column.from) {
        const RelationLineage* source = IsDirect(uses) ? Find(from.relation) : nullptr;
        const ColumnLineage* input = source == nullptr ? nullptr : source->Find(from.column);
        if (input != nullptr) column.pii.insert(input->pii.begin(), input->pii.end());
      }
    }
  }
}

const RelationLineage* Lineage::Find(std::string_view name) const {
  auto found = std::find_if(relations_.begin(), relations_.end(),
                            [&](const RelationLineage& relation) { return relation.name == name; });
  return found == relations_.end() ? nullptr : &*found;
}

Result<LineageRequest> Lineage::Resolve(const std::string& text) const {
  std::string name = text;
  for (std::string_view schema : {"clean.", "ecommerce.", "ecommerce_dwh."}) {
    if (name.starts_with(schema)) name = name.substr(schema.size());
  }
  auto relation_of = [&](const std::string& given) {
    const RelationLineage* found = Find(given);
    return found != nullptr ? found : Find(std::string(kReportPrefix) + given);
  };
  LineageRequest request;
  const RelationLineage* relation = relation_of(name);
  if (size_t dot = name.rfind('.'); relation == nullptr && dot != std::string::npos) {
    request.column = name.substr(dot + 1);
    name = name.substr(0, dot);
    relation = relation_of(name);
  }
  std::vector<std::string> known;
  if (relation == nullptr) {
    for (const RelationLineage& other : relations_) known.push_back(other.name);
    std::string near = NearestWord(name, known);
    return Fail(Code::kNotFound, "there is no model, raw relation or report {}{}; `souk lineage` lists them",
                name, near.empty() ? "" : fmt::format(", did you mean {}?", near));
  }
  request.relation = relation->name;
  bool rows = request.column == kRowsColumn;
  if (request.column.empty() || rows || relation->Find(request.column) != nullptr) return request;
  for (const ColumnLineage& column : relation->columns) known.push_back(column.name);
  std::string near = NearestWord(request.column, known);
  return Fail(Code::kNotFound, "{} has no column {}{}", relation->name, request.column,
              near.empty() ? "; its columns are " + Joined(known) : fmt::format(", did you mean {}?", near));
}

std::vector<LineageEdge> Lineage::EdgesInto(const ColumnId& column, bool indirect) const {
  std::vector<LineageEdge> edges;
  const RelationLineage* relation = Find(column.relation);
  if (relation == nullptr || relation->kind == "raw") return edges;
  const ColumnLineage* lineage = relation->Find(column.column);
  const Inputs& inputs = lineage == nullptr ? relation->rows : lineage->from;
  for (const auto& [from, uses] : inputs) {
    bool rows = lineage == nullptr && uses.contains(Use::kRows);
    if (!rows && !Wanted(uses, indirect)) continue;
    const RelationLineage* source = Find(from.relation);
    const ColumnLineage* input = source == nullptr ? nullptr : source->Find(from.column);
    bool tagged = input != nullptr && IsDirect(uses);
    edges.push_back({from, column, uses, tagged ? input->pii : std::set<std::string>()});
  }
  if (lineage != nullptr && inputs.empty()) edges.push_back({{}, column, {}, lineage->pii});
  return edges;
}

std::vector<LineageEdge> Lineage::EdgesOutOf(const ColumnId& column, bool indirect) const {
  std::vector<LineageEdge> edges;
  auto add = [&](const RelationLineage& relation, const std::string& name) {
    for (LineageEdge& edge : EdgesInto({relation.name, name}, indirect)) {
      if (edge.from == column) edges.push_back(std::move(edge));
    }
  };
  for (const RelationLineage& relation : relations_) {
    for (const ColumnLineage& to : relation.columns) add(relation, to.name);
    add(relation, kRowsColumn);
  }
  return edges;
}

namespace {

using EdgesOf = std::function<std::vector<LineageEdge>(const ColumnId&)>;

// Breadth first. Only what carries values is followed, and rows from rows.
std::vector<LineageEdge> Walk(std::vector<ColumnId> start, int depth, bool upstream,
                              const EdgesOf& edges_of) {
  std::vector<LineageEdge> edges;
  std::set<ColumnId> seen(start.begin(), start.end());
  for (int step = 1; !start.empty() && (depth == 0 || step <= depth); ++step) {
    std::vector<ColumnId> next;
    for (const ColumnId& column : start) {
      for (LineageEdge& edge : edges_of(column)) {
        ColumnId other = upstream ? edge.from : edge.to;
        bool followed = IsDirect(edge.uses) || edge.uses.contains(Use::kRows);
        edges.push_back(std::move(edge));
        if (followed && seen.insert(other).second) next.push_back(other);
      }
    }
    start = std::move(next);
  }
  return edges;
}

std::vector<ColumnId> StartOf(const Lineage& lineage, const LineageRequest& request) {
  if (!request.column.empty()) return {{request.relation, request.column}};
  std::vector<ColumnId> start;
  for (const ColumnLineage& column : lineage.Find(request.relation)->columns)
    start.push_back({request.relation, column.name});
  start.push_back({request.relation, kRowsColumn});
  return start;
}

}  // namespace

std::vector<LineageEdge> Lineage::Upstream(const LineageRequest& request) const {
  auto edges = Walk(StartOf(*this, request), request.depth, true,
                    [&](const ColumnId& column) { return EdgesInto(column, request.indirect); });
  bool rows_are_missing = !request.column.empty() && request.column != kRowsColumn && request.indirect;
  for (LineageEdge& edge : EdgesInto({request.relation, kRowsColumn}, true)) {
    if (rows_are_missing) edges.push_back(std::move(edge));
  }
  return edges;
}

std::vector<LineageEdge> Lineage::Downstream(const LineageRequest& request) const {
  return Walk(StartOf(*this, request), request.depth, false,
              [&](const ColumnId& column) { return EdgesOutOf(column, request.indirect); });
}

}  // namespace souk::warehouse
