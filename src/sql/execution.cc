#include "sql/execution.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace souk::sql {
namespace {

using std::chrono::microseconds;

// A task is some hundred microseconds of work.
constexpr int kTriesWithoutPause = 10;
constexpr microseconds kFirstPause{20}, kLongestPause{500};

std::string TextOf(const char* error) {
  return error == nullptr || *error == '\0' ? "Invalid Error: unknown error" : error;
}

// "" or the error of the i-th statement.
std::string RunExtracted(duckdb_connection connection, duckdb_extracted_statements statements, idx_t i) {
  PreparedHandle prepared;
  if (duckdb_prepare_extracted_statement(connection, statements, i, prepared.out()) != DuckDBSuccess) {
    return TextOf(prepared ? duckdb_prepare_error(prepared.get()) : nullptr);
  }
  PendingHandle pending;
  if (duckdb_pending_prepared(prepared.get(), pending.out()) != DuckDBSuccess || !Execute(pending.get())) {
    return TextOf(duckdb_pending_error(pending.get()));
  }
  ResultHandle result;
  if (duckdb_execute_pending(pending.get(), result.out()) == DuckDBSuccess) return "";
  return TextOf(duckdb_result_error(result.out()));
}

}  // namespace

bool Execute(duckdb_pending_result pending) {
  int tries = 0;
  microseconds pause = kFirstPause;
  while (true) {
    switch (duckdb_pending_execute_task(pending)) {
      case DUCKDB_PENDING_RESULT_READY: return true;
      case DUCKDB_PENDING_ERROR: return false;
      case DUCKDB_PENDING_NO_TASKS_AVAILABLE:
        if (++tries > kTriesWithoutPause) {
          std::this_thread::sleep_for(pause);
          pause = std::min(pause * 2, kLongestPause);
        }
        break;
      default: tries = 0; pause = kFirstPause;
    }
  }
}

std::string RunPlain(duckdb_connection connection, const std::string& sql) {
  ExtractedHandle statements;
  idx_t count = duckdb_extract_statements(connection, sql.c_str(), statements.out());
  if (count == 0) {
    const char* error = statements ? duckdb_extract_statements_error(statements.get()) : nullptr;
    return error == nullptr ? "" : error;  // no statement at all is no error
  }
  for (idx_t i = 0; i < count; ++i) {
    std::string error = RunExtracted(connection, statements.get(), i);
    if (!error.empty()) return error;
  }
  return "";
}

}  // namespace souk::sql
