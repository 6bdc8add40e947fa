#include "warehouse/columns_read.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace souk::warehouse {
namespace {

using Json = nlohmann::json;

// What a syntax tree says of one relation.
struct Uses {
  std::string relation;
  std::set<std::string> names;  // the relation's own or its aliases
  std::set<std::string> plain;  // columns written without a relation
  std::set<std::pair<std::string, std::string>> qualified;
  bool everything = false;      // a star without a relation
  std::set<std::string> stars;  // relations with a star
};

void Note(const Json& node, Uses& uses) {
  Json type = node.value("type", Json());
  if (type == "BASE_TABLE" && node.value("table_name", "") == uses.relation) {
    std::string alias = node.value("alias", "");
    uses.names.insert(alias.empty() ? uses.relation : alias);
  } else if (type == "COLUMN_REF" && node.contains("column_names")) {
    auto names = node["column_names"].get<std::vector<std::string>>();
    if (names.size() == 1) uses.plain.insert(names[0]);
    if (names.size() > 1) uses.qualified.emplace(names[names.size() - 2], names.back());
  } else if (type == "STAR") {
    std::string relation = node.value("relation_name", "");
    uses.everything |= relation.empty();
    uses.stars.insert(relation);
  }
}

void Walk(const Json& tree, Uses& uses) {
  if (tree.is_object()) Note(tree, uses);
  if (tree.is_structured()) {
    for (const auto& item : tree) Walk(item, uses);
  }
}

}  // namespace

Result<std::set<std::string>> ColumnsRead(sql::Connection& connection, const std::string& sql,
                                          const std::string& relation,
                                          const std::vector<std::string>& columns) {
  TRY(auto table, connection.Query("SELECT json_serialize_sql(" + sql::QuoteLiteral(sql) + ")"));
  Json tree = Json::parse(sql::CellText(table.At(0, 0)), nullptr, false);
  if (tree.is_discarded() || tree.value("error", true)) {
    return Fail(Code::kInvalid, "the SQL that reads {} cannot be read itself", relation);
  }
  Uses uses;
  uses.relation = relation;
  Walk(tree, uses);
  bool all =
      uses.everything || std::any_of(uses.names.begin(), uses.names.end(),
                                     [&](const std::string& name) { return uses.stars.contains(name); });
  std::set<std::string> read;
  for (const std::string& column : columns) {
    bool named = std::any_of(uses.names.begin(), uses.names.end(), [&](const std::string& name) {
      return uses.qualified.contains({name, column});
    });
    if (all || named || uses.plain.contains(column)) read.insert(column);
  }
  return read;
}

}  // namespace souk::warehouse
