#include "sql/appender.h"

#include <simdjson.h>

#include <vector>

#include "sql/handle.h"
#include "sql/query_error.h"
#include "sql/session.h"

namespace souk::sql {
namespace {

void Destroy(duckdb_appender* appender) { duckdb_appender_destroy(appender); }
using AppenderHandle = Handle<duckdb_appender, Destroy>;

// How the values of a column lie in memory.
enum class Layout { kBool, kInt8, kInt16, kInt32, kInt64, kInt128, kString, kOther };

Layout LayoutOf(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return Layout::kBool;
    case DUCKDB_TYPE_TINYINT: return Layout::kInt8;
    case DUCKDB_TYPE_SMALLINT: return Layout::kInt16;
    case DUCKDB_TYPE_INTEGER: return Layout::kInt32;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Layout::kInt64;
    case DUCKDB_TYPE_HUGEINT: return Layout::kInt128;
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB: return Layout::kString;
    default: return Layout::kOther;
  }
}

enum class Given { kBool, kInt, kDecimal, kTimestamp, kText, kBlob };

Given GivenFor(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return Given::kBool;
    case DUCKDB_TYPE_DECIMAL: return Given::kDecimal;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Given::kTimestamp;
    case DUCKDB_TYPE_VARCHAR: return Given::kText;
    case DUCKDB_TYPE_BLOB: return Given::kBlob;
    default: return Given::kInt;
  }
}

struct Target {
  Given given = Given::kInt;
  Layout layout = Layout::kOther;
  int64_t least = 0, greatest = 0;  // of what is given as a number
  duckdb_vector vector = nullptr;
  void* data = nullptr;
  uint64_t* validity = nullptr;  // nullptr until the chunk has a null in this column
};

int64_t PowerOfTen(int exponent) {
  int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

Target TargetOf(duckdb_logical_type type) {
  duckdb_type id = duckdb_get_type_id(type);
  Target target;
  target.given = GivenFor(id);
  target.layout = LayoutOf(id == DUCKDB_TYPE_DECIMAL ? duckdb_decimal_internal_type(type) : id);
  target.least = INT64_MIN;
  target.greatest = INT64_MAX;
  if (id == DUCKDB_TYPE_DECIMAL) {
    int width = duckdb_decimal_width(type);
    if (width <= 18) target.greatest = PowerOfTen(width) - 1;
    if (width <= 18) target.least = -target.greatest;
  } else if (target.given == Given::kTimestamp) {
    target.least = -9'223'372'022'400'000'000;  // DuckDB's first time; those beyond are its infinities
    target.greatest = INT64_MAX - 1;
  } else if (id == DUCKDB_TYPE_TINYINT || id == DUCKDB_TYPE_SMALLINT || id == DUCKDB_TYPE_INTEGER) {
    int bits = id == DUCKDB_TYPE_TINYINT ? 8 : id == DUCKDB_TYPE_SMALLINT ? 16 : 32;
    target.greatest = (int64_t{1} << (bits - 1)) - 1;
    target.least = -target.greatest - 1;
  }
  return target;
}

}  // namespace

struct Appender::Impl {
  std::string name;
  AppenderHandle handle;
  ChunkHandle chunk;
  std::vector<std::string> columns;
  std::vector<Target> targets;
  size_t row = 0, column = 0;
  size_t capacity = 0;
  std::string fault;  // "" = none

  tl::unexpected<Error> Failed() {
    const char* text = duckdb_appender_error(handle.get());
    Error error = QueryError(text == nullptr ? "Invalid Error: no memory" : text, {});
    return tl::unexpected(Error{error.code, fmt::format("cannot append to {}: {}", name, error.message)});
  }

  void NewRows() {
    duckdb_data_chunk_reset(chunk.get());
    for (size_t i = 0; i < targets.size(); ++i) {
      Target& target = targets[i];
      target.vector = duckdb_data_chunk_get_vector(chunk.get(), i);
      target.data = duckdb_vector_get_data(target.vector);
      target.validity = nullptr;
    }
    row = 0;
  }

  void Refuse(std::string_view why) {
    if (!fault.empty()) return;
    std::string where = column < columns.size() ? columns[column] : fmt::format("value {}", column + 1);
    fault = fmt::format("cannot append to {}: {} {}", name, where, why);
  }

  // The place of the next value, or nullptr when it is not one for that column.
  Target* Next(Given given) {
    if (column >= targets.size()) {
      Refuse("is one more than the table has columns");
      return nullptr;
    }
    if (targets[column].given == given) return &targets[column];
    Refuse("was given a value of another type");
    return nullptr;
  }

  void Number(Given given, int64_t value) {
    if (Target* target = Next(given)) {
      if (value < target->least || value > target->greatest) Refuse(fmt::format("has no room for {}", value));
      Store(*target, value);
    }
    ++column;
  }

