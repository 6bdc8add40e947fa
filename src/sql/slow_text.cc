// Any value of a vector as a DuckDB value, so that DuckDB itself writes its text.
#include <vector>

#include "sql/value_text.h"

namespace souk::sql {
namespace {

ValueHandle MakeValue(duckdb_vector vector, duckdb_logical_type type, idx_t row);

template <typename T>
const T& At(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

std::pair<const char*, idx_t> Bytes(duckdb_vector vector, idx_t row) {
  auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
  return {duckdb_string_t_data(text), duckdb_string_t_length(*text)};
}

duckdb_value Decimal(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  duckdb_hugeint value{};
  auto widen = [&value](int64_t small) {
    value.lower = static_cast<uint64_t>(small);
    value.upper = small < 0 ? -1 : 0;
  };
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT: widen(At<int16_t>(vector, row)); break;
    case DUCKDB_TYPE_INTEGER: widen(At<int32_t>(vector, row)); break;
    case DUCKDB_TYPE_BIGINT: widen(At<int64_t>(vector, row)); break;
    default: value = At<duckdb_hugeint>(vector, row);
  }
  return duckdb_create_decimal({duckdb_decimal_width(type), duckdb_decimal_scale(type), value});
}

duckdb_value Enum(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  switch (duckdb_enum_internal_type(type)) {
    case DUCKDB_TYPE_UTINYINT: return duckdb_create_enum_value(type, At<uint8_t>(vector, row));
    case DUCKDB_TYPE_USMALLINT: return duckdb_create_enum_value(type, At<uint16_t>(vector, row));
    default: return duckdb_create_enum_value(type, At<uint32_t>(vector, row));
  }
}

// In the vector: three bytes of sign and length, then the magnitude, all bits turned when negative.
duckdb_value Bignum(duckdb_vector vector, idx_t row) {
  auto [data, size] = Bytes(vector, row);
  bool negative = (static_cast<unsigned char>(data[0]) & 0x80) == 0;
  std::vector<uint8_t> magnitude(data + 3, data + size);
  if (negative) {
    for (uint8_t& byte : magnitude) byte = static_cast<uint8_t>(~byte);
  }
  return duckdb_create_bignum({magnitude.data(), magnitude.size(), negative});
}

duckdb_value Uuid(duckdb_vector vector, idx_t row) {
  duckdb_hugeint raw = At<duckdb_hugeint>(vector, row);
  return duckdb_create_uuid({raw.lower, static_cast<uint64_t>(raw.upper) ^ (uint64_t{1} << 63)});
}

std::vector<ValueHandle> MakeValues(duckdb_vector child, duckdb_logical_type type, idx_t begin, idx_t count) {
  std::vector<ValueHandle> values;
  values.reserve(count);
  for (idx_t i = 0; i < count; ++i) values.push_back(MakeValue(child, type, begin + i));
  return values;
}

std::vector<duckdb_value> Raw(const std::vector<ValueHandle>& values) {
  std::vector<duckdb_value> raw;
  raw.reserve(values.size() + 1);
  for (const ValueHandle& value : values) raw.push_back(value.get());
  if (raw.empty()) raw.push_back(nullptr);  // the C API wants an address even for no values
  return raw;
}

duckdb_value List(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  auto entry = At<duckdb_list_entry>(vector, row);
  TypeHandle child(duckdb_list_type_child_type(type));
  auto values = MakeValues(duckdb_list_vector_get_child(vector), child.get(), entry.offset, entry.length);
  return duckdb_create_list_value(child.get(), Raw(values).data(), entry.length);
}

duckdb_value Array(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  idx_t size = duckdb_array_type_array_size(type);
  TypeHandle child(duckdb_array_type_child_type(type));
  auto values = MakeValues(duckdb_array_vector_get_child(vector), child.get(), row * size, size);
  return duckdb_create_array_value(child.get(), Raw(values).data(), size);
}

duckdb_value Struct(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::vector<ValueHandle> values;
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    TypeHandle child(duckdb_struct_type_child_type(type, i));
    values.push_back(MakeValue(duckdb_struct_vector_get_child(vector, i), child.get(), row));
  }
  return duckdb_create_struct_value(type, Raw(values).data());
}

duckdb_value Map(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  auto entry = At<duckdb_list_entry>(vector, row);
  duckdb_vector pairs = duckdb_list_vector_get_child(vector);
  TypeHandle key(duckdb_map_type_key_type(type));
  TypeHandle value(duckdb_map_type_value_type(type));
  auto keys = MakeValues(duckdb_struct_vector_get_child(pairs, 0), key.get(), entry.offset, entry.length);
  auto values = MakeValues(duckdb_struct_vector_get_child(pairs, 1), value.get(), entry.offset, entry.length);
  return duckdb_create_map_value(type, Raw(keys).data(), Raw(values).data(), entry.length);
}

// A struct underneath: first the tag, then one child per member.
duckdb_value Union(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  idx_t tag = At<uint8_t>(duckdb_struct_vector_get_child(vector, 0), row);
  TypeHandle member(duckdb_union_type_member_type(type, tag));
  ValueHandle value = MakeValue(duckdb_struct_vector_get_child(vector, tag + 1), member.get(), row);
  return duckdb_create_union_value(type, tag, value.get());
}

duckdb_value NestedValue(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_DECIMAL: return Decimal(vector, type, row);
    case DUCKDB_TYPE_ENUM: return Enum(vector, type, row);
    case DUCKDB_TYPE_LIST: return List(vector, type, row);
    case DUCKDB_TYPE_ARRAY: return Array(vector, type, row);
    case DUCKDB_TYPE_STRUCT: return Struct(vector, type, row);
    case DUCKDB_TYPE_MAP: return Map(vector, type, row);
    case DUCKDB_TYPE_UNION: return Union(vector, type, row);
    default: return duckdb_create_null_value();
  }
}

