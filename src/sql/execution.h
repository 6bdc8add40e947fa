// Executing statements to their end. For the sources of this room only.
#pragma once

#include <string>

#include "sql/handle.h"

namespace souk::sql {

// Works on the statement until its result can be fetched; false when it failed (duckdb_pending_error).
// DuckDB's own wait asks without pause while other threads hold the last tasks; this one leaves them the
// processor.
bool Execute(duckdb_pending_result pending);

// Runs one or several statements and throws their results away; the text of DuckDB's error, or "".
std::string RunPlain(duckdb_connection connection, const std::string& sql);

}  // namespace souk::sql
