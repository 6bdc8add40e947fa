#include "store/hot_tables.h"

#include <algorithm>

#include "store/window_table.h"

namespace souk::store {
namespace {

using record::Field;
using record::FieldType;
using record::Schema;

const Schema* SchemaOf(const char* name) { return record::FindSchema(name).value(); }

HotColumn* FindColumn(std::vector<HotColumn>& columns, const std::string& name) {
  auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

void AddFields(HotTable& table) {
  for (size_t s = 0; s < table.schemas.size(); ++s) {
    const auto& fields = table.schemas[s]->fields;
    for (size_t i = 0; i < fields.size(); ++i) {
      HotColumn* column = FindColumn(table.columns, fields[i].name);
      if (column == nullptr) {
        column = &table.columns.emplace_back(
            HotColumn{fields[i].name, DuckdbType(fields[i]), HotSource::kField, fields[i].type, {}});
        column->fields.assign(table.schemas.size(), -1);
      }
      column->fields[s] = static_cast<int>(i);
    }
  }
}

void AddArrival(HotTable& table) {
  auto add = [&](const char* name, const char* type, HotSource source) {
    table.columns.push_back({name, type, source, FieldType::kText, {}});
  };
  add("processing_time", "TIMESTAMP WITH TIME ZONE", HotSource::kProcessingTime);
  add("latency_ms", "DECIMAL(18,3)", HotSource::kLatency);
  add("topic", "VARCHAR", HotSource::kTopic);
  add("partition", "INTEGER", HotSource::kPartition);
  add("offset", "BIGINT", HotSource::kOffset);
  add(kRowBytes, "BIGINT", HotSource::kBytes);
}

// Commits wait while a checkpoint looks for the best compression.
constexpr const char* kPlain = " USING COMPRESSION uncompressed";

std::string Definition(const HotColumn& column) {
  return sql::QuoteName(column.name) + " " + column.type + kPlain;
}

Result<std::vector<sql::Column>> ColumnsInFile(sql::Connection& connection, const std::string& database,
                                               const std::string& schema, const std::string& table) {
  TRY(sql::Table rows,
      connection.Query("SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = $database "
                       "AND schema_name = $schema AND table_name = $table ORDER BY column_index",
                       {{"database", database}, {"schema", schema}, {"table", table}}));
  std::vector<sql::Column> columns;
  for (const auto& row : rows.rows) columns.push_back({sql::CellText(row[0]), sql::CellText(row[1])});
  return columns;
}

struct View {
  std::string name, from;
  std::vector<std::string> columns;
};

// The comment says which format's tables the view was made for.
Status OpenView(sql::Connection& connection, const std::string& database, const View& view) {
  TRY(auto there, ColumnsInFile(connection, database, kHotSchema, view.name));
  TRY(sql::Table comment,
      connection.Query("SELECT comment FROM duckdb_views() WHERE database_name = $database AND "
                       "schema_name = $schema AND view_name = $view",
                       {{"database", database}, {"schema", kHotSchema}, {"view", view.name}}));
  std::string format = fmt::format("hot store, format {}", kHotFormat);
  auto same = [](const sql::Column& column, const std::string& name) { return column.name == name; };
  if (std::equal(there.begin(), there.end(), view.columns.begin(), view.columns.end(), same) &&
      !comment.rows.empty() && sql::CellText(comment.At(0, 0)) == format)
    return {};
  std::string list;
  for (const std::string& column : view.columns) list += (list.empty() ? "" : ", ") + sql::QuoteName(column);
  return connection.Execute(
      fmt::format("CREATE OR REPLACE VIEW {}.{} AS SELECT {} FROM {}; COMMENT ON VIEW {}.{} IS {}",
                  kHotSchema, view.name, list, view.from, kHotSchema, view.name, sql::QuoteLiteral(format)));
}

}  // namespace

int HotTable::SchemaAt(const Schema* schema) const {
  auto found = std::find(schemas.begin(), schemas.end(), schema);
  return found == schemas.end() ? -1 : static_cast<int>(found - schemas.begin());
}

HotTable OrdersTable() {
  HotTable table{"orders", {SchemaOf("transactions")}, {}};
  AddFields(table);
  AddArrival(table);
  return table;
}

HotTable EventsTable() {
  HotTable table{"events", {SchemaOf("clickstream")}, {}};
  AddFields(table);
  AddArrival(table);
  return table;
}

HotTable LateTable() {
  HotTable table{"late_records", {SchemaOf("transactions"), SchemaOf("clickstream")}, {}};
  table.columns.push_back({"record", "VARCHAR", HotSource::kRecord, FieldType::kText, {}});
  AddFields(table);
  AddArrival(table);
  return table;
}

std::string InHotStore(std::string_view table) { return fmt::format("{}.main.{}", kHotDatabase, table); }

Status OpenHotTable(sql::Connection& connection, HotTable& table) {
  std::string list;
  for (const HotColumn& column : table.columns) list += (list.empty() ? "" : ", ") + Definition(column);
  std::string name = InHotStore(table.name);
  TRY_STATUS(connection.Execute(fmt::format("CREATE TABLE IF NOT EXISTS {}({})", name, list)));
  TRY(auto there, ColumnsInFile(connection, kHotDatabase, "main", table.name));
  std::vector<HotColumn> columns;
  for (const sql::Column& column : there) {
    HotColumn* known = FindColumn(table.columns, column.name);
    columns.push_back(known == nullptr ? HotColumn{column.name, column.type} : *known);
    if (known == nullptr || known->type == column.type) continue;
    TRY_STATUS(connection.Execute(
        fmt::format("ALTER TABLE {} ALTER {} TYPE {}", name, sql::QuoteName(column.name), known->type)));
  }
  for (const HotColumn& column : table.columns) {
    if (FindColumn(columns, column.name) != nullptr) continue;
    TRY_STATUS(connection.Execute(fmt::format("ALTER TABLE {} ADD COLUMN {}", name, Definition(column))));
    columns.push_back(column);
  }
  table.columns = std::move(columns);
  return {};
}

Status CreatePlainTables(sql::Connection& connection) {
  std::string windows = InHotStore("kpi_windows");
  return connection.Execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {0}(kpi VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, "
      "dimension VARCHAR, member VARCHAR, value BIGINT, commit_number BIGINT DEFAULT 0);"
      "ALTER TABLE {0} ADD COLUMN IF NOT EXISTS commit_number BIGINT DEFAULT 0;"  // format 1 has none
      "CREATE TABLE IF NOT EXISTS {1}(space VARCHAR{4}, key BLOB{4}, value BLOB{4}, commit_number BIGINT{4});"
      "CREATE TABLE IF NOT EXISTS {2}(topic VARCHAR, partition INTEGER, next_offset BIGINT, latest BIGINT);"
      "CREATE TABLE IF NOT EXISTS {3}(name VARCHAR, value BIGINT)",
      windows, InHotStore("stream_state"), InHotStore("positions"), InHotStore("counters"), kPlain));
}

Status OpenHotViews(sql::Connection& connection, const std::vector<const HotTable*>& tables) {
  std::vector<View> views = {{"kpi_windows",
                              WindowTable::Latest(),
                              {"kpi", "window_start", "window_end", "dimension", "member", "value"}}};
  for (const HotTable* table : tables) {
    View& view = views.emplace_back(View{table->name, InHotStore(table->name), {}});
    for (const HotColumn& column : table->columns) {
      if (column.source != HotSource::kBytes) view.columns.push_back(column.name);
    }
  }
  TRY_STATUS(connection.Execute(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", kHotSchema)));
  TRY(sql::Table database, connection.Query("SELECT current_database()"));
  for (const View& view : views) TRY_STATUS(OpenView(connection, sql::CellText(database.At(0, 0)), view));
  return {};
}

}  // namespace souk::store
