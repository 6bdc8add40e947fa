#include "record/table_sql.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace souk::record {
namespace {

// Words that one of the dialects does not take as a plain name and files use as one.
constexpr std::array<std::string_view, 73> kReserved = {
    "all",    "analyze",  "and",      "array",    "as",      "asc",       "between", "bigint",    "both",
    "by",     "case",     "cast",     "change",   "char",    "check",     "column",  "condition", "create",
    "cross",  "current",  "database", "date",     "decimal", "default",   "delete",  "desc",      "distinct",
    "double", "drop",     "else",     "end",      "exists",  "false",     "float",   "for",       "from",
    "full",   "function", "group",    "grouping", "groups",  "having",    "in",      "index",     "insert",
    "int",    "interval", "into",     "is",       "join",    "key",       "keys",    "lateral",   "left",
    "like",   "limit",    "not",      "null",     "of",      "on",        "or",      "order",     "range",
    "rank",   "row",      "rows",     "select",   "table",   "timestamp", "to",      "user",      "values",
    "where"};

constexpr uint64_t kTextSizes[] = {50, 100, 255, 1000};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

bool IsPlain(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

std::string TextType(const TableColumn& column, SqlDialect dialect) {
  if (dialect == SqlDialect::kDuckdb) return "VARCHAR";
  if (dialect != SqlDialect::kMysql) return "STRING";
  return column.characters ? fmt::format("VARCHAR({})", column.characters) : "TEXT";
}

std::string SqlType(const TableColumn& column, SqlDialect dialect) {
  bool mysql = dialect == SqlDialect::kMysql;
  switch (column.type) {
    case FieldType::kText: return TextType(column, dialect);
    case FieldType::kInt:
      if (column.wide) return "BIGINT";
      return dialect == SqlDialect::kDuckdb ? "INTEGER" : "INT";
    case FieldType::kDecimal:
      return column.real ? "DOUBLE" : fmt::format("DECIMAL({},{})", column.precision, column.scale);
    case FieldType::kTimestamp:
      if (column.date) return "DATE";
      return mysql ? "DATETIME(6)" : "TIMESTAMP";
    case FieldType::kBool: return "BOOLEAN";
  }
  return "";
}

std::string Delimiter(char delimiter) { return delimiter == '\t' ? "\\t" : std::string(1, delimiter); }

// What follows the columns.
std::string HiveStorage(const TableFile& file) {
  if (file.format == "json")
    return "\nROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'\nSTORED AS TEXTFILE";
  if (file.format != "csv") return "\nSTORED AS PARQUET";
  std::string header = file.header ? "\nTBLPROPERTIES ('skip.header.line.count' = '1')" : "";
  if (!file.quoted) {
    return fmt::format("\nROW FORMAT DELIMITED FIELDS TERMINATED BY '{}'\nSTORED AS TEXTFILE{}",
                       Delimiter(file.delimiter), header);
  }
  return fmt::format(
      "\nROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'\n"
      "WITH SERDEPROPERTIES ('separatorChar' = '{}')\nSTORED AS TEXTFILE{}",
      Delimiter(file.delimiter), header);
}

std::string SparkStorage(const TableFile& file) {
  if (file.format == "json") return "\nUSING json";
  if (file.format != "csv") return "\nUSING parquet";
  return fmt::format("\nUSING csv\nOPTIONS (header '{}', sep '{}')", file.header ? "true" : "false",
                     Delimiter(file.delimiter));
}

const TableColumn* EventTime(const std::vector<TableColumn>& columns) {
  auto found = std::find_if(columns.begin(), columns.end(), [](const auto& c) { return c.event_time; });
  if (found == columns.end()) {
    found = std::find_if(columns.begin(), columns.end(),
                         [](const auto& c) { return c.type == FieldType::kTimestamp; });
  }
  return found == columns.end() ? nullptr : &*found;
}

std::string PartitionHint(const std::vector<TableColumn>& columns, SqlDialect dialect) {
  const TableColumn* time = EventTime(columns);
  if (!time) return "";
  return fmt::format(
      "-- A large table: partition by the day of {}, PARTITIONED BY (year INT, month INT, day INT)\n",
      QuoteIfNeeded(time->name, dialect));
}

std::string Notes(const TableFile& file, SqlDialect dialect) {
  if (dialect != SqlDialect::kHive || file.format != "csv" || !file.quoted) return "";
  return "-- Fields stand in quotes, so Hive's CSV reader is needed; it gives every column as STRING\n";
}

}  // namespace

Result<SqlDialect> ParseSqlDialect(std::string_view name) {
  if (name == "mysql") return SqlDialect::kMysql;
  if (name == "hive") return SqlDialect::kHive;
  if (name == "spark") return SqlDialect::kSpark;
  if (name == "duckdb") return SqlDialect::kDuckdb;
  return Fail(Code::kInvalid, "--dialect {}: use mysql, hive, spark or duckdb", name);
}

std::string QuoteIfNeeded(std::string_view name, SqlDialect dialect) {
  bool reserved = std::find(kReserved.begin(), kReserved.end(), Lower(name)) != kReserved.end();
  if (IsPlain(name) && !reserved) return std::string(name);
  char quote = dialect == SqlDialect::kDuckdb ? '"' : '`';
  std::string quoted(1, quote);
  for (char c : name) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

TableColumn TableColumnOf(const std::string& name, const ColumnProfile& profile, const Field* field,
                          bool key) {
  TableColumn column;
  column.name = name;
  column.type = profile.reading.type;
  column.key = key;
  bool amount = field && field->type == FieldType::kDecimal;
  if (column.type == FieldType::kInt && field && field->id && !key) column.type = FieldType::kText;
  if (column.type == FieldType::kDecimal && field && field->id) column.type = FieldType::kText;
  if (column.type == FieldType::kInt && amount) column.type = FieldType::kDecimal;
  column.date = column.type == FieldType::kTimestamp && !profile.has_clock;
  column.wide = profile.whole_digits > 9;
  column.scale = std::max(profile.scale, 2);
  column.precision = std::max(profile.whole_digits + column.scale, 8 + column.scale);
  column.real = profile.exponent || column.precision > 38;
  bool person = field && field->pii == "name";
  uint64_t wanted = std::max<uint64_t>(profile.longest, person ? 100 : 1);
  auto size = std::find_if(std::begin(kTextSizes), std::end(kTextSizes), [&](auto s) { return s >= wanted; });
  column.characters = size == std::end(kTextSizes) ? 0 : *size;
  column.category = field ? field->name == "product_category" || field->name == "category"
                          : Lower(name).find("category") != std::string::npos;
  column.event_time = field && (field->name == "transaction_timestamp" || field->name == "event_time");
  return column;
}

std::vector<TableColumn> TableColumnsOf(const Schema& schema) {
  std::vector<TableColumn> columns;
  for (const Field& field : schema.fields) {
    TableColumn column;
    column.name = field.name;
    column.type = field.type;
    column.precision = field.precision;
    column.scale = field.scale;
    column.wide = true;
    column.required = field.required;
    column.key = field.name == schema.key;
    column.characters = field.id ? 50 : field.accepted.empty() ? 255 : 50;
    column.category = field.name == "product_category" || field.name == "category";
    column.event_time = field.name == "transaction_timestamp" || field.name == "event_time";
    columns.push_back(std::move(column));
  }
  return columns;
}

std::string CreateTable(const std::string& table, const std::vector<TableColumn>& columns, SqlDialect dialect,
                        const TableFile& file) {
  bool keys = dialect == SqlDialect::kMysql || dialect == SqlDialect::kDuckdb;
  bool lake = !keys;
  std::vector<std::string> lines;
  const TableColumn* category = nullptr;
  for (const TableColumn& column : columns) {
    std::string line = fmt::format("  {} {}", QuoteIfNeeded(column.name, dialect), SqlType(column, dialect));
    bool able = column.type != FieldType::kText || column.characters > 0 || dialect != SqlDialect::kMysql;
    if (keys && column.key && able) {
      line += " PRIMARY KEY";
    } else if (keys && column.required) {
      line += " NOT NULL";
    }
    if (!category && column.category && able) category = &column;
    lines.push_back(std::move(line));
  }
  if (dialect == SqlDialect::kMysql) {
    if (const TableColumn* time = EventTime(columns))
      lines.push_back(fmt::format("  INDEX idx_date ({})", QuoteIfNeeded(time->name, dialect)));
    if (category)
      lines.push_back(fmt::format("  INDEX idx_category ({})", QuoteIfNeeded(category->name, dialect)));
  }
  std::string storage = dialect == SqlDialect::kHive    ? HiveStorage(file)
                        : dialect == SqlDialect::kSpark ? SparkStorage(file)
                                                        : "";
  return fmt::format("{}{}CREATE TABLE {} (\n{}\n){};\n", Notes(file, dialect),
                     lake ? PartitionHint(columns, dialect) : "", QuoteIfNeeded(table, dialect),
                     fmt::join(lines, ",\n"), storage);
}

}  // namespace souk::record
