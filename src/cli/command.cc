#include "cli/command.h"

#include <csignal>
#include <cstdio>
#include <unistd.h>

#include "cli/exit.h"

namespace souk::cli {
namespace {

volatile std::sig_atomic_t stop_requests = 0;

void OnSignal(int) {
  stop_requests = stop_requests + 1;
  if (stop_requests > 1) _exit(kExitCancelled);
}

// Takes "--name VALUE" or "--name=VALUE" at `i`; moves `i` onto the last argument taken.
Result<bool> TakeValue(const std::vector<std::string>& arguments, size_t& i, std::string_view name,
                       std::string& value) {
  const std::string& argument = arguments[i];
  if (argument.starts_with(std::string(name) + "=")) {
    value = argument.substr(name.size() + 1);
    return true;
  }
  if (argument != name) return false;
  if (i + 1 == arguments.size()) return Fail(Code::kInvalid, "{} needs a value", name);
  value = arguments[++i];
  return true;
}

}  // namespace

Result<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::vector<std::string> before_verb;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    std::string value;
    TRY(bool config, TakeValue(arguments, i, "--config", value));
    if (config) {
      line.sources.config_path = value;
      line.sources.config_given = true;
      continue;
    }
    TRY(bool directory, TakeValue(arguments, i, "--data-dir", value));
    if (directory) {
      line.sources.sets.push_back("data.dir=" + value);
      continue;
    }
    TRY(bool set, TakeValue(arguments, i, "--set", value));
    if (set) {
      line.sources.sets.push_back(value);
    } else if (argument == "--quiet" || argument == "-q") {
      line.quiet = true;
    } else if (argument == "--verbose" || argument == "-v") {
      line.verbose = true;
    } else if (!line.verb.empty()) {
      line.args.push_back(argument);
    } else if (argument == "--help" || argument == "-h") {
      line.help = true;
    } else if (argument == "--version") {
      line.version = true;
    } else if (argument == "--format" && i + 1 < arguments.size()) {
      before_verb = {argument, arguments[++i]};
    } else if (argument.starts_with("--format=")) {
      before_verb = {argument};
    } else if (argument.starts_with("-")) {
      return Fail(Code::kInvalid, "unknown flag {}; `souk help` lists them", argument);
    } else {
      line.verb = argument;
    }
  }
  line.args.insert(line.args.begin(), before_verb.begin(), before_verb.end());
  return line;
}

int PrintError(const Error& error) {
  std::fprintf(stderr, "souk: %s\n", error.message.c_str());
  return ExitCodeOf(error.code);
}

bool StopRequested() { return stop_requests > 0; }

void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace souk::cli
