#include "warehouse/query_lineage.h"

#include "warehouse/query_reader.h"

namespace souk::warehouse {

Result<std::set<std::string>> AggregateFunctions(sql::Connection& connection) {
  TRY(auto functions, connection.Query("SELECT DISTINCT lower(function_name) FROM duckdb_functions() "
                                       "WHERE function_type = 'aggregate'"));
  std::set<std::string> aggregates;
  for (const auto& row : functions.rows) aggregates.insert(sql::CellText(row[0]));
  return aggregates;
}

Result<QueryLineage> LineageOf(sql::Connection& connection, const std::string& sql,
                               const std::set<std::string>& aggregates, const ColumnsOfRelation& columns_of) {
  TRY(auto table, connection.Query("SELECT json_serialize_sql(" + sql::QuoteLiteral(sql) + ")"));
  Json tree = Json::parse(sql::CellText(table.At(0, 0)), nullptr, false);
  if (!tree.is_object() || MemberOf(tree, "error") != false) {
    std::string message = TextOf(tree, "error_message");
    return Fail(Code::kInvalid, "{}", message.empty() ? "no SELECT" : message);
  }
  QueryReader reader(columns_of, aggregates);
  return reader.Query(MemberOf(MemberOf(tree, "statements")[0], "node"), {}, nullptr);
}

}  // namespace souk::warehouse
