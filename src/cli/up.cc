#include <cstdio>

#include "app/data_directory.h"
#include "app/platform.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"

namespace souk::cli {

int RunUp(const CommandLine& line, const Settings& settings) {
  CLI::App parser(
      "run the platform until Ctrl-C: the Kafka broker, the page, the API, and builds as input arrives",
      "souk up");
  app::PlatformOptions options;
  parser.add_option("--only", options.only, "only these services, separated by commas")->delimiter(',');
  if (auto done = ParseArguments(parser, line, "up")) return *done;
  auto owner = app::DataDirectory::FindOwner(settings.Text("data.dir"));
  if (owner && !(owner->url.empty() && owner->broker.empty())) {
    return PrintError(
        {Code::kUnavailable, fmt::format("souk is already running for {}: {}", settings.Text("data.dir"),
                                         owner->url.empty() ? "kafka://" + owner->broker : owner->url)});
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
