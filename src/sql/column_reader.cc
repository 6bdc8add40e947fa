#include "sql/column_reader.h"

#include <fmt/format.h>

#include <cstdlib>

#include "sql/type_name.h"
#include "sql/value_text.h"

namespace souk::sql {

// Where a chunk's column goes.
struct ColumnReader::Target {
  duckdb_vector vector;
  const void* data;
  const uint64_t* validity;  // null: no row is null
  size_t count;
  std::vector<std::vector<Cell>>& rows;
  size_t column;

  bool Valid(size_t row) const {
    return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1) != 0;
  }

  // Calls set(value, cell) for the rows that are not null.
  template <typename T, typename Set>
  void Each(const Set& set) const {
    const T* values = static_cast<const T*>(data);
    for (size_t row = 0; row < count; ++row) {
      Cell& cell = rows[row][column];
      if (Valid(row)) {
        set(values[row], cell);
      } else {
        cell = std::monostate{};
      }
    }
  }

  // Calls append(value, text, row) with the cell's emptied string.
  template <typename T, typename Append>
  void EachText(const Append& append) const {
    Each<T>([&](const T& value, Cell& cell) {
      auto* text = std::get_if<std::string>(&cell);
      if (text == nullptr) text = &cell.emplace<std::string>();
      text->clear();
      append(value, *text, static_cast<size_t>(&value - static_cast<const T*>(data)));
    });
  }
};

namespace {

// FLOAT 0.1 is shown as 0.1, not as 0.10000000149011612.
double Widen(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

}  // namespace

ColumnReader::ColumnReader(TypeHandle type)
    : type_(std::move(type)), id_(duckdb_get_type_id(type_.get())), type_name_(TypeName(type_.get())) {
  if (id_ != DUCKDB_TYPE_ENUM) return;
  for (uint32_t i = 0; i < duckdb_enum_dictionary_size(type_.get()); ++i) {
    enum_words_.push_back(TakeText(duckdb_enum_dictionary_value(type_.get(), i)));
  }
}

bool ColumnReader::ReadNumber(const Target& target) const {
  auto integer = [](auto value, Cell& cell) { cell = static_cast<int64_t>(value); };
  switch (id_) {
    case DUCKDB_TYPE_BOOLEAN: target.Each<bool>([](bool value, Cell& cell) { cell = value; }); return true;
    case DUCKDB_TYPE_TINYINT: target.Each<int8_t>(integer); return true;
    case DUCKDB_TYPE_SMALLINT: target.Each<int16_t>(integer); return true;
    case DUCKDB_TYPE_INTEGER: target.Each<int32_t>(integer); return true;
    case DUCKDB_TYPE_BIGINT: target.Each<int64_t>(integer); return true;
    case DUCKDB_TYPE_UTINYINT: target.Each<uint8_t>(integer); return true;
    case DUCKDB_TYPE_USMALLINT: target.Each<uint16_t>(integer); return true;
    case DUCKDB_TYPE_UINTEGER: target.Each<uint32_t>(integer); return true;
    case DUCKDB_TYPE_FLOAT:
      target.Each<float>([](float value, Cell& cell) { cell = Widen(value); });
      return true;
    case DUCKDB_TYPE_DOUBLE: target.Each<double>([](double value, Cell& cell) { cell = value; }); return true;
    default: return false;
  }
}

void ColumnReader::ReadDecimal(const Target& target) const {
  int scale = duckdb_decimal_scale(type_.get());
  auto narrow = [scale](auto value, std::string& text, size_t) { AppendDecimal(text, value, scale); };
  switch (duckdb_decimal_internal_type(type_.get())) {
    case DUCKDB_TYPE_SMALLINT: return target.EachText<int16_t>(narrow);
    case DUCKDB_TYPE_INTEGER: return target.EachText<int32_t>(narrow);
    case DUCKDB_TYPE_BIGINT: return target.EachText<int64_t>(narrow);
    default:
      return target.EachText<duckdb_hugeint>([scale](duckdb_hugeint value, std::string& text, size_t) {
        AppendDecimal(text, ToInt128(value), scale);
      });
  }
}

void ColumnReader::ReadEnum(const Target& target) const {
  auto word = [this](auto value, std::string& text, size_t) { text = enum_words_[value]; };
  switch (duckdb_enum_internal_type(type_.get())) {
    case DUCKDB_TYPE_UTINYINT: return target.EachText<uint8_t>(word);
    case DUCKDB_TYPE_USMALLINT: return target.EachText<uint16_t>(word);
    default: return target.EachText<uint32_t>(word);
  }
}

void ColumnReader::ReadText(const Target& target) const {
  auto slow = [&](std::string& text, size_t row) { text = SlowText(target.vector, type_.get(), row); };
  switch (id_) {
    case DUCKDB_TYPE_VARCHAR:
      return target.EachText<duckdb_string_t>([](duckdb_string_t value, std::string& text, size_t) {
        text.assign(duckdb_string_t_data(&value), duckdb_string_t_length(value));
      });
    case DUCKDB_TYPE_BLOB:
      return target.EachText<duckdb_string_t>([](duckdb_string_t value, std::string& text, size_t) {
        AppendBlob(text, duckdb_string_t_data(&value), duckdb_string_t_length(value));
      });
    case DUCKDB_TYPE_UBIGINT:
      return target.EachText<uint64_t>(
          [](uint64_t value, std::string& text, size_t) { AppendUnsigned(text, value); });
    case DUCKDB_TYPE_HUGEINT:
      return target.EachText<duckdb_hugeint>(
          [](duckdb_hugeint value, std::string& text, size_t) { AppendDecimal(text, ToInt128(value), 0); });
    case DUCKDB_TYPE_UHUGEINT:
      return target.EachText<duckdb_uhugeint>([](duckdb_uhugeint value, std::string& text, size_t) {
        AppendUnsigned(text, (static_cast<Uint128>(value.upper) << 64) | value.lower);
      });
    case DUCKDB_TYPE_DATE:
      return target.EachText<int32_t>([&](int32_t value, std::string& text, size_t row) {
        if (!AppendDate(text, value)) slow(text, row);
      });
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return target.EachText<int64_t>([&](int64_t value, std::string& text, size_t row) {
        if (!AppendTimestamp(text, value)) return slow(text, row);
        if (id_ == DUCKDB_TYPE_TIMESTAMP_TZ) text += "+00";
      });
    case DUCKDB_TYPE_TIME:
      return target.EachText<int64_t>(
          [](int64_t value, std::string& text, size_t) { AppendTime(text, value); });
    case DUCKDB_TYPE_UUID:
      return target.EachText<duckdb_hugeint>(
          [](duckdb_hugeint value, std::string& text, size_t) { AppendUuid(text, value); });
    default: ReadSlow(target);
  }
}

void ColumnReader::ReadSlow(const Target& target) const {
  for (size_t row = 0; row < target.count; ++row) {
    Cell& cell = target.rows[row][target.column];
    if (target.Valid(row)) {
      cell = SlowText(target.vector, type_.get(), row);
    } else {
      cell = std::monostate{};
    }
  }
}

void ColumnReader::Read(duckdb_vector vector, size_t count, std::vector<std::vector<Cell>>& rows,
                        size_t column) const {
  Target target{vector, duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector), count, rows,
                column};
  if (ReadNumber(target)) return;
  if (id_ == DUCKDB_TYPE_DECIMAL) return ReadDecimal(target);
  if (id_ == DUCKDB_TYPE_ENUM) return ReadEnum(target);
  ReadText(target);
}

}  // namespace souk::sql
