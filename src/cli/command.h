// What every verb of the command line shares: the global flags, and the functions that main.cc dispatches to.
#pragma once

#include <string>
#include <vector>

#include "app/settings.h"
#include "base/options.h"

namespace souk::cli {

struct CommandLine {
  app::SettingSources sources;
  bool quiet = false;
  bool verbose = false;
  std::string verb;               // "" when none was given
  std::vector<std::string> args;  // after the verb, without the global flags
  bool help = false;              // --help before the verb
  bool version = false;
};

// Takes the global flags out of the arguments, wherever they stand.
Result<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

// Runs a verb of app::Verbs() as a job, in the running `souk up` or in this process; returns the exit code.
int RunVerb(const CommandLine& line, const Settings& settings);
int RunUp(const CommandLine& line, const Settings& settings);
int RunDemo(const CommandLine& line);
int RunGenerate(const CommandLine& line, const Settings& settings);
int RunInspect(const CommandLine& line, const Settings& settings);
int RunSplit(const CommandLine& line);
int RunSchema(const CommandLine& line, const Settings& settings);
int RunConfig(const CommandLine& line, const Settings& settings);
int RunCheck(const CommandLine& line, const Settings& settings);
int RunLineage(const CommandLine& line, const Settings& settings);
int RunModels(const CommandLine& line, const Settings& settings);
int RunTopics(const CommandLine& line, const Settings& settings);
int RunGroups(const CommandLine& line, const Settings& settings);
int RunProduce(const CommandLine& line, const Settings& settings);
int RunConsume(const CommandLine& line, const Settings& settings);
int RunSink(const CommandLine& line, const Settings& settings);
int RunStatus(const CommandLine& line, const Settings& settings);
int RunSelftest(const CommandLine& line, const Settings& settings);

// "souk: message" on standard error; returns the exit code that goes with it.
int PrintError(const Error& error);
// True when SIGINT or SIGTERM came. The second one ends the program at once.
bool StopRequested();
void CatchSignals();

}  // namespace souk::cli
