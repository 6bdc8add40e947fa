// The lineage of one SELECT, from its syntax tree.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sql/database.h"
#include "warehouse/lineage.h"

namespace souk::warehouse {

// What a query gives: its columns with what they are made from, and what decides which rows there are.
struct QueryLineage {
  std::vector<std::string> names;  // "" for an expression without a name
  std::vector<Inputs> columns;
  Inputs rows;
};

// The columns of a relation, null when there is no such relation.
using ColumnsOfRelation = std::function<const std::vector<std::string>*(const std::string& name)>;

// Names of the functions that make one value of many rows, in lower case.
Result<std::set<std::string>> AggregateFunctions(sql::Connection& connection);

// `sql` with macros written out. CTEs, subqueries, unions, windows and stars are followed to the relations
// themselves, whose schemas are ignored. kInvalid: the SQL cannot be parsed, or names a relation or column
// that does not exist; kUnsupported: a form that cannot be followed (PIVOT, COLUMNS(…)).
Result<QueryLineage> LineageOf(sql::Connection& connection, const std::string& sql,
                               const std::set<std::string>& aggregates, const ColumnsOfRelation& columns_of);

}  // namespace souk::warehouse
