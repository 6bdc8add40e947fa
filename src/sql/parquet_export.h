// Rows of a query as Parquet files. DuckDB's own COPY writes one file for a query or moves every row to its
// partition first; here rows are put into the files of their days as they come, in one pass over the table.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "lake/parquet/metadata.h"
#include "sql/database.h"

namespace souk::sql {

struct ParquetExport {
  std::string query;       // its columns are those of the files
  std::string day_column;  // a DATE among them, never null: each file holds rows of one day. "" = any rows
  lake::ParquetCodec codec = lake::ParquetCodec::kSnappy;
};

struct ParquetFile {
  std::optional<Day> day;
  uint64_t rows = 0;
  std::string content;
};

// Gives each file to `take`, in the order of the days but for large ones, of which a day has several (they
// end near 128 MB). All days of the query are in memory until the end. A query without rows has no file.
// kUnsupported when a column has a type that Delta tables have not, kInvalid when a row has no day; an error
// of `take` ends the export.
Status ExportParquet(Connection& connection, const ParquetExport& what, const TakeParquetFile& take,
                     const QueryOptions& options = {});

}  // namespace souk::sql
