// Parsing the arguments of a verb that has its own file.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/command.h"

namespace souk::cli {

// Nothing when the verb is to run; else it printed its help or what is wrong, and this is the exit code.
std::optional<int> ParseArguments(CLI::App& parser, const CommandLine& line, const std::string& verb);

}  // namespace souk::cli
