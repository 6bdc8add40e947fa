#include "warehouse/raw_relation.h"

#include <algorithm>
#include <map>
#include <set>

#include "warehouse/raw_field.h"

namespace souk::warehouse {
namespace {

using lake::RawFile;
using lake::RawFormat;
using record::Field;
using record::Schema;
using sql::QuoteLiteral;
using sql::QuoteName;

// Files that one reader can read.
struct Group {
  RawFormat format;
  std::vector<const RawFile*> files;
};

// The fields that can tell a row from all others, the best first.
std::vector<std::string> IdsOf(const Schema& schema) {
  return schema.name == "transactions" ? std::vector<std::string>{"transaction_id", "order_id"}
                                       : std::vector<std::string>{schema.key};
}

bool HasIds(const Schema& schema, const RawFormat& format) {
  for (const std::string& id : IdsOf(schema)) {
    if (format.mapping.contains(id)) return true;
  }
  // Users and products are told apart by what they are called when nothing else is there (see their models).
  return schema.name == "users" || schema.name == "products";
}

std::vector<Group> GroupFiles(const Schema& schema, const std::vector<RawFile>& files) {
  std::vector<Group> groups;
  std::map<std::string, size_t> known;
  for (const RawFile& file : files) {
    std::string key = lake::RawFormatToJson(file.format);
    if (!HasIds(schema, file.format)) key += file.path;  // rows are numbered file by file
    auto [at, fresh] = known.emplace(key, groups.size());
    if (fresh) groups.push_back({file.format, {}});
    groups[at->second].files.push_back(&file);
  }
  return groups;
}

std::string FileList(const lake::FileStore& store, const Group& group) {
  std::string list;
  for (const RawFile* file : group.files)
    list += (list.empty() ? "[" : ", ") + QuoteLiteral(store.EngineUrl(file->path));
  return list + "]";
}

std::string ColumnTypes(const SourceTypes& types, const std::vector<std::string>& order) {
  std::string text;
  for (const std::string& column : order) {
    text += fmt::format("{}{}: {}", text.empty() ? "{" : ", ", QuoteLiteral(column),
                        QuoteLiteral(types.at(column)));
  }
  return text + "}";
}

std::string CsvReader(const std::string& files, const RawFormat& format, const SourceTypes& types) {
  std::string nulls = "''";
  for (const std::string& text : format.null_texts) nulls += ", " + QuoteLiteral(text);
  // Lines of up to 16 MB pass the ingest; the buffer must hold more than one of them.
  return fmt::format(
      "read_csv({}, auto_detect = false, header = {}, delim = {}, quote = {}, escape = {}, nullstr = [{}], "
      "max_line_size = 16777216, buffer_size = 33554432, columns = {})",
      files, format.header, QuoteLiteral(format.delimiter), QuoteLiteral(format.quote),
      QuoteLiteral(format.escape), nulls, ColumnTypes(types, format.columns));
}

std::string JsonReader(const std::string& files, const SourceTypes& types) {
  std::vector<std::string> order;
  for (const auto& [column, type] : types) order.push_back(column);
  return fmt::format("read_json({}, format = 'newline_delimited', ignore_errors = true, columns = {})", files,
                     ColumnTypes(types, order));
}

// CSV is text. JSON numbers are taken as numbers, which spares the way over text: DuckDB reads them as
// double, and six places are enough for the double of 1.005 to become 1.005 again before it is rounded to
// cents.
std::string NumberType(const Field& field) {
  return field.type == record::FieldType::kDecimal ? "DECIMAL(18,6)" : record::DuckdbType(field);
}

SourceTypes TextTypes(const Schema& schema, const RawFormat& format) {
  SourceTypes types;
  for (const std::string& column : format.columns) types[column] = "VARCHAR";
  if (format.kind != "json") return types;
  std::map<std::string, std::set<std::string>> wanted;
  for (const auto& [name, column] : format.mapping) {
    const Field* field = schema.Find(name);
    if (field == nullptr) continue;
    bool number = field->type == record::FieldType::kInt || field->type == record::FieldType::kDecimal;
    bool plain = format.decimal_separator == "." && !format.decimal_separators.contains(name);
    wanted[column].insert(number && plain ? NumberType(*field) : "VARCHAR");
    types[column] = "VARCHAR";
  }
  for (const auto& [column, kinds] : wanted) {
    if (kinds.size() == 1) types[column] = *kinds.begin();
  }
  return types;
}

Result<SourceTypes> ParquetTypes(sql::Connection& connection, const std::string& reader) {
  TRY(auto table, connection.Query("DESCRIBE SELECT * FROM " + reader));
  SourceTypes types;
  for (const auto& row : table.rows) types[sql::CellText(row[0])] = sql::CellText(row[1]);
  return types;
}

// Whether all files have the same columns of the same types. Uniting them by name costs a look into every
// file whenever the query is prepared.
Result<bool> AlikeParquet(sql::Connection& connection, const std::string& files, size_t count) {
  if (count == 1) return true;
  TRY(auto table, connection.Query(fmt::format("SELECT count(*) FROM (SELECT name FROM parquet_schema({}) "
                                               "GROUP BY name, type, type_length, logical_type, "
                                               "precision, scale, converted_type HAVING count(*) <> {})",
                                               files, count)));
  return std::get<int64_t>(table.At(0, 0)) == 0;
}

std::string Content(const SourceTypes& types, const RawFormat& format) {
  std::vector<std::string> columns = format.columns;
  if (format.kind != "csv") {
    columns.clear();
    for (const auto& [column, type] : types) {
      if (column != "file_row_number") columns.push_back(column);
    }
  }
  std::string text;
  for (const std::string& column : columns) {
    text += fmt::format(", coalesce(CAST({} AS VARCHAR), '')", QuoteName(column));
  }
  return text.empty() ? "NULL" : "md5(concat_ws(chr(31)" + text + "))";
}

// The last three columns.
std::string Identity(const Schema& schema, const Group& group, const SourceTypes& types) {
  const RawFormat& format = group.format;
  if (!HasIds(schema, format)) {
    std::string row = format.kind == "parquet" ? "file_row_number + 1" : "row_number() OVER ()";
    return fmt::format("{} AS _file, {} AS _row, CAST(NULL AS VARCHAR) AS _content",
                       QuoteLiteral(group.files.front()->fingerprint.substr(0, 16)), row);
  }
  std::string content = "CAST(NULL AS VARCHAR)";
  auto id = format.mapping.find(schema.key);
  if (id == format.mapping.end()) {
    content = Content(types, format);
  } else if (schema.name == "transactions") {
    content = fmt::format("CASE WHEN {} IS NULL THEN {} END",
                          RawField(*schema.Find(schema.key), format, types), Content(types, format));
  }
  return fmt::format("CAST(NULL AS VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _row, {} AS _content", content);
}

Result<std::string> GroupSql(sql::Connection& connection, const lake::FileStore& store, const Schema& schema,
                             const Group& group) {
  const RawFormat& format = group.format;
  std::string files = FileList(store, group);
  SourceTypes types;
  std::string reader;
  if (format.kind == "parquet") {
    TRY(bool alike, AlikeParquet(connection, files, group.files.size()));
    reader =
        fmt::format("read_parquet({}, union_by_name = {}, file_row_number = {}, hive_partitioning = false)",
                    files, !alike, !HasIds(schema, format));
    TRY(types, ParquetTypes(connection, reader));
  } else if (format.kind == "csv" || format.kind == "json") {
    types = TextTypes(schema, format);
    reader = format.kind == "csv" ? CsvReader(files, format, types) : JsonReader(files, types);
  } else {
    return Fail(Code::kUnsupported, "{}: a raw file of kind '{}' cannot be read", group.files.front()->path,
                format.kind);
  }
  // Words in a second step: each is compared many times, and DuckDB would work its text out every time.
  std::string fields = "SELECT ", words = "SELECT ";
  for (const Field& field : schema.fields) {
    std::string name = QuoteName(field.name);
    bool word = !field.accepted.empty() && format.mapping.contains(field.name);
    fields += fmt::format("{} AS {}, ", RawField(field, format, types), name);
    words += word ? fmt::format("{} AS {}, ", RawWord(field, name), name) : name + ", ";
  }
  return fmt::format("{}_file, _row, _content FROM ({}{} FROM {})", words, fields,
                     Identity(schema, group, types), reader);
}

std::string Nothing(const Schema& schema) {
  std::string sql;
  for (const sql::Column& column : RawColumns(schema)) {
    sql += fmt::format("{}CAST(NULL AS {}) AS {}", sql.empty() ? "SELECT " : ", ", column.type,
                       QuoteName(column.name));
  }
  return sql + " WHERE false";
}

}  // namespace

std::vector<sql::Column> RawColumns(const Schema& schema) {
  std::vector<sql::Column> columns;
  for (const Field& field : schema.fields) columns.push_back({field.name, record::DuckdbType(field)});
  columns.insert(columns.end(), {{"_file", "VARCHAR"}, {"_row", "BIGINT"}, {"_content", "VARCHAR"}});
  return columns;
}

bool RawRowsAreNumbered(const Schema& schema, const std::vector<RawFile>& files) {
  return std::any_of(files.begin(), files.end(),
                     [&](const RawFile& file) { return !HasIds(schema, file.format); });
}

Result<std::string> RawRelationSql(sql::Connection& connection, const lake::FileStore& store,
                                   const Schema& schema, const std::vector<RawFile>& files) {
  std::string sql;
  for (const Group& group : GroupFiles(schema, files)) {
    TRY(std::string part, GroupSql(connection, store, schema, group));
    sql += (sql.empty() ? "" : "\nUNION ALL\n") + part;
  }
  return sql.empty() ? Nothing(schema) : sql;
}

}  // namespace souk::warehouse