duckdb_value TextValue(duckdb_vector vector, duckdb_type id, idx_t row) {
  auto [data, size] = Bytes(vector, row);
  switch (id) {
    case DUCKDB_TYPE_BLOB: return duckdb_create_blob(reinterpret_cast<const uint8_t*>(data), size);
    // The value copies the bytes; the C API only lacks the const.
    case DUCKDB_TYPE_BIT:
      return duckdb_create_bit({const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(data)), size});
    default: return duckdb_create_varchar_length(data, size);
  }
}

duckdb_value RawValue(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  duckdb_type id = duckdb_get_type_id(type);
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN: return duckdb_create_bool(At<bool>(vector, row));
    case DUCKDB_TYPE_TINYINT: return duckdb_create_int8(At<int8_t>(vector, row));
    case DUCKDB_TYPE_SMALLINT: return duckdb_create_int16(At<int16_t>(vector, row));
    case DUCKDB_TYPE_INTEGER: return duckdb_create_int32(At<int32_t>(vector, row));
    case DUCKDB_TYPE_BIGINT: return duckdb_create_int64(At<int64_t>(vector, row));
    case DUCKDB_TYPE_UTINYINT: return duckdb_create_uint8(At<uint8_t>(vector, row));
    case DUCKDB_TYPE_USMALLINT: return duckdb_create_uint16(At<uint16_t>(vector, row));
    case DUCKDB_TYPE_UINTEGER: return duckdb_create_uint32(At<uint32_t>(vector, row));
    case DUCKDB_TYPE_UBIGINT: return duckdb_create_uint64(At<uint64_t>(vector, row));
    case DUCKDB_TYPE_HUGEINT: return duckdb_create_hugeint(At<duckdb_hugeint>(vector, row));
    case DUCKDB_TYPE_UHUGEINT: return duckdb_create_uhugeint(At<duckdb_uhugeint>(vector, row));
    case DUCKDB_TYPE_FLOAT: return duckdb_create_float(At<float>(vector, row));
    case DUCKDB_TYPE_DOUBLE: return duckdb_create_double(At<double>(vector, row));
    case DUCKDB_TYPE_DATE: return duckdb_create_date(At<duckdb_date>(vector, row));
    case DUCKDB_TYPE_TIME: return duckdb_create_time(At<duckdb_time>(vector, row));
    case DUCKDB_TYPE_TIME_NS: return duckdb_create_time_ns(At<duckdb_time_ns>(vector, row));
    case DUCKDB_TYPE_TIME_TZ: return duckdb_create_time_tz_value(At<duckdb_time_tz>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP: return duckdb_create_timestamp(At<duckdb_timestamp>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP_TZ: return duckdb_create_timestamp_tz(At<duckdb_timestamp>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP_S: return duckdb_create_timestamp_s(At<duckdb_timestamp_s>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP_MS: return duckdb_create_timestamp_ms(At<duckdb_timestamp_ms>(vector, row));
    case DUCKDB_TYPE_TIMESTAMP_NS: return duckdb_create_timestamp_ns(At<duckdb_timestamp_ns>(vector, row));
    case DUCKDB_TYPE_INTERVAL: return duckdb_create_interval(At<duckdb_interval>(vector, row));
    case DUCKDB_TYPE_UUID: return Uuid(vector, row);
    case DUCKDB_TYPE_BIGNUM: return Bignum(vector, row);
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
    case DUCKDB_TYPE_BIT: return TextValue(vector, id, row);
    default: return NestedValue(vector, type, row);
  }
}

ValueHandle MakeValue(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  if (!duckdb_validity_row_is_valid(duckdb_vector_get_validity(vector), row)) {
    return ValueHandle(duckdb_create_null_value());
  }
  return ValueHandle(RawValue(vector, type, row));
}

}  // namespace

std::string SlowText(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  ValueHandle value = MakeValue(vector, type, row);
  return TakeText(duckdb_get_varchar(value.get()));
}

}  // namespace souk::sql
