// Parquet files (Apache Parquet format specification, version 2 of the file format's metadata): uncompressed,
// data pages of version 1, choices in dictionaries, the rest plain. Rows are kept until a row group is full
// or the file ends, so a file of at most kRowGroupRows rows has one row group.
#pragma once

#include <memory>
#include <vector>

#include "generate/row_writer.h"

namespace souk::generate {

constexpr int64_t kRowGroupRows = 160'000;

// Text and choices are UTF-8 strings; Int is INT64; Money is DECIMAL(precision, scale) on INT64; Time is a
// TIMESTAMP in microseconds, adjusted to UTC. Columns that are not nullable are required.
std::unique_ptr<RowWriter> MakeParquetWriter(std::vector<Column> columns);

}  // namespace souk::generate
