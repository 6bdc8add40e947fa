// The exact text of single values, as DuckDB's CAST(… AS VARCHAR) writes it. Everything appends to `out`.
// For the sources of this room only.
#pragma once

#include <string>

#include "sql/handle.h"

namespace souk::sql {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

inline Int128 ToInt128(duckdb_hugeint value) {
  return static_cast<Int128>((static_cast<Uint128>(static_cast<uint64_t>(value.upper)) << 64) | value.lower);
}

void AppendUnsigned(std::string& out, Uint128 value);
void AppendDecimal(std::string& out, Int128 value, int scale);
// False (and nothing appended) for infinity and for years before 1 or after 9999: those go the slow way.
bool AppendDate(std::string& out, int32_t days);
bool AppendTimestamp(std::string& out, int64_t micros);
void AppendTime(std::string& out, int64_t micros);
void AppendUuid(std::string& out, duckdb_hugeint value);
void AppendBlob(std::string& out, const char* data, size_t size);

// The value at `row` of a vector of any type, nested ones too: built up as a DuckDB value and cast by DuckDB
// itself. Slow; for the types that are rare in large results. The row must not be null.
std::string SlowText(duckdb_vector vector, duckdb_logical_type type, idx_t row);

}  // namespace souk::sql
