#include "lake/parquet/metadata.h"

#include <bit>
#include <cstring>

#include "lake/parquet/thrift_compact.h"

namespace souk::lake {
namespace {

static_assert(std::endian::native == std::endian::little, "values are stored as the machine has them");

enum Repetition : int32_t { kRequired = 0, kOptional = 1 };
enum PageType : int32_t { kDataPage = 0, kDictionaryPage = 2 };
enum ConvertedType : int32_t {
  kUtf8 = 0,
  kDecimalType = 5,
  kDateType = 6,
  kTimestampMicros = 10,
  kInt8Type = 15,
  kInt16Type = 16
};
constexpr std::string_view kCreatedBy = "souk";

int32_t Number(auto value) { return static_cast<int32_t>(value); }

std::optional<int32_t> Converted(ParquetType type) {
  switch (type) {
    case ParquetType::kInt8: return kInt8Type;
    case ParquetType::kInt16: return kInt16Type;
    case ParquetType::kDecimal: return kDecimalType;
    case ParquetType::kText: return kUtf8;
    case ParquetType::kDate: return kDateType;
    case ParquetType::kMoment: return kTimestampMicros;
    default: return {};
  }
}

// Members of the union LogicalType. Those whose converted type says as much are left out.
void WriteLogicalType(CompactWriter& out, const ParquetColumn& column) {
  if (column.type == ParquetType::kDecimal) {
    out.Begin(10);
    out.Begin(5);
    out.I32(1, column.scale);
    out.I32(2, column.precision);
    out.End();
    out.End();
  } else if (column.type == ParquetType::kMoment) {
    out.Begin(10);
    out.Begin(8);
    out.Bool(1, true);  // adjusted to UTC
    out.Begin(2);
    out.Begin(2);  // microseconds
    out.End();
    out.End();
    out.End();
    out.End();
  } else if (column.type == ParquetType::kText) {
    out.Begin(10);
    out.Begin(1);
    out.End();
    out.End();
  }
}

void WriteSchemaElement(CompactWriter& out, const ParquetColumn& column) {
  ParquetPhysical physical = PhysicalType(column);
  out.Begin();
  out.I32(1, Number(physical));
  if (physical == ParquetPhysical::kFixedBytes) out.I32(2, kFixedBytes);
  out.I32(3, column.nullable ? kOptional : kRequired);
  out.Text(4, column.name);
  if (auto converted = Converted(column.type)) out.I32(6, *converted);
  if (column.type == ParquetType::kDecimal) {
    out.I32(7, column.scale);
    out.I32(8, column.precision);
  }
  WriteLogicalType(out, column);
  out.End();
}

void WriteStatistics(CompactWriter& out, const ParquetStatistics& statistics) {
  out.Begin(12);
  out.I64(3, statistics.nulls);
  if (statistics.least) {
    out.Text(5, *statistics.most);
    out.Text(6, *statistics.least);
  }
  out.End();
}

void WriteChunk(CompactWriter& out, const ParquetColumn& column, const ParquetChunk& chunk, int64_t rows) {
  bool dictionary = chunk.dictionary_offset.has_value();
  out.Begin();
  out.I64(2, chunk.dictionary_offset.value_or(chunk.data_offset));
  out.Begin(3);
  out.I32(1, Number(PhysicalType(column)));
  out.List(2, CompactWriter::kI32, 2);
  out.Element(Number(dictionary ? ParquetEncoding::kDictionary : ParquetEncoding::kPlain));
  out.Element(Number(ParquetEncoding::kRle));
  out.List(3, CompactWriter::kBinary, 1);
  out.Element(column.name);
  out.I32(4, Number(chunk.codec));
  out.I64(5, rows);
  out.I64(6, chunk.plain_bytes);
  out.I64(7, chunk.stored_bytes);
  out.I64(9, chunk.data_offset);
  if (dictionary) out.I64(11, *chunk.dictionary_offset);
  if (chunk.statistics) WriteStatistics(out, *chunk.statistics);
  out.End();
  out.End();
}

void WriteRowGroup(CompactWriter& out, const std::vector<ParquetColumn>& columns,
                   const ParquetRowGroup& group) {
  int64_t bytes = 0;
  out.Begin();
  out.List(1, CompactWriter::kStruct, columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    WriteChunk(out, columns[i], group.chunks[i], group.rows);
    bytes += group.chunks[i].plain_bytes;
  }
  out.I64(2, bytes);
  out.I64(3, group.rows);
  out.End();
}

void BeginPageHeader(CompactWriter& page, PageType type, ParquetPageSize size) {
  page.Begin();
  page.I32(1, type);
  page.I32(2, Number(size.plain));
  page.I32(3, Number(size.stored));
}

// Without it readers do not trust least and most.
void WriteColumnOrders(CompactWriter& out, size_t columns) {
  out.List(7, CompactWriter::kStruct, columns);
  for (size_t i = 0; i < columns; ++i) {
    out.Begin();
    out.Begin(1);  // the order of the type
    out.End();
    out.End();
  }
}

}  // namespace

ParquetPhysical PhysicalType(const ParquetColumn& column) {
  switch (column.type) {
    case ParquetType::kBool: return ParquetPhysical::kBoolean;
    case ParquetType::kInt64:
    case ParquetType::kMoment: return ParquetPhysical::kInt64;
    case ParquetType::kFloat: return ParquetPhysical::kFloat;
    case ParquetType::kDouble: return ParquetPhysical::kDouble;
    case ParquetType::kText:
    case ParquetType::kBytes: return ParquetPhysical::kByteArray;
    case ParquetType::kDecimal:
      if (column.precision > 18) return ParquetPhysical::kFixedBytes;
      return column.precision > 9 ? ParquetPhysical::kInt64 : ParquetPhysical::kInt32;
    default: return ParquetPhysical::kInt32;
  }
}

void AppendDictionaryPageHeader(std::string& out, ParquetPageSize size, size_t values) {
  CompactWriter page(&out);
  BeginPageHeader(page, kDictionaryPage, size);
  page.Begin(7);
  page.I32(1, Number(values));
  page.I32(2, Number(ParquetEncoding::kPlain));
  page.End();
  page.End();
}

void AppendDataPageHeader(std::string& out, ParquetPageSize size, size_t rows, ParquetEncoding encoding) {
  CompactWriter page(&out);
  BeginPageHeader(page, kDataPage, size);
  page.Begin(5);
  page.I32(1, Number(rows));
  page.I32(2, Number(encoding));
  page.I32(3, Number(ParquetEncoding::kRle));  // definition levels
  page.I32(4, Number(ParquetEncoding::kRle));  // repetition levels: there are none
  page.End();
  page.End();
}

void AppendFooter(std::string& out, const std::vector<ParquetColumn>& columns,
                  const std::vector<ParquetRowGroup>& groups) {
  int64_t rows = 0;
  bool bounds = false;
  for (const ParquetRowGroup& group : groups) {
    rows += group.rows;
    for (const ParquetChunk& chunk : group.chunks) bounds |= chunk.statistics.has_value();
  }
  size_t begin = out.size();
  CompactWriter footer(&out);
  footer.Begin();
  footer.I32(1, 2);
  footer.List(2, CompactWriter::kStruct, columns.size() + 1);
  footer.Begin();
  footer.Text(4, "schema");
  footer.I32(5, Number(columns.size()));
  footer.End();
  for (const ParquetColumn& column : columns) WriteSchemaElement(footer, column);
  footer.I64(3, rows);
  footer.List(4, CompactWriter::kStruct, groups.size());
  for (const ParquetRowGroup& group : groups) WriteRowGroup(footer, columns, group);
  footer.Text(6, kCreatedBy);
  if (bounds) WriteColumnOrders(footer, columns.size());
  footer.End();
  auto size = static_cast<uint32_t>(out.size() - begin);
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += kParquetMagic;
}

}  // namespace souk::lake
