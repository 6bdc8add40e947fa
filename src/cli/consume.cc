#include "app/stream_records.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunConsume(const CommandLine& line, const Settings& settings) {
  CLI::App parser("shows the records of a topic", "souk consume");
  parser.footer(
      "A filter is a path into the JSON of the value, alone or with = != < <= > >= and a value:\n"
      "  souk consume ecommerce-clickstream --follow --filter '$.event_type = purchase'\n"
      "  souk consume ecommerce-transactions --filter '$.quantity >= 2' --from 2025-11-28T12:00:00Z");
  app::ConsumeRequest request;
  std::string format = "value";
  parser.add_option("topic", request.topic, "its name")->required();
  auto* partition =
      parser.add_option("--partition", request.partitions, "only these; all when not given")->delimiter(',');
  auto* from = parser.add_option("--from", request.from, "beginning, end, an offset, or a time")
                   ->capture_default_str();
  parser.add_option("--group", request.group, "go on where this group is, and commit what was shown")
      ->excludes(partition)
      ->excludes(from);
  parser.add_option("--filter", request.filter, "show only what fits; see below");
  parser.add_option("--max", request.most, "stop after so many records");
  parser.add_flag("--follow", request.follow, "wait for more until Ctrl-C");
  parser
      .add_option("--format", format,
                  "value (only the values, a line each), table, csv or json (a line each)")
      ->check(CLI::IsMember({"value", "table", "csv", "json"}));
  if (auto done = ParseArguments(parser, line, "consume")) return *done;
  request.format = *app::ParseRecordFormat(format);
  Terminal terminal(line.quiet);
  Status done = app::Consume(terminal, settings, request);
  return done ? kExitOk : PrintError(done.error());
}

}  // namespace souk::cli
