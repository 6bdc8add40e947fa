#include "sql/type_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sql/database.h"

namespace souk::sql {
namespace {

const char* PlainName(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN: return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT: return "TINYINT";
    case DUCKDB_TYPE_SMALLINT: return "SMALLINT";
    case DUCKDB_TYPE_INTEGER: return "INTEGER";
    case DUCKDB_TYPE_BIGINT: return "BIGINT";
    case DUCKDB_TYPE_UTINYINT: return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT: return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER: return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT: return "UBIGINT";
    case DUCKDB_TYPE_FLOAT: return "FLOAT";
    case DUCKDB_TYPE_DOUBLE: return "DOUBLE";
    case DUCKDB_TYPE_TIMESTAMP: return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_S: return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS: return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS: return "TIMESTAMP_NS";
    case DUCKDB_TYPE_TIMESTAMP_TZ: return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_DATE: return "DATE";
    case DUCKDB_TYPE_TIME: return "TIME";
    case DUCKDB_TYPE_TIME_NS: return "TIME_NS";
    case DUCKDB_TYPE_TIME_TZ: return "TIME WITH TIME ZONE";
    case DUCKDB_TYPE_INTERVAL: return "INTERVAL";
    case DUCKDB_TYPE_HUGEINT: return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT: return "UHUGEINT";
    case DUCKDB_TYPE_VARCHAR: return "VARCHAR";
    case DUCKDB_TYPE_BLOB: return "BLOB";
    case DUCKDB_TYPE_UUID: return "UUID";
    case DUCKDB_TYPE_BIT: return "BIT";
    case DUCKDB_TYPE_BIGNUM: return "BIGNUM";
    case DUCKDB_TYPE_SQLNULL: return "NULL";
    default: return "";
  }
}

// A member's name as DuckDB writes it: plain when it needs no quotes.
std::string MemberName(const std::string& name) {
  bool plain = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
               std::all_of(name.begin(), name.end(), [](unsigned char c) {
                 return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
               });
  return plain ? name : QuoteName(name);
}

using MemberNameOf = char* (*)(duckdb_logical_type, idx_t);
using MemberTypeOf = duckdb_logical_type (*)(duckdb_logical_type, idx_t);

std::string Members(const char* word, duckdb_logical_type type, idx_t count, MemberNameOf name_of,
                    MemberTypeOf type_of) {
  std::string text = word;
  text += '(';
  for (idx_t i = 0; i < count; ++i) {
    TypeHandle member(type_of(type, i));
    std::string name = TakeText(name_of(type, i));
    if (i > 0) text += ", ";
    if (!name.empty()) text += MemberName(name) + ' ';
    text += TypeName(member.get());
  }
  return text + ')';
}

std::string EnumName(duckdb_logical_type type) {
  std::string text = "ENUM(";
  for (uint32_t i = 0; i < duckdb_enum_dictionary_size(type); ++i) {
    if (i > 0) text += ", ";
    text += QuoteLiteral(TakeText(duckdb_enum_dictionary_value(type, i)));
  }
  return text + ')';
}

std::string MapName(duckdb_logical_type type) {
  TypeHandle key(duckdb_map_type_key_type(type));
  TypeHandle value(duckdb_map_type_value_type(type));
  return fmt::format("MAP({}, {})", TypeName(key.get()), TypeName(value.get()));
}

}  // namespace

std::string TypeName(duckdb_logical_type type) {
  std::string alias = TakeText(duckdb_logical_type_get_alias(type));
  if (!alias.empty()) return alias;
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
    case DUCKDB_TYPE_LIST: return TypeName(TypeHandle(duckdb_list_type_child_type(type)).get()) + "[]";
    case DUCKDB_TYPE_ARRAY:
      return fmt::format("{}[{}]", TypeName(TypeHandle(duckdb_array_type_child_type(type)).get()),
                         duckdb_array_type_array_size(type));
    case DUCKDB_TYPE_STRUCT:
      return Members("STRUCT", type, duckdb_struct_type_child_count(type), duckdb_struct_type_child_name,
                     duckdb_struct_type_child_type);
    case DUCKDB_TYPE_UNION:
      return Members("UNION", type, duckdb_union_type_member_count(type), duckdb_union_type_member_name,
                     duckdb_union_type_member_type);
    case DUCKDB_TYPE_MAP: return MapName(type);
    case DUCKDB_TYPE_ENUM: return EnumName(type);
    default: return PlainName(duckdb_get_type_id(type));
  }
}

}  // namespace souk::sql
