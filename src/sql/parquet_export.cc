#include "sql/parquet_export.h"

#include <map>
#include <utility>
#include <vector>

#include "lake/parquet/file_buffer.h"
#include "sql/statement.h"
#include "sql/type_name.h"

namespace souk::sql {
namespace {

using lake::ParquetColumn;
using lake::ParquetColumnBuffer;
using lake::ParquetFileBuffer;
using lake::ParquetType;

// Some rows of a chunk's column.
struct Slice {
  duckdb_vector vector;
  size_t begin, count;

  template <typename T>
  const T* values() const {
    return static_cast<const T*>(duckdb_vector_get_data(vector));
  }
  const uint64_t* valid() const { return duckdb_vector_get_validity(vector); }
  bool Has(size_t row) const { return valid() == nullptr || (valid()[row / 64] >> row % 64 & 1) != 0; }
};

constexpr uint32_t kInlined = sizeof(duckdb_string_t{}.value.inlined.inlined);

using Append = void (*)(const Slice& slice, ParquetColumnBuffer& buffer);

template <typename T>
void AppendNumbers(const Slice& slice, ParquetColumnBuffer& buffer) {
  buffer.AppendNumbers(slice.values<T>(), slice.valid(), slice.begin, slice.count);
}

template <typename T, typename AppendOne>
void AppendEach(const Slice& slice, ParquetColumnBuffer& buffer, AppendOne append) {
  const T* values = slice.values<T>();
  for (size_t i = slice.begin; i < slice.begin + slice.count; ++i) {
    if (slice.Has(i)) {
      append(values[i]);
    } else {
      buffer.AppendNull();
    }
  }
}

void AppendTexts(const Slice& slice, ParquetColumnBuffer& buffer) {
  AppendEach<duckdb_string_t>(slice, buffer, [&](const duckdb_string_t& value) {
    // What duckdb_string_t_data does, without a call for every text.
    uint32_t size = value.value.inlined.length;
    buffer.AppendText({size <= kInlined ? value.value.inlined.inlined : value.value.pointer.ptr, size});
  });
}

void AppendWide(const Slice& slice, ParquetColumnBuffer& buffer) {
  AppendEach<duckdb_hugeint>(slice, buffer, [&](duckdb_hugeint value) {
    buffer.AppendWide(static_cast<uint64_t>(value.upper), value.lower);
  });
}

Append AppendDecimals(duckdb_logical_type type) {
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT: return AppendNumbers<int16_t>;
    case DUCKDB_TYPE_INTEGER: return AppendNumbers<int32_t>;
    case DUCKDB_TYPE_BIGINT: return AppendNumbers<int64_t>;
    default: return AppendWide;
  }
}

struct Source {
  ParquetType type;
  Append append;
};

std::optional<Source> SourceOf(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN: return Source{ParquetType::kBool, AppendNumbers<bool>};
    case DUCKDB_TYPE_TINYINT: return Source{ParquetType::kInt8, AppendNumbers<int8_t>};
    case DUCKDB_TYPE_SMALLINT: return Source{ParquetType::kInt16, AppendNumbers<int16_t>};
    case DUCKDB_TYPE_INTEGER: return Source{ParquetType::kInt32, AppendNumbers<int32_t>};
    case DUCKDB_TYPE_BIGINT: return Source{ParquetType::kInt64, AppendNumbers<int64_t>};
    case DUCKDB_TYPE_FLOAT: return Source{ParquetType::kFloat, AppendNumbers<float>};
    case DUCKDB_TYPE_DOUBLE: return Source{ParquetType::kDouble, AppendNumbers<double>};
    case DUCKDB_TYPE_DATE: return Source{ParquetType::kDate, AppendNumbers<int32_t>};
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Source{ParquetType::kMoment, AppendNumbers<int64_t>};
    case DUCKDB_TYPE_DECIMAL: return Source{ParquetType::kDecimal, AppendDecimals(type)};
    case DUCKDB_TYPE_VARCHAR: return Source{ParquetType::kText, AppendTexts};
    case DUCKDB_TYPE_BLOB: return Source{ParquetType::kBytes, AppendTexts};
    default: return {};
  }
}

