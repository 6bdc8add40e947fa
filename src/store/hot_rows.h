// Records as rows of the embedded hot store's tables, and back. For the sources of this room only.
#pragma once

#include <string>
#include <vector>

#include "sql/appender.h"
#include "store/hot_store.h"
#include "store/hot_tables.h"

namespace souk::store {

// A row of `bytes`; kInvalid when the table has no place for the record.
Status AppendRecord(sql::Appender& appender, const HotTable& table, const HotRecord& record, uint64_t bytes);
// As HotSize counts it; `late` rows also have the schema's name.
uint64_t RowBytes(const HotRecord& record, bool late);
uint64_t WindowBytes(const WindowKey& key);

// What ReadRecord reads: the fields of the table's first schema and those of arrival.
std::string SelectList(const HotTable& table);
Result<HotRecord> ReadRecord(const HotTable& table, const std::vector<sql::Cell>& row);

// Numbers of a result; 0 for null.
int64_t IntOf(const sql::Cell& cell);

}  // namespace souk::store
