#include "lake/delta_schema.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "lake/action.h"

namespace souk::lake {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Deeper schemas exist nowhere, and writing a type back as text needs stack for each level.
constexpr int kMaxDepth = 100;

int Depth(const std::string& text) {
  int depth = 0, deepest = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

Result<DeltaColumn> ColumnOf(const json& field) {
  if (!field.is_object()) return Fail(Code::kCorrupt, "a field of the schema is not an object");
  ActionReader reader(field);
  DeltaColumn column;
  column.name = reader.Text("name");
  column.nullable = reader.FlagOr("nullable", true);
  const json* type = reader.Find("type");
  if (type == nullptr) reader.Reject("a field of the schema has no type");
  if (type != nullptr && !type->is_string() && !type->is_object())
    reader.Reject("a type is neither a name nor an object");
  if (type != nullptr) column.type = type->is_string() ? type->get<std::string>() : type->dump();
  // A name that looks like an object would be written back as one.
  if (type != nullptr && type->is_string() && column.type.starts_with('{'))
    reader.Reject("a type has no name");
  const json* metadata = reader.Find("metadata");
  if (metadata != nullptr && metadata->is_object())
    column.comment = ActionReader(*metadata).TextOr("comment");
  TRY_STATUS(reader.status());
  return column;
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

std::string SchemaToJson(const DeltaSchema& schema) {
  ordered_json fields = ordered_json::array();
  for (const DeltaColumn& column : schema.columns) {
    ordered_json field;
    field["name"] = column.name;
    bool nested = column.type.starts_with('{');
    ordered_json type = nested ? ordered_json::parse(column.type, nullptr, false) : ordered_json(column.type);
    field["type"] = type.is_discarded() ? ordered_json(column.type) : std::move(type);
    field["nullable"] = column.nullable;
    field["metadata"] = ordered_json::object();
    if (!column.comment.empty()) field["metadata"]["comment"] = column.comment;
    fields.push_back(std::move(field));
  }
  ordered_json text;
  text["type"] = "struct";
  text["fields"] = std::move(fields);
  return text.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<DeltaSchema> SchemaFromJson(const std::string& text) {
  if (Depth(text) > kMaxDepth)
    return Fail(Code::kCorrupt, "the schema is nested more than {} deep", kMaxDepth);
  json body = json::parse(text, nullptr, false);
  if (!body.is_object() || !body.contains("fields") || !body["fields"].is_array()) {
    return Fail(Code::kCorrupt, "'schemaString' is not a struct");
  }
  DeltaSchema schema;
  for (const json& field : body["fields"]) {
    TRY(DeltaColumn column, ColumnOf(field));
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

Status CheckSchema(const DeltaSchema& schema) {
  if (schema.columns.empty()) return Fail(Code::kInvalid, "a Delta table needs at least one column");
  std::set<std::string> names;
  for (const DeltaColumn& column : schema.columns) {
    if (column.name.empty() || column.name.find_first_of(" ,;{}()\n\t=") != std::string::npos) {
      return Fail(Code::kInvalid,
                  "'{}' cannot be a column of a Delta table: give it a name without spaces or ,;{{}}()=",
                  column.name);
    }
    if (column.type.empty()) return Fail(Code::kInvalid, "the column '{}' has no type", column.name);
    if (!names.insert(LowerCase(column.name)).second) {
      return Fail(Code::kInvalid,
                  "the column '{}' is there twice (Delta does not tell upper from lower case)", column.name);
    }
  }
  std::set<std::string> partitions;
  for (const std::string& name : schema.partition_columns) {
    bool known = std::any_of(schema.columns.begin(), schema.columns.end(),
                             [&](const DeltaColumn& column) { return column.name == name; });
    if (!known || !partitions.insert(name).second) {
      return Fail(Code::kInvalid, "the partition column '{}' is not a column, or is named twice", name);
    }
  }
  if (partitions.size() == schema.columns.size()) {
    return Fail(Code::kInvalid, "a Delta table needs a column that is not a partition column");
  }
  return {};
}

bool SameSchema(const DeltaSchema& a, const DeltaSchema& b) {
  auto same = [](const DeltaColumn& x, const DeltaColumn& y) {
    return x.name == y.name && x.type == y.type && x.nullable == y.nullable && x.comment == y.comment;
  };
  return a.partition_columns == b.partition_columns &&
         std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(), same);
}

Result<std::string> DeltaTypeOf(const std::string& duckdb_type) {
  static const std::map<std::string, std::string, std::less<>> kTypes = {
      {"VARCHAR", "string"},
      {"BIGINT", "long"},
      {"INTEGER", "integer"},
      {"SMALLINT", "short"},
      {"TINYINT", "byte"},
      {"DOUBLE", "double"},
      {"FLOAT", "float"},
      {"BOOLEAN", "boolean"},
      {"DATE", "date"},
      {"BLOB", "binary"},
      {"TIMESTAMP WITH TIME ZONE", "timestamp"},
      {"TIMESTAMPTZ", "timestamp"}};
  static const std::map<std::string, std::string, std::less<>> kCasts = {
      {"TIMESTAMP", "TIMESTAMPTZ"},
      {"TIMESTAMP_S", "TIMESTAMPTZ"},
      {"TIMESTAMP_MS", "TIMESTAMPTZ"},
      {"TIMESTAMP_NS", "TIMESTAMPTZ"},
      {"UTINYINT", "SMALLINT"},
      {"USMALLINT", "INTEGER"},
      {"UINTEGER", "BIGINT"},
      {"UBIGINT", "DECIMAL(20,0)"},
      {"HUGEINT", "BIGINT or DECIMAL(38,0)"}};
  auto type = kTypes.find(duckdb_type);
  if (type != kTypes.end()) return type->second;
  if (duckdb_type.starts_with("DECIMAL(") && duckdb_type.ends_with(")"))
    return "decimal" + duckdb_type.substr(7);
  auto cast = kCasts.find(duckdb_type);
  return Fail(Code::kUnsupported, "a Delta table cannot hold the type {}: cast it to {}", duckdb_type,
              cast == kCasts.end() ? "VARCHAR" : cast->second);
}

}  // namespace souk::lake
