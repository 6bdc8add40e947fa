#include "app/stream_topics.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunGroups(const CommandLine& line, const Settings& settings) {
  CLI::App parser("the consumer groups of the stream: how far they have read, and who reads", "souk groups");
  parser.require_subcommand(1);
  std::string group, format = "table";
  app::GroupReset reset;
  auto add_format = [&](CLI::App* verb) {
    verb->add_option("--format", format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}));
  };
  auto* list = parser.add_subcommand("ls", "all groups, with state, members and lag");
  add_format(list);
  auto* describe =
      parser.add_subcommand("describe", "committed offset, end and lag of each partition, and its reader");
  describe->add_option("group", group, "its name")->required();
  add_format(describe);
  auto* move = parser.add_subcommand("reset", "sets where a group without members goes on");
  move->add_option("group", reset.group, "its name")->required();
  move->add_option("topic", reset.topic, "whose offsets are set")->required();
  move->add_option("--to", reset.to, "beginning, end, an offset, or a time: 2025-11-28T12:00:00Z")
      ->required();
  move->add_flag("--dry-run", reset.dry_run, "only show what would be set");
  add_format(move);
  auto* remove = parser.add_subcommand("delete", "a group without members, and its offsets");
  remove->add_option("group", group, "its name")->required();
  if (auto done = ParseArguments(parser, line, "groups")) return *done;
  Terminal terminal(line.quiet);
  app::OutputFormat output = *app::ParseOutputFormat(format);
  Status done;
  if (list->parsed()) done = app::ListGroups(terminal, settings, output);
  if (describe->parsed()) done = app::DescribeGroup(terminal, settings, group, output);
  if (move->parsed()) done = app::ResetGroup(terminal, settings, reset, output);
  if (remove->parsed()) done = app::DeleteGroup(terminal, settings, group);
  return done ? kExitOk : PrintError(done.error());
}

}  // namespace souk::cli
