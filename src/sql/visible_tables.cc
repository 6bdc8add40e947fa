#include "sql/visible_tables.h"

#include <algorithm>

#include "base/options.h"
#include "sql/scan.h"

namespace souk::sql {
namespace {

// Two plain scans: a join of them takes five times as long.
constexpr const char* kTables = "SELECT schema_name, table_name, database_name FROM duckdb_tables()";
constexpr const char* kViews =
    "SELECT schema_name, view_name, database_name FROM duckdb_views() WHERE NOT internal";

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool LooksLikeFile(const std::string& name) { return name.find_first_of("./\\:*") != std::string::npos; }

bool IsCatalogView(const std::string& name) {
  return name.starts_with("duckdb_") || name.starts_with("sqlite_") || name.starts_with("pg_") ||
         name.starts_with("pragma_");
}

}  // namespace

const char* FilledBy(const std::string& schema) {
  return schema == "hot" ? "the stream of `souk up` fills it" : "run `souk build`";
}

Result<VisibleTables> VisibleTables::Load(Connection& connection, const std::vector<std::string>& schemas) {
  VisibleTables visible;
  visible.schemas_ = schemas;
  TRY(Table catalog, connection.Query("SELECT current_database()"));
  visible.catalog_ = LowerAscii(CellText(catalog.At(0, 0)));
  for (const char* sql : {kTables, kViews}) {
    TRY(Table rows, connection.Query(sql));
    for (const auto& row : rows.rows) {
      std::string schema = LowerAscii(CellText(row[0]));
      std::string table = CellText(row[1]);
      bool allowed =
          std::find(schemas.begin(), schemas.end(), schema) != schemas.end() && !table.starts_with("__");
      if (allowed && LowerAscii(CellText(row[2])) == visible.catalog_)
        visible.tables_[schema][LowerAscii(table)] = table;
    }
  }
  return visible;
}

tl::unexpected<Error> VisibleTables::NoSchema(const std::string& schema) const {
  return Fail(Code::kDenied,
              "the schema {} cannot be read here; those that can are {} (SHOW TABLES lists their tables)",
              schema, Join(schemas_));
}

tl::unexpected<Error> VisibleTables::NoTable(const std::string& schema, const std::string& table) const {
  std::string lower = LowerAscii(table);
  for (const auto& [other, tables] : tables_) {
    if (other != schema && tables.contains(lower)) {
      return Fail(Code::kNotFound, "there is no table {} in {}, but {}.{}", table, schema, other,
                  tables.at(lower));
    }
  }
  if (IsCatalogView(lower)) {
    return Fail(Code::kDenied,
                "{} is DuckDB's own and cannot be read here; SHOW TABLES lists the tables that can", table);
  }
  if (LooksLikeFile(table)) {
    return Fail(Code::kDenied,
                "'{}' is no table, and files cannot be read here; bring them in with `souk ingest`", table);
  }
  std::vector<std::string> names = Tables(schema);
  if (names.empty()) {
    return Fail(Code::kNotFound, "there is no table {}: {} has no tables yet; {}", table, schema,
                FilledBy(schema));
  }
  std::string nearest = NearestWord(lower, names);
  std::string hint =
      nearest.empty() ? "SHOW TABLES lists those there are" : fmt::format("did you mean {}?", nearest);
  return Fail(Code::kNotFound, "there is no table {} in {}; {}", table, schema, hint);
}

Result<std::string> VisibleTables::ResolveSchema(const std::string& schema) const {
  std::string lower = LowerAscii(schema);
  if (std::find(schemas_.begin(), schemas_.end(), lower) == schemas_.end()) return NoSchema(schema);
  return lower;
}

Result<RelationName> VisibleTables::Resolve(const RelationName& name, const std::string& current) const {
  if (!name.catalog.empty() && LowerAscii(name.catalog) != catalog_) {
    return Fail(Code::kDenied, "the database {} cannot be read here; leave it out, or write {}", name.catalog,
                catalog_);
  }
  std::string schema = current;
  if (!name.schema.empty()) {
    auto given = ResolveSchema(name.schema);
    if (!given) return tl::unexpected(given.error());
    schema = *given;
  }
  auto tables = tables_.find(schema);
  if (tables == tables_.end()) return NoTable(schema, name.table);
  auto table = tables->second.find(LowerAscii(name.table));
  if (table == tables->second.end()) return NoTable(schema, name.table);
  return RelationName{"", schema, table->second};
}

std::vector<std::string> VisibleTables::Tables(const std::string& schema) const {
  std::vector<std::string> names;
  auto tables = tables_.find(schema);
  if (tables == tables_.end()) return names;
  for (const auto& [lower, name] : tables->second) names.push_back(name);
  return names;
}

}  // namespace souk::sql
