// The statements that the query door answers itself, read from their text. For the sources of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/syntax_tree.h"

namespace souk::sql {

enum class Verb {
  kQuery,
  kUse,
  kShowTables,
  kShowSchemas,
  kShowColumns,
  kShowTableStats,
  kShowColumnStats,
  kDescribe,
  kSummarize,
  kExplain,
  kRefresh,
  kInvalidateMetadata,
  kComputeStats,
};

struct Command {
  Verb verb = Verb::kQuery;
  // kQuery: the statement. kDescribe, kSummarize, kExplain of a query: that query, else "".
  std::string query = {};
  // The table of kShow…, kDescribe, kSummarize, kRefresh, kInvalidateMetadata, kComputeStats; its name is ""
  // for a query, and for REFRESH and INVALIDATE METADATA of everything.
  RelationName relation = {};
  std::string schema = {};   // kUse; kShowTables: "" = the present one
  std::string pattern = {};  // kShowTables, kShowSchemas: LIKE's, with Hive's * for any text; "" = all
  bool analyze = false;      // kExplain
  bool incremental = false;  // kComputeStats
  std::vector<std::string> columns = {};  // kComputeStats: those in parentheses; empty = all
  // kRefresh, kComputeStats: PARTITION (year = 2025, month = 11) as "(year = 2025) AND (month = 11)", SQL
  // that nobody has looked at; "" = all.
  std::string partition = {};
};

// Keywords in any case. What does not begin with one of the verbs is a query. kInvalid or kDenied say what is
// possible.
Result<Command> ReadCommand(std::string_view statement);

// The statement's first keyword in upper case, for messages.
std::string FirstWord(std::string_view statement);

}  // namespace souk::sql
