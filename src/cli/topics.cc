#include "app/stream_topics.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunTopics(const CommandLine& line, const Settings& settings) {
  CLI::App parser("the topics of the stream: of souk's own broker, or of the Kafka that kafka.url names",
                  "souk topics");
  parser.require_subcommand(1);
  std::string topic, format = "table";
  app::TopicRequest request;
  std::vector<std::string> changes;
  bool all = false;
  auto add_format = [&](CLI::App* verb) {
    verb->add_option("--format", format, "table, csv or json")
        ->check(CLI::IsMember({"table", "csv", "json"}));
  };
  auto* list = parser.add_subcommand("ls", "all topics, with partitions and records");
  add_format(list);
  auto* describe = parser.add_subcommand("describe", "the partitions of a topic");
  describe->add_option("topic", topic, "its name")->required();
  add_format(describe);
  auto* create = parser.add_subcommand("create", "a new topic");
  create->add_option("topic", request.name, "its name")->required();
  create->add_option("--partitions", request.partitions, "how many")->capture_default_str();
  create->add_option("--replicas", request.replicas, "how many; the cluster's default when not given");
  create->add_option("--setting", request.settings, "retention.ms=86400000; may be given more than once");
  auto* remove = parser.add_subcommand("delete", "a topic, its records and the offsets committed for it");
  remove->add_option("topic", topic, "its name")->required();
  auto* config = parser.add_subcommand("config", "the settings of a topic; changes those that are given");
  config->add_option("topic", topic, "its name")->required();
  config->add_option("change", changes, "name=value sets it, name= goes back to the default");
  config->add_flag("--all", all, "also those that have their default");
  add_format(config);
  if (auto done = ParseArguments(parser, line, "topics")) return *done;
  Terminal terminal(line.quiet);
  app::OutputFormat output = *app::ParseOutputFormat(format);
  Status done;
  if (list->parsed()) done = app::ListTopics(terminal, settings, output);
  if (describe->parsed()) done = app::DescribeTopic(terminal, settings, topic, output);
  if (create->parsed()) done = app::CreateTopic(terminal, settings, request);
  if (remove->parsed()) done = app::DeleteTopic(terminal, settings, topic);
  if (config->parsed()) done = app::TopicConfig(terminal, settings, topic, changes, all, output);
  return done ? kExitOk : PrintError(done.error());
}

}  // namespace souk::cli
