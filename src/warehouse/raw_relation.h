// The raw_* relations: the raw zone's files as one typed table per record.
#pragma once

#include <string>
#include <vector>

#include "lake/raw_zone.h"
#include "record/schema.h"
#include "sql/database.h"

namespace souk::warehouse {

// All fields of the schema in their canonical types (a value that cannot be read is null; times are UTC, ids
// and words with a fixed set of values in their one form), then
//   _file VARCHAR, _row BIGINT   the file's fingerprint and the row's number, only where rows have no id of
//   their own _content VARCHAR             MD5 of all the row's values, only where the row has no id
std::vector<sql::Column> RawColumns(const record::Schema& schema);

// Whether some rows are told apart by their number in the file only, so that they must be read in order.
bool RawRowsAreNumbered(const record::Schema& schema, const std::vector<lake::RawFile>& files);

// A SELECT that reads all `files` once, file by file in their order. Files that are read the same way share
// one reader. `connection` is asked for the types of Parquet files.
Result<std::string> RawRelationSql(sql::Connection& connection, const lake::FileStore& store,
                                   const record::Schema& schema, const std::vector<lake::RawFile>& files);

}  // namespace souk::warehouse
