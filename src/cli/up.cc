#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/data_directory.h"
#include "app/platform.h"
#include "cli/command.h"
#include "cli/exit.h"

namespace souk::cli {

int RunUp(const CommandLine& line, const Settings& settings) {
  CLI::App parser("run the platform until Ctrl-C: the page, the API, and builds as input arrives", "souk up");
  app::PlatformOptions options;
  parser.add_option("--only", options.only, "only these services, separated by commas")->delimiter(',');
  std::vector<std::string> reversed(line.args.rbegin(), line.args.rend());
  try {
    parser.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::fputs(parser.help().c_str(), stdout);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    return PrintError(
        {Code::kInvalid, fmt::format("up: {}; `souk up --help` shows what it takes", error.what())});
  }
  auto owner = app::DataDirectory::FindOwner(settings.Text("data.dir"));
  if (owner && !owner->url.empty()) {
    return PrintError({Code::kUnavailable, fmt::format("souk is already running for {}: {}",
                                                       settings.Text("data.dir"), owner->url)});
  }
  options.on_listen = [](const std::string& url) {
    std::printf("%s\n", url.c_str());
    std::fflush(stdout);
  };
  options.should_stop = StopRequested;
  Status ended = app::RunPlatform(settings, SystemClock(), options);
  return ended ? kExitOk : PrintError(ended.error());
}

}  // namespace souk::cli
