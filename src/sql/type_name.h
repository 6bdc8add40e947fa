// DuckDB's own name of a type: "DECIMAL(12,2)", "VARCHAR[]", "STRUCT(a INTEGER)". For the sources of this
// room only.
#pragma once

#include <string>

#include "sql/handle.h"

namespace souk::sql {

// "" for a type this version of the C API cannot describe (VARIANT and the like).
std::string TypeName(duckdb_logical_type type);

}  // namespace souk::sql
