// The tables of the embedded hot store that hold records: their columns follow the schemas. For the sources
// of this room only.
#pragma once

#include <string>
#include <vector>

#include "record/schema.h"
#include "sql/database.h"

namespace souk::store {

// The file's name as a database of its DuckDB instance, and the schema people read it by.
inline constexpr const char* kHotDatabase = "hot_store";
inline constexpr const char* kHotSchema = "hot";
inline constexpr int64_t kHotFormat = 2;

enum class HotSource {
  kField,
  kRecord,
  kProcessingTime,
  kLatency,
  kTopic,
  kPartition,
  kOffset,
  kBytes,
  kNothing
};

struct HotColumn {
  std::string name;
  std::string type;  // DuckDB's
  HotSource source = HotSource::kNothing;
  record::FieldType field_type = record::FieldType::kText;  // kField
  std::vector<int> fields = {};  // kField: its place in each schema of the table, -1 where it is missing
};

struct HotTable {
  std::string name;
  std::vector<const record::Schema*> schemas;
  std::vector<HotColumn> columns;

  // The place of `schema` in `schemas`, -1 when its records have no place in the table.
  int SchemaAt(const record::Schema* schema) const;
};

HotTable OrdersTable();
HotTable EventsTable();
HotTable LateTable();

// "hot_store.main.orders"
std::string InHotStore(std::string_view table);

// Makes the table, or brings the one that is there up to the schemas; then `table.columns` are as they stand
// in the file.
Status OpenHotTable(sql::Connection& connection, HotTable& table);
Status CreatePlainTables(sql::Connection& connection);
// The views of the schema `hot`. Writes only what is not there yet.
Status OpenHotViews(sql::Connection& connection, const std::vector<const HotTable*>& tables);

// The column of the tables of records that has the row's size as HotSize counts it; the views do not show it.
inline constexpr const char* kRowBytes = "row_bytes";

}  // namespace souk::store
