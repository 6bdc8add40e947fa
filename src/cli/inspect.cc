#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/inspection.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunInspect(const CommandLine& line, const Settings& settings) {
  CLI::App parser("a look at a file before it is ingested: its form, its columns, what to mend",
                  "souk inspect");
  parser.footer(
      "Takes CSV (any delimiter, UTF-8, UTF-16 or Windows-1252), JSON lines and Parquet. A column's type\n"
      "is what all its values are. Counts with \"about\" are estimates, within 1 %.");
  std::string path, format_name = "table";
  ingest::InspectOptions options;
  parser.add_option("file", path, "the file")->required();
  parser.add_option("--format", format_name, "table, csv (one line per column) or json");
  parser.add_option("--delimiter", options.delimiter, "of CSV; found out when not given");
  parser.add_option("--encoding", options.encoding, "utf-8, utf-16 or latin1; found out when not given");
  parser.add_option("--threads", options.threads, "changes the speed only")->check(CLI::Range(1, 64));
  if (auto done = ParseArguments(parser, line, "inspect")) return *done;
  auto format = app::ParseOutputFormat(format_name);
  if (!format) return PrintError(format.error());
  Terminal terminal(line.quiet);
  auto inspection = app::InspectFile(path, options, settings, terminal);
  terminal.EndStage();
  if (!inspection) return PrintError(inspection.error());
  app::PrintInspection(*inspection, *format, terminal);
  return kExitOk;
}

}  // namespace souk::cli
