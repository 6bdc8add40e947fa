#include "cli/arguments.h"

#include <cstdio>

#include "cli/exit.h"

namespace souk::cli {

std::optional<int> ParseArguments(CLI::App& parser, const CommandLine& line, const std::string& verb) {
  std::vector<std::string> reversed(line.args.rbegin(), line.args.rend());
  try {
    parser.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::fputs(parser.help().c_str(), stdout);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return PrintError({Code::kInvalid, fmt::format("{}: {}; `souk {} --help` shows what it takes", verb,
                                                   error.what(), verb)});
  }
  return {};
}

}  // namespace souk::cli
