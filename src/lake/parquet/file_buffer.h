// A Parquet file that is made in memory. docs/format/parquet.md says how it looks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lake/parquet/column_buffer.h"

namespace souk::lake {

// Not thread-safe. Rows are given column by column, some at a time: as many values to every column, then
// EndRows.
class ParquetFileBuffer {
 public:
  // `hints`, one for each column, pass from one file of the same columns to the next, and must outlive this;
  // empty at first.
  ParquetFileBuffer(const std::vector<ParquetColumn>& columns, ParquetCodec codec,
                    std::vector<ParquetHint>& hints);

  ParquetColumnBuffer& column(size_t i) { return buffers_[i]; }
  // Ends the row group when it is full.
  void EndRows();
  uint64_t rows() const;
  // Whether it is large enough that further rows belong into another file.
  bool full() const;
  // The file. Nothing can be added any more.
  std::string Finish();

 private:
  void EndRowGroup();

  std::vector<ParquetColumn> columns_;
  std::vector<ParquetColumnBuffer> buffers_;
  std::vector<ParquetRowGroup> groups_;
  uint64_t ended_rows_ = 0;  // of groups_
  std::string file_;
};

}  // namespace souk::lake
