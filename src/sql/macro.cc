#include "sql/macro.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>

#include "base/embedded.h"
#include "base/files.h"
#include "sql/database.h"
#include "sql/macro_text.h"

namespace souk::sql {
namespace {

constexpr std::array<const char*, 3> kDialects = {"duckdb", "spark", "hive"};
constexpr std::string_view kFolder = "models/macro/";

// May throw YAML::Exception; ReadMacros catches.
Macro FromYaml(const YAML::Node& node) {
  Macro macro;
  macro.name = node["name"].as<std::string>();
  if (node["args"]) macro.args = node["args"].as<std::vector<std::string>>();
  macro.description = node["description"].as<std::string>();
  for (const char* dialect : kDialects) {
    if (node[dialect]) macro.dialects[dialect] = node[dialect].as<std::string>();
  }
  return macro;
}

Status CheckMacro(const Macro& macro, const std::string& file) {
  for (const char* dialect : kDialects) {
    auto definition = macro.dialects.find(dialect);
    if (definition == macro.dialects.end()) {
      return Fail(Code::kInvalid, "{}: the macro {} has no definition for {}", file, macro.name, dialect);
    }
    auto known = [&](const std::string& name) -> Result<std::string> {
      bool is_argument = std::find(macro.args.begin(), macro.args.end(), name) != macro.args.end();
      if (is_argument || name.find('.') != std::string::npos) return name;
      return Fail(Code::kInvalid, "{}: the macro {} ({}) uses {{{}}}, which is none of its args", file,
                  macro.name, dialect, name);
    };
    if (auto filled = FillPlaceholders(definition->second, known); !filled)
      return tl::unexpected(filled.error());
  }
  return {};
}

Result<std::vector<Macro>> ReadMacros(std::string_view text, const std::string& file) {
  std::vector<Macro> macros;
  try {
    for (const YAML::Node& node : YAML::Load(std::string(text))) macros.push_back(FromYaml(node));
  } catch (const YAML::Exception& error) {
    return Fail(Code::kInvalid,
                "{} is not a list of macros (name, args, description, duckdb, spark, hive): {}", file,
                error.what());
  }
  for (size_t i = 0; i < macros.size(); ++i) {
    TRY_STATUS(CheckMacro(macros[i], file));
    for (size_t j = 0; j < i; ++j) {
      if (macros[j].name == macros[i].name) {
        return Fail(Code::kInvalid, "{}: the macro {} is there twice", file, macros[i].name);
      }
    }
  }
  return macros;
}

void Merge(std::vector<Macro>& all, std::vector<Macro> more) {
  for (Macro& macro : more) {
    auto same = std::find_if(all.begin(), all.end(), [&](const Macro& m) { return m.name == macro.name; });
    if (same == all.end()) {
      all.push_back(std::move(macro));
    } else {
      *same = std::move(macro);
    }
  }
}

Result<std::vector<Macro>> BuiltIn() {
  std::vector<Macro> all;
  for (std::string_view path : ListAssets(kFolder)) {
    if (!path.ends_with(".yml")) continue;
    TRY(auto macros, ReadMacros(FindAsset(path).value_or(""), std::string(path)));
    Merge(all, std::move(macros));
  }
  return all;
}

// What stands behind AS. Calls of other macros are expanded too, so that the order of creation does not
// matter.
Result<std::string> DuckdbDefinition(const Macro& macro, const std::vector<Macro>& macros,
                                     const MacroVariables& variables) {
  TRY(std::string expanded, ExpandMacros(macro.dialects.at("duckdb"), macros, "duckdb", variables));
  auto value = [&](const std::string& name) -> Result<std::string> {
    if (std::find(macro.args.begin(), macro.args.end(), name) != macro.args.end()) return QuoteName(name);
    auto variable = variables.find(name);
    if (variable != variables.end()) return EscapeQuotes(variable->second);
    return Fail(Code::kInvalid, "the macro {} wants the variable {}, which has no value", macro.name, name);
  };
  return FillPlaceholders(expanded, value);
}

Status CheckTimeZone(Connection& connection, const MacroVariables& variables) {
  auto zone = variables.find("shop.time_zone");
  if (zone == variables.end()) return {};
  auto known = connection.Query("SELECT timezone($zone, TIMESTAMPTZ '2020-01-01')", {{"zone", zone->second}});
  if (known) return {};
  return Fail(Code::kInvalid,
              "shop.time_zone: '{}' is no time zone; write an IANA name such as Europe/London or UTC",
              zone->second);
}

}  // namespace

Result<std::vector<Macro>> LoadMacros(const std::string& override_dir) {
  TRY(auto all, BuiltIn());
  std::string folder = override_dir + "/macro";
  if (override_dir.empty() || !IsDirectory(folder)) return all;
  TRY(auto files, ListFiles(folder));
  for (const std::string& file : files) {
    if (!file.ends_with(".yml")) continue;
    TRY(std::string text, ReadFile(file));
    TRY(auto macros, ReadMacros(text, file));
    Merge(all, std::move(macros));
  }
  return all;
}

Status CreateMacros(Connection& connection, const std::vector<Macro>& macros,
                    const MacroVariables& variables) {
  TRY_STATUS(CheckTimeZone(connection, variables));
  return connection.Transaction([&]() -> Status {
    for (const Macro& macro : macros) {
      TRY(std::string definition, DuckdbDefinition(macro, macros, variables));
      std::string args;
      for (const std::string& arg : macro.args) args += (args.empty() ? "" : ", ") + QuoteName(arg);
      Status created = connection.Execute(fmt::format("CREATE OR REPLACE MACRO main.{}({}) AS ({})",
                                                      QuoteName(macro.name), args, definition));
      if (!created) return Wrap(created.error(), fmt::format("the macro {} for duckdb", macro.name));
    }
    return {};
  });
}

}  // namespace souk::sql
