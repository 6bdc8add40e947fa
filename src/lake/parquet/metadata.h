// What describes the values in a Parquet file: page headers and the footer. docs/format/parquet.md says which
// part of the format is used (source: Apache Parquet's parquet.thrift).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace souk::lake {

enum class ParquetType {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat,
  kDouble,
  kDecimal,
  kText,  // UTF-8
  kBytes,
  kDate,   // days since 1970
  kMoment  // microseconds since 1970 UTC
};

struct ParquetColumn {
  std::string name;
  ParquetType type = ParquetType::kText;
  bool nullable = true;
  int precision = 0;  // kDecimal: 1 to 38
  int scale = 0;      // kDecimal: 0 to precision
};

// Numbers of the format, as they are stored.
enum class ParquetPhysical : int32_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixedBytes = 7  // of kFixedBytes bytes
};
enum class ParquetEncoding : int32_t { kPlain = 0, kRle = 3, kDictionary = 8 };
enum class ParquetCodec : int32_t { kNone = 0, kSnappy = 1, kGzip = 2, kZstd = 6 };

constexpr int kFixedBytes = 16;  // of a decimal with more than 18 digits
constexpr std::string_view kParquetMagic = "PAR1";

ParquetPhysical PhysicalType(const ParquetColumn& column);

// Of a chunk, plain encoded without length.
struct ParquetStatistics {
  int64_t nulls = 0;
  std::optional<std::string> least, most;  // both or none
};

// One column of a row group. Offsets count from the beginning of the file, sizes include the pages' headers.
struct ParquetChunk {
  ParquetCodec codec = ParquetCodec::kNone;
  std::optional<int64_t> dictionary_offset = {};
  int64_t data_offset = 0;
  int64_t stored_bytes = 0;
  int64_t plain_bytes = 0;  // before compression
  std::optional<ParquetStatistics> statistics = {};
};

struct ParquetRowGroup {
  int64_t rows = 0;
  std::vector<ParquetChunk> chunks;  // one for each column
};

struct ParquetPageSize {
  size_t plain = 0;   // before compression
  size_t stored = 0;  // both without the header
};

void AppendDictionaryPageHeader(std::string& out, ParquetPageSize size, size_t values);
// `rows` counts nulls too.
void AppendDataPageHeader(std::string& out, ParquetPageSize size, size_t rows, ParquetEncoding encoding);
// The end of the file, from the metadata to the magic bytes.
void AppendFooter(std::string& out, const std::vector<ParquetColumn>& columns,
                  const std::vector<ParquetRowGroup>& groups);

}  // namespace souk::lake
