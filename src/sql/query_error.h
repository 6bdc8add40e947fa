// DuckDB's errors in Souk's words. For the sources of this room only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sql/watch.h"

namespace souk::sql {

struct ErrorContext {
  std::string_view sql;  // the statement, for its beginning
  StopReason reason = StopReason::kNone;
  int64_t timeout_ms = 0;
  std::string_view memory_setting;
};

// One line: DuckDB's first sentence and its hint, the place in the statement, and the remedy where we know
// one.
Error QueryError(std::string_view text, const ErrorContext& context);
// The error of opening `path`.
Error OpenError(std::string_view text, const std::string& path);
// The statement's first characters in one line, for messages.
std::string StatementBeginning(std::string_view sql);

}  // namespace souk::sql
