#include "app/split.h"
#include "app/output.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

void PrintSplit(const ingest::SplitReport& report, Terminal& terminal) {
  terminal.Line(fmt::format("{}: {}", report.historical_path, app::Counted(report.historical_rows, "row")));
  terminal.Line(fmt::format("{}: {}{}", report.realtime_path, app::Counted(report.realtime_rows, "row"),
                            report.first_realtime.empty() ? "" : ", from " + report.first_realtime));
  if (report.time_column.empty()) {
    terminal.Line("by the order of lines: no column holds times");
  } else {
    terminal.Line(fmt::format("by time: column '{}'{}", report.time_column,
                              report.time_format.empty() ? "" : ", read as " + report.time_format));
  }
  if (report.without_time > 0) {
    terminal.Line(fmt::format("{} without a time that can be read: among the historical ones",
                              app::Counted(report.without_time, "row")));
  }
}

}  // namespace

int RunSplit(const CommandLine& line) {
  CLI::App parser("a file in two by time: the past to load, the rest to play as if it happened now",
                  "souk split");
  parser.footer(
      "Writes NAME_historical.csv with the earliest rows and NAME_realtime.csv with the others; NAME is\n"
      "transactions when the file holds those by its columns, else the file's own name, and the ending is\n"
      "the file's. Lines keep their bytes and order, the header stands in both. Without a column of times\n"
      "the first rows are the historical ones. Takes CSV and JSON lines.");
  std::string path;
  ingest::SplitOptions options;
  parser.add_option("file", path, "the file")->required();
  parser.add_option("--historical", options.historical, "share of the rows, between 0 and 1")
      ->capture_default_str();
  parser.add_option("--out", options.directory, "the folder for both files")->required();
  parser.add_option("--name", options.name, "NAME, where another is wanted");
  parser.add_option("--time-column", options.time_column, "found out when not given");
  parser.add_option("--time-format", options.time_format, "how its times are written, e.g. %d/%m/%Y");
  parser.add_option("--delimiter", options.delimiter, "of CSV; found out when not given");
  parser.add_flag("--overwrite", options.overwrite, "replace what an earlier split wrote");
  if (auto done = ParseArguments(parser, line, "split")) return *done;
  Terminal terminal(line.quiet);
  auto report = ingest::SplitFile(path, options, terminal);
  terminal.EndStage();
  if (!report) return PrintError(report.error());
  if (!line.quiet) PrintSplit(*report, terminal);
  return kExitOk;
}

}  // namespace souk::cli