class Exporter {
 public:
  Exporter(const ParquetExport& what, const TakeParquetFile& take) : what_(what), take_(take) {}

  Status Run(Statement& statement) {
    TRY_STATUS(Describe(statement));
    while (true) {
      TRY(ChunkHandle chunk, statement.Next());
      if (!chunk) break;
      TRY_STATUS(Split(chunk.get()));
    }
    while (!files_.empty()) TRY_STATUS(Take(files_.begin()));
    return {};
  }

 private:
  static constexpr int32_t kAnyDay = 0;
  using Files = std::map<int32_t, ParquetFileBuffer>;

  Status Describe(Statement& statement) {
    for (idx_t i = 0; i < duckdb_column_count(statement.result()); ++i) {
      TypeHandle type(duckdb_column_logical_type(statement.result(), i));
      ParquetColumn column;
      column.name = duckdb_column_name(statement.result(), i);
      auto source = SourceOf(type.get());
      if (!source) {
        return Fail(Code::kUnsupported,
                    "the column {} of type {} cannot be written to a Parquet file; cast it", column.name,
                    TypeName(type.get()));
      }
      column.type = source->type;
      if (column.type == ParquetType::kDecimal) {
        column.precision = duckdb_decimal_width(type.get());
        column.scale = duckdb_decimal_scale(type.get());
      }
      if (column.name == what_.day_column && column.type == ParquetType::kDate) day_ = i;
      columns_.push_back(std::move(column));
      append_.push_back(source->append);
    }
    if (what_.day_column.empty() || day_) return {};
    return Fail(Code::kInvalid, "the rows have no DATE {} to be kept by", what_.day_column);
  }

  Status Split(duckdb_data_chunk chunk) {
    size_t rows = duckdb_data_chunk_get_size(chunk);
    if (!day_) return AppendRows(chunk, 0, rows, kAnyDay);
    Slice days{duckdb_data_chunk_get_vector(chunk, *day_), 0, rows};
    for (size_t begin = 0; begin < rows;) {
      if (!days.Has(begin)) return Fail(Code::kInvalid, "a row has no {}", what_.day_column);
      int32_t day = days.values<int32_t>()[begin];
      size_t end = begin + 1;
      while (end < rows && days.Has(end) && days.values<int32_t>()[end] == day) ++end;
      TRY_STATUS(AppendRows(chunk, begin, end - begin, day));
      begin = end;
    }
    return {};
  }

  Status AppendRows(duckdb_data_chunk chunk, size_t begin, size_t count, int32_t day) {
    auto file = files_.try_emplace(day, columns_, what_.codec, hints_).first;
    for (size_t i = 0; i < append_.size(); ++i) {
      append_[i]({duckdb_data_chunk_get_vector(chunk, i), begin, count}, file->second.column(i));
    }
    file->second.EndRows();
    return file->second.full() ? Take(file) : Status();
  }

  Status Take(Files::iterator file) {
    ParquetFile done;
    if (day_) done.day = DayFromDays(file->first);
    done.rows = file->second.rows();
    done.content = file->second.Finish();
    files_.erase(file);
    return take_(std::move(done));
  }

  const ParquetExport& what_;
  const TakeParquetFile& take_;
  std::vector<ParquetColumn> columns_;
  std::vector<Append> append_;
  std::optional<size_t> day_;
  std::vector<lake::ParquetHint> hints_;
  Files files_;
};

}  // namespace

Status ExportParquet(Connection& connection, const ParquetExport& what, const TakeParquetFile& take,
                     const QueryOptions& options) {
  Statement statement(*connection.impl_, what.query, options);
  TRY_STATUS(statement.Start({}));
  TRY_STATUS(Exporter(what, take).Run(statement));
  statement.Finish();
  return {};
}

}  // namespace souk::sql
