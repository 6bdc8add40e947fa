#include "warehouse/graph.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/hash.h"
#include "base/options.h"
#include "record/schema.h"
#include "sql/macro.h"
#include "warehouse/text.h"

namespace souk::warehouse {
namespace {

using Json = nlohmann::json;

std::map<std::string, std::string> SettingsOf(const ShopOptions& shop) {
  std::string codes;
  for (const std::string& code : shop.charge_codes)
    codes += (codes.empty() ? "" : ", ") + sql::QuoteLiteral(code);
  return {{"shop.time_zone", shop.time_zone},
          {"shop.currency", sql::QuoteLiteral(shop.currency)},
          {"shop.charge_codes", codes.empty() ? "NULL" : codes}};
}

std::string RejectReason(const Model& model) {
  std::string sql = "CASE";
  for (const Rule& rule : model.rejects) {
    sql += fmt::format(" WHEN {} THEN {}", rule.when, sql::QuoteLiteral(rule.reason));
  }
  return sql + " END";
}

Result<std::string> Fill(const Model& model, const std::map<std::string, std::string>& settings) {
  return FillIn(model.sql, model.file, [&](std::string_view name) -> std::optional<std::string> {
    if (name == "reject_reason" && !model.rejects.empty()) return RejectReason(model);
    // The zone is a macro's business: models call shop_day() and its like.
    auto found = settings.find(std::string(name));
    if (found == settings.end() || name == "shop.time_zone") return std::nullopt;
    return found->second;
  });
}

// Settings stand as {name} here, so that a changed value is not taken for a changed model.
Status Define(Node& node, const std::vector<sql::Macro>& macros,
              const std::map<std::string, std::string>& settings) {
  std::map<std::string, std::string> names;
  for (const auto& [name, value] : settings) names[name] = "{" + name + "}";
  TRY(std::string text, Fill(node.model, names));
  auto expanded = sql::ExpandMacros(text, macros, "duckdb", names);
  if (!expanded) return Wrap(expanded.error(), node.model.file);
  for (const auto& [name, value] : settings) {
    if (expanded->find("{" + name + "}") != std::string::npos) node.settings[name] = value;
  }
  std::string text_of_model =
      *expanded + fmt::format("\n{}\n{}\n{}", fmt::join(node.model.key, ","),
                              fmt::join(node.model.newest, ","), fmt::join(node.model.partitions, ","));
  for (const Rule& check : node.model.checks) {
    text_of_model += fmt::format("\n{} {} {}", check.measure, check.reason, check.when);
  }
  node.definition = Sha256Hex(text_of_model).substr(0, 16);
  return {};
}

void Collect(const Json& tree, std::set<std::string>& relations, std::set<std::string>& ctes) {
  if (tree.is_array()) {
    for (const Json& item : tree) Collect(item, relations, ctes);
  }
  if (!tree.is_object()) return;
  if (tree.value("type", Json()) == "BASE_TABLE" && tree.contains("table_name")) {
    std::string schema = tree.value("schema_name", "");
    relations.insert((schema.empty() ? "" : schema + ".") + tree["table_name"].get<std::string>());
  }
  if (tree.contains("cte_map") && tree["cte_map"].contains("map")) {
    for (const Json& cte : tree["cte_map"]["map"]) ctes.insert(cte.value("key", ""));
  }
  for (const auto& [key, value] : tree.items()) Collect(value, relations, ctes);
}

std::vector<std::string> Known(const std::vector<Node>& nodes) {
  std::vector<std::string> names;
  for (const auto& schema : record::Schemas()) names.push_back("raw_" + schema.name);
  for (const Node& node : nodes) names.push_back(node.model.name);
  return names;
}

// That the days of a model can be found as its .yml says.
Status CheckDays(const Node& node, const std::vector<Node>& nodes) {
  const Model& model = node.model;
  auto read = [&](const std::string& name) -> const Model* {
    if (std::find(node.inputs.begin(), node.inputs.end(), name) == node.inputs.end()) return nullptr;
    for (const Node& other : nodes) {
      if (other.model.name == name) return &other.model;
    }
    return nullptr;
  };
  if (!model.days.column.empty() && model.newest.empty()) {
    const Model* of = read(model.days.of);
    if (of == nullptr || of->days.column.empty()) {
      return Fail(Code::kInvalid, "{}: days are of '{}', which must be a model with days that the SQL reads",
                  model.file, model.days.of);
    }
    if (!model.days.together.empty() && of->materialized != Materialized::kLake) {
      return Fail(Code::kInvalid, "{}: together needs days of a model of the lake", model.file);
    }
  }
  for (const auto& [name, lookup] : model.days.looks_up) {
    const Model* dimension = read(name);
    if (dimension == nullptr || dimension->materialized != Materialized::kTable ||
        !dimension->days.column.empty()) {
      return Fail(Code::kInvalid,
                  "{}: looks_up names {}, which must be a table without days that the SQL reads", model.file,
                  name);
    }
  }
  if (!model.newest.empty() && (node.inputs.size() != 1 || !node.inputs.front().starts_with("raw_"))) {
    return Fail(Code::kInvalid, "{}: a model with newest reads one raw relation and nothing else",
                model.file);
  }
  return {};
}

Status CheckInputs(const Node& node, const std::vector<Node>& nodes) {
  TRY_STATUS(CheckDays(node, nodes));
  auto known = Known(nodes);
  for (const std::string& input : node.inputs) {
    if (std::find(known.begin(), known.end(), input) == known.end()) {
      std::string near = NearestWord(input, known);
      return Fail(Code::kInvalid, "{} reads {}, which is neither a model nor a raw relation{}",
                  node.model.file, input, near.empty() ? "" : "; " + near + " exists");
    }
  }
  for (const ModelColumn& column : node.model.columns) {
    for (const ColumnTest& test : column.tests) {
      if (test.kind != ColumnTest::Kind::kRelationships) continue;
      if (std::find(known.begin(), known.end(), test.target_model) == known.end()) {
        return Fail(Code::kInvalid, "{}: the test of {} names {}, which does not exist", node.model.file,
                    column.name, test.target_model);
      }
      // Tests of the lake run before its commit, when only what the model reads is sure to be there.
      bool read = std::find(node.inputs.begin(), node.inputs.end(), test.target_model) != node.inputs.end();
      if (node.model.materialized == Materialized::kLake && !read) {
        return Fail(Code::kInvalid,
                    "{}: the test of {} names {}, which a model of the lake must read to be tested against",
                    node.model.file, column.name, test.target_model);
      }
    }
  }
  return {};
}

// Depth first; `path` is what led here, for the message of a cycle.
Status Place(const std::string& name, std::map<std::string, Node>& left, std::vector<std::string>& path,
             Graph& graph) {
  if (auto at = std::find(path.begin(), path.end(), name); at != path.end()) {
    return Fail(Code::kInvalid, "{}: models depend on each other in a circle: {} → {}",
                left.at(name).model.file, fmt::join(at, path.end(), " → "), name);
  }
  auto found = left.find(name);
  if (found == left.end()) return {};
  path.push_back(name);
  for (const std::string& input : std::vector<std::string>(found->second.inputs)) {
    TRY_STATUS(Place(input, left, path, graph));
  }
  path.pop_back();
  graph.nodes.push_back(std::move(found->second));
  left.erase(name);
  return {};
}

}  // namespace

const Node* Graph::Find(std::string_view name) const {
  for (const Node& node : nodes) {
    if (node.model.name == name) return &node;
  }
  return nullptr;
}

Result<std::vector<std::string>> RelationsOf(sql::Connection& connection, const std::string& sql,
                                             const std::string& origin) {
  TRY(auto table, connection.Query("SELECT json_serialize_sql(" + sql::QuoteLiteral(sql) + ")"));
  Json tree = Json::parse(sql::CellText(table.At(0, 0)), nullptr, false);
  if (tree.is_discarded() || tree.value("error", true)) {
    return Fail(Code::kInvalid, "{}: {}", origin,
                tree.is_object() ? tree.value("error_message", "no SELECT") : "no SELECT");
  }
  std::set<std::string> relations, ctes;
  Collect(tree, relations, ctes);
  std::vector<std::string> names;
  for (const std::string& name : relations) {
    if (!ctes.contains(name)) names.push_back(name);
  }
  return names;
}

Result<Graph> MakeGraph(const WarehouseOptions& options, sql::Connection& connection) {
  TRY(auto models, LoadModels(options.models_directory));
  TRY(auto macros, sql::LoadMacros(options.models_directory));
  auto settings = SettingsOf(options.shop);
  std::vector<Node> nodes;
  for (Model& model : models) {
    Node node;
    node.model = std::move(model);
    TRY(node.sql, Fill(node.model, settings));
    TRY_STATUS(Define(node, macros, settings));
    TRY(node.inputs, RelationsOf(connection, node.sql, node.model.file));
    nodes.push_back(std::move(node));
  }
  for (const Node& node : nodes) TRY_STATUS(CheckInputs(node, nodes));
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node& a, const Node& b) {
    return (a.model.materialized == Materialized::kLake) > (b.model.materialized == Materialized::kLake);
  });
  std::map<std::string, Node> left;
  std::vector<std::string> order, path;
  for (Node& node : nodes) {
    order.push_back(node.model.name);
    left.emplace(node.model.name, std::move(node));
  }
  Graph graph;
  for (const std::string& name : order) TRY_STATUS(Place(name, left, path, graph));
  return graph;
}

Result<std::string> DialectSql(const Model& model, const WarehouseOptions& options,
                               const std::string& dialect) {
  auto settings = SettingsOf(options.shop);
  TRY(std::string text, Fill(model, settings));
  TRY(auto macros, sql::LoadMacros(options.models_directory));
  auto expanded = sql::ExpandMacros(text, macros, dialect, {{"shop.time_zone", options.shop.time_zone}});
  if (!expanded) return Wrap(expanded.error(), model.file);
  return expanded;
}

}  // namespace souk::warehouse
