#include "generate/row_writer.h"

#include <utility>

#include "generate/parquet_writer.h"
#include "generate/text_writer.h"

namespace souk::generate {

std::unique_ptr<RowWriter> MakeRowWriter(FileFormat format, std::vector<Column> columns) {
  switch (format) {
    case FileFormat::kCsv: return MakeCsvWriter(std::move(columns));
    case FileFormat::kJson: return MakeJsonWriter(std::move(columns));
    case FileFormat::kParquet: break;
  }
  return MakeParquetWriter(std::move(columns));
}

const char* FormatName(FileFormat format) {
  switch (format) {
    case FileFormat::kCsv: return "csv";
    case FileFormat::kJson: return "json";
    case FileFormat::kParquet: break;
  }
  return "parquet";
}

}  // namespace souk::generate
