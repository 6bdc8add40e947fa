// CREATE TABLE for other databases, from what a file's columns hold or from a record's schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/column_profile.h"
#include "record/schema.h"

namespace souk::record {

enum class SqlDialect { kMysql, kHive, kSpark, kDuckdb };
// "mysql", "hive", "spark", "duckdb".
Result<SqlDialect> ParseSqlDialect(std::string_view name);

// One column, in no dialect's terms yet.
struct TableColumn {
  std::string name;
  FieldType type = FieldType::kText;
  bool date = false;         // kTimestamp without time of day
  bool wide = false;         // kInt beyond 32 bits
  bool real = false;         // kDecimal that no DECIMAL holds
  int precision = 0;         // kDecimal
  int scale = 0;             // kDecimal
  uint64_t characters = 50;  // kText: the most that a value may have; 0 = any number
  bool required = false;
  bool key = false;
  bool category = false;    // a product category: worth an index
  bool event_time = false;  // when the record happened: worth an index, and partitions
};

// How the file is written that a Hive or Spark table reads in place; "" = a table of its own, as Parquet.
struct TableFile {
  std::string format;  // "csv", "json", "parquet", ""
  char delimiter = ',';
  bool header = true;
  bool quoted = false;
};

// What the column of a file is in a table. `field` is the one of the record that takes it, or nullptr; `key`:
// it is the record's key and its values are all there and all different. Room is left for what later files
// bring: texts get 50, 100, 255 or 1000 characters, amounts at least DECIMAL(10,2), ids are text unless they
// are a key of whole numbers.
TableColumn TableColumnOf(const std::string& name, const ColumnProfile& profile, const Field* field,
                          bool key);
std::vector<TableColumn> TableColumnsOf(const Schema& schema);

// One statement with its final semicolon and line end; names are quoted where the dialect needs it.
std::string CreateTable(const std::string& table, const std::vector<TableColumn>& columns, SqlDialect dialect,
                        const TableFile& file);
std::string QuoteIfNeeded(std::string_view name, SqlDialect dialect);

}  // namespace souk::record
