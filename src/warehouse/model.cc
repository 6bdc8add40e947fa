#include "warehouse/model.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/options.h"
#include "warehouse/model_files.h"

namespace souk::warehouse {
namespace {

std::string Text(const YAML::Node& node, const char* key) {
  return node[key] ? node[key].as<std::string>() : "";
}

std::vector<std::string> List(const YAML::Node& node) {
  return node ? node.as<std::vector<std::string>>() : std::vector<std::string>();
}

// Keys that nothing reads are mistakes in writing, so they are said.
Status OnlyKeys(const YAML::Node& node, const std::set<std::string>& known, const std::string& where) {
  if (!node.IsMap()) return Fail(Code::kInvalid, "{} is no map of keys and values", where);
  for (const auto& entry : node) {
    auto key = entry.first.as<std::string>();
    if (!known.contains(key)) return Fail(Code::kInvalid, "{}: unknown key {}", where, key);
  }
  return {};
}

Result<ColumnTest> ParseTest(const YAML::Node& node, const std::string& where) {
  ColumnTest test;
  if (node.IsScalar()) {
    auto name = node.as<std::string>();
    if (name == "not_null") return test;
    test.kind = ColumnTest::Kind::kUnique;
    if (name == "unique") return test;
    return Fail(Code::kInvalid,
                "{}: unknown test {}; there are not_null, unique, accepted_values, range, relationships",
                where, name);
  }
  TRY_STATUS(OnlyKeys(node, {"accepted_values", "range", "relationships"}, where));
  if (node["accepted_values"]) {
    test.kind = ColumnTest::Kind::kAcceptedValues;
    test.values = List(node["accepted_values"]);
    return test;
  }
  if (node["range"]) {
    test.kind = ColumnTest::Kind::kRange;
    TRY_STATUS(OnlyKeys(node["range"], {"least", "most"}, where + ", range"));
    for (const char* limit : {"least", "most"}) {
      if (node["range"][limit]) (void)node["range"][limit].as<double>();  // throws what is no number
    }
    test.least = Text(node["range"], "least");
    test.most = Text(node["range"], "most");
    return test;
  }
  test.kind = ColumnTest::Kind::kRelationships;
  auto target = node["relationships"].as<std::string>();
  size_t dot = target.find('.');
  if (dot == std::string::npos)
    return Fail(Code::kInvalid, "{}: relationships names model.column, not {}", where, target);
  test.target_model = target.substr(0, dot);
  test.target_column = target.substr(dot + 1);
  return test;
}

Result<ModelTest> ParseModelTest(const YAML::Node& node, const std::string& where) {
  ModelTest test;
  TRY_STATUS(OnlyKeys(node, {"freshness", "volume"}, where));
  bool volume = node["volume"].IsDefined();
  const YAML::Node& entry = volume ? node["volume"] : node["freshness"];
  if (volume) {
    TRY_STATUS(OnlyKeys(entry, {"days", "least", "most", "warns"}, where + ", volume"));
    test.kind = ModelTest::Kind::kVolume;
    if (entry["days"]) test.days = entry["days"].as<int>();
    test.least = entry["least"].as<double>();
    test.most = entry["most"].as<double>();
  } else {
    TRY_STATUS(OnlyKeys(entry, {"column", "within", "warns"}, where + ", freshness"));
    test.column = Text(entry, "column");
    auto within = ParseDurationMs(Text(entry, "within"));
    if (!within) return Wrap(within.error(), where + ", freshness");
    test.within_ms = *within;
  }
  if (entry["warns"]) test.warns = entry["warns"].as<bool>();
  return test;
}

Result<ModelColumn> ParseColumn(const YAML::Node& node, const std::string& file) {
  ModelColumn column{Text(node, "name"), Text(node, "description"), Text(node, "pii"), {}};
  std::string where = fmt::format("{}, column {}", file, column.name);
  TRY_STATUS(OnlyKeys(node, {"name", "description", "pii", "tests"}, where));
  if (column.name.empty() || column.description.empty()) {
    return Fail(Code::kInvalid, "{}: name and description are needed", where);
  }
  for (const auto& entry : node["tests"]) {
    TRY(auto test, ParseTest(entry, where));
    column.tests.push_back(std::move(test));
  }
  return column;
}

Result<Materialized> ParseMaterialized(const std::string& text, const std::string& file) {
  if (text == "lake") return Materialized::kLake;
  if (text == "table") return Materialized::kTable;
  if (text == "view") return Materialized::kView;
  return Fail(Code::kInvalid, "{}: materialized is '{}'; there are lake, table, view", file, text);
}

Status ParseDays(const YAML::Node& node, const std::string& file, Model& model) {
  if (node["days"]) {
    const YAML::Node& days = node["days"];
    TRY_STATUS(OnlyKeys(days, {"column", "of", "together", "looks_up"}, file + ", days"));
    model.days = {Text(days, "column"), Text(days, "of"), Text(days, "together"), {}};
    if (model.days.column.empty()) return Fail(Code::kInvalid, "{}: days need a column", file);
    for (const auto& entry : days["looks_up"]) {
      auto dimension = entry.first.as<std::string>();
      TRY_STATUS(OnlyKeys(entry.second, {"key", "time"}, file + ", looks_up, " + dimension));
      model.days.looks_up[dimension] = {Text(entry.second, "key"), Text(entry.second, "time")};
    }
  }
  model.partitions = List(node["partitions"]);
  if (!model.partitions.empty() &&
      (model.days.column.empty() || model.partitions != std::vector<std::string>{"year", "month", "day"})) {
    return Fail(Code::kInvalid, "{}: partitions are [year, month, day] of a model with days", file);
  }
  return {};
}

Result<std::vector<Rule>> ParseRules(const YAML::Node& node, const std::string& where) {
  static const std::set<std::string> kMeasures = {"completeness", "accuracy", "consistency"};
  std::vector<Rule> rules;
  for (const auto& entry : node) {
    TRY_STATUS(OnlyKeys(entry, {"reason", "measure", "when"}, where));
    Rule rule{Text(entry, "reason"), Text(entry, "measure"), Text(entry, "when")};
    if (rule.reason.empty() || rule.when.empty()) {
      return Fail(Code::kInvalid, "{}: a rule needs reason and when", where);
    }
    if (!kMeasures.contains(rule.measure)) {
      return Fail(Code::kInvalid, "{}, {}: measure is '{}'; there are completeness, accuracy, consistency",
                  where, rule.reason, rule.measure);
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

Status CheckKinds(const std::string& file, const Model& model) {
  bool lake = model.materialized == Materialized::kLake;
  if (!model.newest.empty() && (!lake || model.key.empty())) {
    return Fail(Code::kInvalid, "{}: newest is for models of the lake that have a key", file);
  }
  if (!model.rejects.empty() && model.newest.empty()) {
    return Fail(Code::kInvalid, "{}: only a model with newest rejects rows", file);
  }
  if (lake && model.newest.empty() && model.days.of.empty()) {
    return Fail(Code::kInvalid, "{}: a model of the lake has newest, or days of another model", file);
  }
  if (model.materialized == Materialized::kView && !model.days.column.empty()) {
    return Fail(Code::kInvalid, "{}: a view is not built, so it has no days", file);
  }
  return {};
}

Status ParseHead(const YAML::Node& node, const std::string& file, Model& model) {
  TRY_STATUS(OnlyKeys(node,
                      {"model", "description", "materialized", "key", "newest", "days", "partitions",
                       "rejects", "checks", "tests", "columns"},
                      file));
  if (Text(node, "model") != model.name) {
    return Fail(Code::kInvalid, "{}: model is '{}'; a file describes the model of its own name", file,
                Text(node, "model"));
  }
  if (model.name.starts_with("__")) {
    return Fail(Code::kInvalid,
                "{}: names that begin with __ are those of tables in the making; rename the model", file);
  }
  model.description = Text(node, "description");
  if (model.description.empty()) return Fail(Code::kInvalid, "{}: description is needed", file);
  TRY(model.materialized, ParseMaterialized(Text(node, "materialized"), file));
  model.key = List(node["key"]);
  model.newest = List(node["newest"]);
  return ParseDays(node, file, model);
}

Status ParseModel(const std::string& yaml, const std::string& file, Model& model) {
  try {
    YAML::Node node = YAML::Load(yaml);
    TRY_STATUS(ParseHead(node, file, model));
    TRY(model.rejects, ParseRules(node["rejects"], file + ", rejects"));
    TRY(model.checks, ParseRules(node["checks"], file + ", checks"));
    for (const auto& entry : node["tests"]) {
      TRY(auto test, ParseModelTest(entry, file + ", tests"));
      if (test.kind == ModelTest::Kind::kVolume && model.days.column.empty()) {
        return Fail(Code::kInvalid, "{}: the test of volume is for models with days", file);
      }
      model.tests.push_back(std::move(test));
    }
    TRY_STATUS(CheckKinds(file, model));
    for (const auto& entry : node["columns"]) {
      TRY(auto column, ParseColumn(entry, file));
      model.columns.push_back(std::move(column));
    }
  } catch (const YAML::Exception& e) {
    return Fail(Code::kInvalid, "{}: {}", file, e.what());
  }
  return {};
}

}  // namespace

const char* MaterializedName(Materialized kind) {
  return kind == Materialized::kLake ? "lake" : kind == Materialized::kTable ? "table" : "view";
}

std::string OrderOfVersions(const Model& model, const std::vector<std::string>& columns) {
  std::set<std::string> ordered(model.key.begin(), model.key.end());
  std::string order;
  auto add = [&](const std::string& term) { order += (order.empty() ? "" : ", ") + term + " NULLS LAST"; };
  for (const std::string& term : model.newest) {
    ordered.insert(term.substr(0, term.find(' ')));
    add(term);
  }
  for (const std::string& column : columns) {
    if (!ordered.contains(column)) add(column);
  }
  return order;
}

Result<std::vector<Model>> LoadModels(const std::string& models_directory) {
  TRY(auto files, ReadModelFiles(models_directory, {"staging/", "marts/"}));
  std::vector<Model> models;
  for (const auto& [path, content] : files) {
    bool sql = path.ends_with(".sql");
    if (!sql && !path.ends_with(".yml")) continue;
    std::string beside = path.substr(0, path.size() - 4) + (sql ? ".yml" : ".sql");
    if (!files.contains(beside))
      return Fail(Code::kInvalid, "models/{} has no {} beside it", path, sql ? ".yml" : ".sql");
    if (!sql) continue;
    Model model;
    model.file = "models/" + path;
    model.schema = path.starts_with("staging/") ? "clean" : "ecommerce";
    model.name = path.substr(path.rfind('/') + 1);
    model.name.resize(model.name.size() - 4);
    model.sql = content;
    TRY_STATUS(ParseModel(files.at(beside), "models/" + beside, model));
    models.push_back(std::move(model));
  }
  std::sort(models.begin(), models.end(), [](const Model& a, const Model& b) { return a.name < b.name; });
  for (size_t i = 1; i < models.size(); ++i) {
    if (models[i].name == models[i - 1].name) {
      return Fail(Code::kInvalid, "{} and {} are models of one name", models[i - 1].file, models[i].file);
    }
  }
  return models;
}

}  // namespace souk::warehouse
