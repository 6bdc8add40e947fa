// Named macros: what DuckDB, Spark SQL and Hive write differently, under one name with one definition per
// dialect. Models use only the name: money_div(revenue, orders). In DuckDB they are real macros; for the
// other dialects the text is expanded before the statement is sent.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::sql {

class Connection;

// A definition is an expression in its dialect: {amount} stands for an argument, {shop.time_zone} for a
// variable (its text with quotes doubled, so it is written inside quotes). It may call other macros, not
// itself.
struct Macro {
  std::string name;
  std::vector<std::string> args;
  std::string description;
  std::map<std::string, std::string> dialects;  // "duckdb", "spark", "hive"
};

using MacroVariables = std::map<std::string, std::string>;  // "shop.time_zone" → "Europe/London"

// All macros of models/macro/*.yml as built into the program, in the order of file names and within the
// files. Those of `override_dir`/macro/ replace built-in ones of the same name and add to them; "" = built-in
// only. kInvalid names file, macro and field: a missing dialect, a {name} that is no argument, a name twice.
Result<std::vector<Macro>> LoadMacros(const std::string& override_dir);

// Creates or replaces them in the schema main, in one transaction. kInvalid when shop.time_zone is no zone
// DuckDB knows.
Status CreateMacros(Connection& connection, const std::vector<Macro>& macros,
                    const MacroVariables& variables);

// Replaces every call in `sql` by the dialect's definition; strings, quoted names and comments stay as they
// are. kInvalid: wrong number of arguments, a call that is not closed, an unknown variable or dialect.
Result<std::string> ExpandMacros(std::string_view sql, const std::vector<Macro>& macros,
                                 const std::string& dialect, const MacroVariables& variables);

}  // namespace souk::sql