  void Store(const Target& target, int64_t value) const {
    switch (target.layout) {
      case Layout::kBool: static_cast<bool*>(target.data)[row] = value != 0; break;
      case Layout::kInt8: static_cast<int8_t*>(target.data)[row] = static_cast<int8_t>(value); break;
      case Layout::kInt16: static_cast<int16_t*>(target.data)[row] = static_cast<int16_t>(value); break;
      case Layout::kInt32: static_cast<int32_t*>(target.data)[row] = static_cast<int32_t>(value); break;
      case Layout::kInt64: static_cast<int64_t*>(target.data)[row] = value; break;
      case Layout::kInt128:
        static_cast<duckdb_hugeint*>(target.data)[row] = {static_cast<uint64_t>(value), value < 0 ? -1 : 0};
        break;
      default: break;  // Open lets no other through
    }
  }

  void String(Given given, std::string_view value) {
    if (Target* target = Next(given)) {
      if (given == Given::kText && !simdjson::validate_utf8(value.data(), value.size()))
        Refuse("was given a text that is not UTF-8");
      else
        duckdb_vector_assign_string_element_len(target->vector, row, value.data(), value.size());
    }
    ++column;
  }

  void Null() {
    if (column < targets.size()) {
      Target& target = targets[column];
      if (target.validity == nullptr) {
        duckdb_vector_ensure_validity_writable(target.vector);
        target.validity = duckdb_vector_get_validity(target.vector);
      }
      duckdb_validity_set_row_invalid(target.validity, row);
    } else {
      Refuse("is one more than the table has columns");
    }
    ++column;
  }

  Status HandOver() {
    if (row == 0) return {};
    duckdb_data_chunk_set_size(chunk.get(), row);
    if (duckdb_append_data_chunk(handle.get(), chunk.get()) != DuckDBSuccess) return Failed();
    NewRows();
    return {};
  }
};

Appender::Appender(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Appender::~Appender() = default;
Appender::Appender(Appender&&) noexcept = default;
Appender& Appender::operator=(Appender&&) noexcept = default;

Result<Appender> Appender::Open(Connection& connection, const TableName& table) {
  auto impl = std::make_unique<Impl>();
  impl->name = (table.database.empty() ? "" : table.database + ".") + table.schema + "." + table.table;
  const char* database = table.database.empty() ? nullptr : table.database.c_str();
  if (duckdb_appender_create_ext(connection.impl_->handle, database, table.schema.c_str(),
                                 table.table.c_str(), impl->handle.out()) != DuckDBSuccess) {
    auto failed = impl->Failed();
    failed.value().code = Code::kNotFound;
    return failed;
  }
  std::vector<TypeHandle> types;
  std::vector<duckdb_logical_type> raw;
  for (idx_t i = 0; i < duckdb_appender_column_count(impl->handle.get()); ++i) {
    types.emplace_back(duckdb_appender_column_type(impl->handle.get(), i));
    raw.push_back(types.back().get());
    impl->targets.push_back(TargetOf(raw.back()));
    impl->columns.push_back(fmt::format("column {}", i + 1));
    if (impl->targets.back().layout == Layout::kOther) {
      return Fail(Code::kUnsupported, "cannot append to {}: column {} has a type that cannot be appended",
                  impl->name, i + 1);
    }
  }
  impl->chunk = ChunkHandle(duckdb_create_data_chunk(raw.data(), raw.size()));
  impl->capacity = duckdb_vector_size();
  impl->NewRows();
  return Appender(std::move(impl));
}

void Appender::Bool(bool value) { impl_->Number(Given::kBool, value ? 1 : 0); }
void Appender::Int(int64_t value) { impl_->Number(Given::kInt, value); }
void Appender::Decimal(int64_t unscaled) { impl_->Number(Given::kDecimal, unscaled); }
void Appender::Timestamp(int64_t micros) { impl_->Number(Given::kTimestamp, micros); }
void Appender::Text(std::string_view value) { impl_->String(Given::kText, value); }
void Appender::Blob(std::string_view value) { impl_->String(Given::kBlob, value); }
void Appender::Null() { impl_->Null(); }

Status Appender::EndRow() {
  if (impl_->column < impl_->targets.size()) impl_->Refuse("has no value");
  if (!impl_->fault.empty()) return Fail(Code::kInvalid, "{}", impl_->fault);
  impl_->column = 0;
  if (++impl_->row == impl_->capacity) return impl_->HandOver();
  return {};
}

Status Appender::Finish() {
  if (!impl_->fault.empty()) return Fail(Code::kInvalid, "{}", impl_->fault);
  TRY_STATUS(impl_->HandOver());
  if (duckdb_appender_flush(impl_->handle.get()) != DuckDBSuccess) return impl_->Failed();
  return {};
}

}  // namespace souk::sql
