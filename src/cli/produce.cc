#include <fstream>
#include <iostream>

#include "app/output.h"
#include "app/stream_records.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunProduce(const CommandLine& line, const Settings& settings) {
  CLI::App parser("writes lines into a topic, each as a record; done when all are acknowledged",
                  "souk produce");
  app::ProduceRequest request;
  std::string file = "-";
  parser.add_option("topic", request.topic, "its name")->required();
  parser.add_option("file", file, "where the lines are; standard input when not given");
  auto* separator =
      parser.add_option("--key-separator", request.key_separator, "what stands before it is the key");
  parser.add_option("--key", request.key_path, "a path into JSON lines whose value is the key: $.user_id")
      ->excludes(separator);
  parser.add_option("--partition", request.partition, "the one to write to; by the key when not given");
  if (auto done = ParseArguments(parser, line, "produce")) return *done;
  std::ifstream opened;
  if (file != "-") {
    opened.open(file);
    if (!opened) return PrintError({Code::kNotFound, fmt::format("cannot open {}", file)});
  }
  std::istream& input = file == "-" ? std::cin : opened;
  Terminal terminal(line.quiet);
  auto next = [&]() -> std::optional<std::string> {
    std::string text;
    if (!std::getline(input, text)) return std::nullopt;
    if (text.ends_with('\r')) text.pop_back();
    return text;
  };
  auto sent = app::Produce(terminal, settings, request, next);
  terminal.EndStage();
  if (!sent) return PrintError(sent.error());
  terminal.Line(fmt::format("wrote {} to {}", app::Counted(*sent, "record"), request.topic));
  return kExitOk;
}

}  // namespace souk::cli
