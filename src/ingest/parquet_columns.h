// Columns of Parquet files as DuckDB sees them.
#pragma once

#include <string>
#include <vector>

#include "record/mapping.h"
#include "sql/database.h"

namespace souk::ingest {

struct ParquetColumns {
  std::vector<record::SourceColumn> columns;  // lists and objects are left out
  std::vector<std::string> types;             // DuckDB's, of the same columns
  std::vector<std::string> nested;            // names of those left out
};

// `files` have the same columns; values are sampled from the first of them that has rows.
Result<ParquetColumns> DescribeParquet(const std::vector<std::string>& files, sql::Connection& connection);

// Files with equal names and types of columns, as places in `files`. kInvalid names a file that is no sound
// Parquet file, by its place in `names`.
Result<std::vector<std::vector<size_t>>> GroupByColumns(const std::vector<std::string>& files,
                                                        const std::vector<std::string>& names,
                                                        sql::Connection& connection);

}  // namespace souk::ingest
