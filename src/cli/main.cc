#include <cstdio>
#include <string>
#include <vector>

#include "app/verb.h"
#include "app/version.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/exit.h"

namespace souk::cli {
namespace {

void PrintHelp() {
  std::puts(
      "souk, the data platform of an online shop\n"
      "\n"
      "usage: souk [flags] VERB [arguments]\n"
      "\n"
      "  demo        a simulated shop from nothing to its page\n"
      "  up          run the platform: the page, the API, builds as input arrives\n"
      "  generate    the data of a simulated shop, as files or into the stream\n"
      "  inspect     what a file holds, before it is ingested\n"
      "  split       a file in two by time: the past to load, the rest to play live\n"
      "  schema      CREATE TABLE for a file's columns, or a record's");
  for (const app::VerbKind& kind : app::Verbs())
    std::printf("  %-11s %s\n", kind.name.c_str(), kind.summary.c_str());
  std::puts(
      "  lineage     which columns a column is made from, and what is made from it\n"
      "  models      the SQL models as text for DuckDB, Spark or Hive; the data dictionary\n"
      "  topics      the topics of the stream: ls, describe, create, delete, config\n"
      "  groups      its consumer groups: ls, describe, reset, delete\n"
      "  produce     writes lines into a topic\n"
      "  consume     shows the records of a topic\n"
      "  sink        writes the records of topics into files\n"
      "  config      the settings: show, docs\n"
      "  status      how the running platform is; --watch\n"
      "  check       try every connection and store\n"
      "  selftest    proofs of the program's promises: crash\n"
      "\n"
      "flags, before or after the verb:\n"
      "  --config FILE        settings; souk.toml when it is there\n"
      "  --data-dir DIR       where everything is kept; souk-data when not given\n"
      "  --set section.key=v  one setting\n"
      "  --format F           lists as table, csv or json\n"
      "  -q, --quiet          no progress\n"
      "  -v, --verbose        log what is done\n"
      "  --version            of the program and its libraries\n"
      "\n"
      "souk VERB --help says more.");
}

void PrintVersion() {
  std::printf("souk %s\n", app::kVersion);
  for (const auto& [name, version] : app::LibraryVersions())
    std::printf("  %s %s\n", name.c_str(), version.c_str());
}

Status SetUpLog(const CommandLine& line, const Settings& settings) {
  LogOptions options;
  TRY(options.level, ParseLogLevel(settings.Text("log.level")));
  if (line.verbose) options.level = std::min(options.level, LogLevel::kInfo);
  options.rooms = settings.Text("log.rooms");
  options.json = settings.Text("log.format") == "json";
  return ConfigureLog(options);
}

int Main(const std::vector<std::string>& arguments) {
  CatchSignals();
  auto line = ParseCommandLine(arguments);
  if (!line) return PrintError(line.error());
  if (line->version) {
    PrintVersion();
    return kExitOk;
  }
  if (line->help || line->verb.empty() || line->verb == "help") {
    PrintHelp();
    return line->help || line->verb == "help" ? kExitOk : kExitInvalid;
  }
  auto settings = app::LoadSettings(line->sources);
  if (!settings) return PrintError(settings.error());
  if (Status logging = SetUpLog(*line, *settings); !logging) return PrintError(logging.error());
  if (line->verb == "up") return RunUp(*line, *settings);
  if (line->verb == "demo") return RunDemo(*line);
  if (line->verb == "generate") return RunGenerate(*line, *settings);
  if (line->verb == "inspect") return RunInspect(*line, *settings);
  if (line->verb == "split") return RunSplit(*line);
  if (line->verb == "schema") return RunSchema(*line, *settings);
  if (line->verb == "config") return RunConfig(*line, *settings);
  if (line->verb == "check") return RunCheck(*line, *settings);
  if (line->verb == "lineage") return RunLineage(*line, *settings);
  if (line->verb == "models") return RunModels(*line, *settings);
  if (line->verb == "topics") return RunTopics(*line, *settings);
  if (line->verb == "groups") return RunGroups(*line, *settings);
  if (line->verb == "produce") return RunProduce(*line, *settings);
  if (line->verb == "consume") return RunConsume(*line, *settings);
  if (line->verb == "sink") return RunSink(*line, *settings);
  if (line->verb == "status") return RunStatus(*line, *settings);
  if (line->verb == "selftest") return RunSelftest(*line, *settings);
  return RunVerb(*line, *settings);
}

}  // namespace
}  // namespace souk::cli

int main(int argc, char** argv) { return souk::cli::Main({argv + 1, argv + argc}); }
