#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/data_dictionary.h"
#include "app/parts.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"

namespace souk::cli {
namespace {

void PrintJson(const std::vector<warehouse::CompiledModel>& models) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& model : models) {
    nlohmann::ordered_json columns = nlohmann::ordered_json::array();
    for (const auto& [name, type] : model.columns) columns.push_back({{"name", name}, {"type", type}});
    list.push_back({{"name", model.name}, {"sql", model.sql}, {"columns", columns}});
  }
  std::puts(list.dump(2).c_str());
}

void PrintText(const std::vector<warehouse::CompiledModel>& models) {
  for (const auto& model : models) {
    if (model.sql.empty()) continue;  // a relation over the raw zone
    std::printf("-- %s\n%s;\n\n", model.name.c_str(), model.sql.c_str());
  }
}

}  // namespace

int RunModels(const CommandLine& line, const Settings& settings) {
  CLI::App parser("the SQL models as they are run, in the order of their dependencies", "souk models");
  std::string dialect = "duckdb", format = "table";
  parser.add_option("--dialect", dialect, "duckdb, spark or hive")
      ->check(CLI::IsMember({"duckdb", "spark", "hive"}));
  parser.add_option("--format", format, "table (SQL text) or json")->check(CLI::IsMember({"table", "json"}));
  auto* dictionary = parser.add_subcommand(
      "dictionary", "all records, tables, figures and reports as the page docs/data_dictionary.md");
  if (auto done = ParseArguments(parser, line, "models")) return *done;
  if (dictionary->parsed()) {
    auto page = app::DataDictionary(settings);
    if (!page) return PrintError(page.error());
    std::fputs(page->c_str(), stdout);
    return kExitOk;
  }
  auto models = warehouse::CompileModels(app::WarehouseOptionsOf(settings), dialect);
  if (!models) return PrintError(models.error());
  format == "json" ? PrintJson(*models) : PrintText(*models);
  return kExitOk;
}

}  // namespace souk::cli
