// CompileModels: the models' text for engines that are not DuckDB.
#include "record/schema.h"
#include "warehouse/graph.h"
#include "warehouse/lake_table.h"
#include "warehouse/raw_relation.h"
#include "warehouse/text.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {
namespace {

Result<std::string> DialectType(const std::string& type, const std::string& dialect) {
  if (dialect == "duckdb" || type.starts_with("DECIMAL") || type == "BIGINT" || type == "DOUBLE" ||
      type == "DATE" || type == "BOOLEAN") {
    return type;
  }
  if (type == "VARCHAR") return "STRING";
  if (type == "INTEGER") return "INT";
  if (type == "TIMESTAMP WITH TIME ZONE") return "TIMESTAMP";
  return Fail(Code::kUnsupported, "{} has no type for {}; cast it in the model", dialect, type);
}

Result<std::vector<std::pair<std::string, std::string>>> DialectColumns(
    const std::vector<sql::Column>& columns, const std::string& dialect) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const sql::Column& column : columns) {
    TRY(std::string type, DialectType(column.type, dialect));
    list.emplace_back(column.name, type);
  }
  return list;
}

// Empty tables and views stand for the real ones: their columns are the same.
Result<std::vector<sql::Column>> MakeEmpty(sql::Connection& connection, const std::string& name,
                                           const std::string& query) {
  TRY_STATUS(connection.Execute(fmt::format("CREATE VIEW {} AS {}", name, query)));
  return ColumnsOf(connection, "SELECT * FROM " + name);
}

Status CheckColumns(const Model& model, const std::vector<sql::Column>& columns) {
  for (size_t i = 0; i < std::max(columns.size(), model.columns.size()); ++i) {
    std::string made = i < columns.size() ? columns[i].name : "nothing";
    std::string said = i < model.columns.size() ? model.columns[i].name : "nothing";
    if (made != said)
      return Fail(Code::kInvalid, "{}: column {} is {} in the SQL and {} in the .yml", model.file, i + 1,
                  made, said);
  }
  return {};
}

Result<CompiledModel> Compile(sql::Connection& connection, const Node& node, const WarehouseOptions& options,
                              const std::string& dialect) {
  const Model& model = node.model;
  std::string query = node.sql;
  TRY(std::string text, DialectSql(model, options, dialect));
  std::string list;
  for (const ModelColumn& column : model.columns) list += (list.empty() ? "" : ", ") + column.name;
  if (!model.newest.empty()) {
    std::vector<std::string> names;
    std::string keys;
    for (const ModelColumn& column : model.columns) names.push_back(column.name);
    for (const std::string& key : model.key) keys += (keys.empty() ? "" : ", ") + key;
    query = fmt::format("SELECT {} FROM ({}) model", list, query);
    text = fmt::format(
        "SELECT {} FROM (SELECT model.*, ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {}) AS version_rank "
        "FROM (\n{}) model{}) versions\nWHERE version_rank = 1",
        list, keys, OrderOfVersions(model, names), text,
        model.rejects.empty() ? "" : " WHERE reject_reason IS NULL");
  }
  auto columns = MakeEmpty(connection, model.name, query);
  if (!columns) return Wrap(columns.error(), model.file);
  TRY_STATUS(CheckColumns(model, *columns));
  CompiledModel compiled{model.name, text, {}};
  TRY(compiled.columns, DialectColumns(*columns, dialect));
  return compiled;
}

}  // namespace

Result<std::vector<CompiledModel>> CompileModels(const WarehouseOptions& options,
                                                 const std::string& dialect) {
  sql::DatabaseOptions memory;
  memory.memory_bytes = 200'000'000;
  memory.threads = 1;
  memory.time_zone = options.shop.time_zone;
  memory.models_directory = options.models_directory;
  TRY(auto database, sql::Database::Open(memory));
  TRY(auto connection, database->Connect());
  TRY(Graph graph, MakeGraph(options, connection));
  std::vector<CompiledModel> compiled;
  for (const record::Schema& schema : record::Schemas()) {
    CompiledModel raw{"raw_" + schema.name, "", {}};
    auto columns = RawColumns(schema);
    TRY(raw.columns, DialectColumns(columns, dialect));
    std::string list;
    for (const sql::Column& column : columns) {
      list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", column.type, column.name);
    }
    TRY_STATUS(connection.Execute(fmt::format("CREATE VIEW {} AS SELECT {}", raw.name, list)));
    compiled.push_back(std::move(raw));
  }
  for (const Node& node : graph.nodes) {
    TRY(auto model, Compile(connection, node, options, dialect));
    compiled.push_back(std::move(model));
  }
  return compiled;
}

}  // namespace souk::warehouse
