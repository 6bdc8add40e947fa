// What a query refers to, read from DuckDB's own syntax tree. For the sources of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::sql {

struct RelationName {
  std::string catalog;  // "" when not written
  std::string schema;   // "" when not written
  std::string table;
};

struct References {
  std::vector<RelationName> relations;  // tables and views; names of WITH queries in scope are left out
  std::vector<std::string> functions;   // scalar, aggregate and window functions and operators, in lower case
  std::vector<std::string> table_functions;  // functions behind FROM, in lower case
};

// `json` is what json_serialize_sql gave for one SELECT statement. The tree is walked whole, and every kind
// of node must be known: kDenied names one that is not (SHOW in a subquery, time travel, …), so that what a
// later DuckDB adds is closed until somebody opened it. kInvalid when the parser refused the statement, with
// its words; kUnsupported when the statement is no SELECT.
Result<References> ReadReferences(std::string_view json, std::string_view sql);

}  // namespace souk::sql
