// The statements that the query door answers itself, read from their text. For the sources of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/syntax_tree.h"

namespace souk::sql {

enum class Verb { kQuery, kUse, kShowTables, kShowSchemas, kShowColumns, kDescribe, kSummarize, kExplain };

struct Command {
  Verb verb = Verb::kQuery;
  // kQuery: the statement. kDescribe, kSummarize, kExplain of a query: that query, else "".
  std::string query = {};
  RelationName relation = {};  // kShowColumns, kDescribe and kSummarize of a table
  std::string schema = {};     // kUse; kShowTables: "" = the present one
  std::string pattern = {};    // kShowTables, kShowSchemas: LIKE's, with Hive's * for any text; "" = all
  bool analyze = false;        // kExplain
};

// Keywords in any case. What does not begin with one of the verbs is a query. kInvalid or kDenied say what is
// possible.
Result<Command> ReadCommand(std::string_view statement);

// The statement's first keyword in upper case, for messages.
std::string FirstWord(std::string_view statement);

}  // namespace souk::sql
