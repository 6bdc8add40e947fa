// Inside of query_lineage.h: what the parts that read queries and expressions share.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "warehouse/query_lineage.h"

namespace souk::warehouse {

using Json = nlohmann::json;

// A relation behind FROM.
struct FromEntry {
  std::string alias;  // lower case
  QueryLineage columns;
  std::set<std::string> merged;  // of USING, lower case: found in an earlier entry when no relation is named
  bool hidden = false;           // right of a SEMI or ANTI join: only its condition sees it
  bool open = false;             // a table function: any name may be a column of it
  Inputs open_inputs;
};

// What names can stand for at one place of a query; `outer` is the query around it.
struct NameScope {
  const NameScope* outer = nullptr;
  std::vector<FromEntry> entries;
  Inputs rows;                            // of the entries
  std::map<std::string, Inputs> aliases;  // of the select list
  std::set<std::string> parameters;       // of lambdas
};

// WITH queries in sight, by name in lower case.
using CommonTables = std::map<std::string, std::shared_ptr<const QueryLineage>>;

std::string Lower(std::string_view text);
const Json& MemberOf(const Json& node, const char* name);
std::string TextOf(const Json& node, const char* name);
// `outer` of `inner`: what a use of a column is to what the column is made from.
Use Composed(Use outer, Use inner);
void AddAs(Use use, const Inputs& inputs, Inputs& to);
void AddAll(const Inputs& inputs, Inputs& to);

class QueryReader {
 public:
  // Both must outlive it.
  QueryReader(const ColumnsOfRelation& columns_of, const std::set<std::string>& aggregates)
      : columns_of_(columns_of), aggregates_(aggregates) {}

  Result<QueryLineage> Query(const Json& node, const CommonTables& tables, const NameScope* outer);

 private:
  // Queries and relations (query_reader.cc).
  Result<QueryLineage> Select(const Json& node, const CommonTables& tables, const NameScope* outer);
  Result<QueryLineage> SetOperation(const Json& node, const CommonTables& tables, const NameScope* outer);
  Result<QueryLineage> Recursive(const Json& node, const CommonTables& tables, const NameScope* outer);
  Status ReadCommonTables(const Json& node, CommonTables& tables, const NameScope* outer);
  Status From(const Json& node, const CommonTables& tables, NameScope& scope);
  Status BaseTable(const Json& node, const CommonTables& tables, NameScope& scope);
  Status Join(const Json& node, const CommonTables& tables, NameScope& scope);
  Status TableFunction(const Json& node, const CommonTables& tables, NameScope& scope);
  Status Values(const Json& node, const CommonTables& tables, NameScope& scope);
  Status SelectList(const Json& node, const CommonTables& tables, NameScope& scope, QueryLineage& query);
  Status Star(const Json& star, const CommonTables& tables, NameScope& scope, QueryLineage& query);
  Status Grouping(const Json& node, const CommonTables& tables, const NameScope& scope, QueryLineage& query);
  Status Modifiers(const Json& node, const CommonTables& tables, const NameScope& scope, QueryLineage& query);

  // Expressions (query_expression.cc). Each adds what the expression reads to `to`, used as `use`.
  Status Expression(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                    Inputs& to);
  Status EachExpression(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                        Inputs& to);
  Status ColumnReference(const Json& node, Use use, const NameScope& scope, Inputs& to) const;
  Status Case(const Json& node, Use use, const CommonTables& tables, const NameScope& scope, Inputs& to);
  Status Function(const Json& node, Use use, const CommonTables& tables, const NameScope& scope, Inputs& to);
  Status Window(const Json& node, Use use, const CommonTables& tables, const NameScope& scope, Inputs& to);
  Status Subquery(const Json& node, Use use, const CommonTables& tables, const NameScope& scope, Inputs& to);
  Status Lambda(const Json& node, Use use, const CommonTables& tables, const NameScope& scope, Inputs& to);
  bool HasAggregate(const Json& node) const;

  const ColumnsOfRelation& columns_of_;
  const std::set<std::string>& aggregates_;
};

}  // namespace souk::warehouse
