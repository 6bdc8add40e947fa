#include <unistd.h>

#include <filesystem>

#include "app/selftest/crash_selftest.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

std::string OwnDirectory() {
  std::error_code ignored;
  std::string parent = std::filesystem::temp_directory_path(ignored).string();
  return (parent.empty() ? "/tmp" : parent) + "/souk-selftest-" + std::to_string(getpid());
}

}  // namespace

int RunSelftest(const CommandLine& line, const Settings& settings) {
  CLI::App parser("proofs that this program keeps its promises on this machine", "souk selftest");
  parser.require_subcommand(1);
  app::CrashSelftestOptions options;
  auto* crash = parser.add_subcommand(
      "crash",
      "kills a platform of its own under load, again and again; every record must count exactly once, and be "
      "in the lake once");
  crash->add_option("--rounds", options.rounds, "kills at random moments")->capture_default_str();
  crash->add_flag("--points", options.points,
                  "also once at each place between two steps of a commit, of the stream and of the lake");
  crash->add_option("--rate", options.rate, "records per second")->capture_default_str();
  crash->add_option("--kafka", options.kafka_url,
                    "a Kafka with empty topics, as kafka://host:9092; its own broker when not given");
  crash->add_option("--seed", options.seed, "of the moments")->capture_default_str();
  if (auto done = ParseArguments(parser, line, "selftest")) return *done;
  bool given = settings.Origin("data.dir") != "default";
  options.directory = given ? AbsolutePath(settings.Text("data.dir")) : OwnDirectory();
  Terminal terminal(line.quiet);
  Status done = app::RunCrashSelftest(terminal, options);
  terminal.EndStage();
  if (done) {
    if (!given) (void)RemoveTree(options.directory);
    return kExitOk;
  }
  if (done.error().code != Code::kAlreadyExists && done.error().code != Code::kInvalid)
    terminal.Line(fmt::format("FAILED; what was sent and what was made of it is in {}", options.directory));
  return PrintError(done.error());
}

}  // namespace souk::cli
