#include "cli/arguments.h"

#include <cstdio>

#include "cli/exit.h"

namespace souk::cli {

std::optional<int> ParseArguments(CLI::App& parser, const CommandLine& line, const std::string& verb) {
  std::vector<std::string> reversed(line.args.rbegin(), line.args.rend());
  try {
    parser.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    // A verb with subcommands shows those with their flags.
    bool alone = parser.get_subcommands({}).empty();
    std::fputs(parser.help("", alone ? CLI::AppFormatMode::Normal : CLI::AppFormatMode::All).c_str(), stdout);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return PrintError({Code::kInvalid, fmt::format("{}: {}; `souk {} --help` shows what it takes", verb,
                                                   error.what(), verb)});
  }
  return {};
}

}  // namespace souk::cli
