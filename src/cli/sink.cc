#include <CLI/CLI.hpp>

#include "app/output.h"
#include "app/stream_shop.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunSink(const CommandLine& line, const Settings& settings) {
  CLI::App parser("writes the records of topics into files of JSON lines, each record once", "souk sink");
  ingest::TopicSinkOptions options;
  std::string out = "data/stream";
  double batch_seconds = 10;
  parser.add_option("topics", options.topics, "their names")->required();
  parser.add_option("--out", out, "where the files go")->capture_default_str();
  parser.add_option("--group", options.group, "the consumer group; several sinks share its work")
      ->capture_default_str();
  parser.add_option("--instance", options.instance,
                    "this sink's name within the group: after a crash it takes its place again at once");
  parser.add_option("--batch", options.batch_records, "records in a file at most")->capture_default_str();
  parser.add_option("--every", batch_seconds, "seconds after which a file is written with fewer")
      ->capture_default_str();
  auto* records = parser.add_option("--records", options.records, "end after so many; 0 = at Ctrl-C")
                      ->capture_default_str();
  parser.add_flag("--until-end", options.until_end, "end when everything that is there has been written")
      ->excludes(records);
  if (auto done = ParseArguments(parser, line, "sink")) return *done;
  options.batch_time = std::chrono::milliseconds(static_cast<int64_t>(batch_seconds * 1000));
  Terminal terminal(line.quiet);
  auto summary = app::RunSink(terminal, settings, SystemClock(), AbsolutePath(out), options);
  terminal.EndStage();
  if (!summary) return PrintError(summary.error());
  if (!line.quiet) {
    terminal.Line(fmt::format("{} records in {} {}, {}, in {}", app::GroupDigits(summary->records),
                              app::GroupDigits(summary->files), summary->files == 1 ? "file" : "files",
                              app::FormatBytes(summary->bytes), AbsolutePath(out)));
    if (summary->records > 0) {
      terminal.Line(fmt::format(
          "{:.0f} records/s; a record was in its file after {:.1f} s on average, {:.1f} s at most",
          static_cast<double>(summary->records) / summary->seconds, summary->mean_latency_s,
          summary->longest_latency_s));
    }
  }
  return kExitOk;
}

}  // namespace souk::cli
