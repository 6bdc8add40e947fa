#include <cstdio>
#include <optional>

#include "app/output.h"
#include "app/shop_size.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/generate_live.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

Result<generate::FileFormat> ParseFormat(const std::string& text) {
  if (text == "csv") return generate::FileFormat::kCsv;
  if (text == "json") return generate::FileFormat::kJson;
  if (text == "parquet") return generate::FileFormat::kParquet;
  return Fail(Code::kInvalid, "--format {}: use csv, json or parquet", text);
}

Result<generate::DirtLevel> ParseDirt(const std::string& text) {
  for (auto level : {generate::DirtLevel::kNone, generate::DirtLevel::kUsual, generate::DirtLevel::kHeavy}) {
    if (text == generate::DirtName(level)) return level;
  }
  return Fail(Code::kInvalid, "--dirt {}: use none, usual or heavy", text);
}

struct Flags {
  generate::HistoryOptions history;
  std::string size = "default";
  std::string dirt = "none";
  bool samples = false;
  std::string first_day, last_day, format, time_zone, currency;
  std::optional<uint64_t> users, products, transactions, events;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--out", flags.history.directory, "where the files go")->default_val("data/raw");
  app.add_option("--size", flags.size, "small, default or large")
      ->check(CLI::IsMember({"small", "default", "large"}));
  app.add_option("--users", flags.users, "how many, in place of the size's");
  app.add_option("--products", flags.products, "how many, in place of the size's");
  app.add_option("--transactions", flags.transactions, "order lines, in place of the size's; 0 = none");
  app.add_option("--events", flags.events, "clickstream events, in place of the size's; 0 = none");
  app.add_option("--seed", flags.history.seed, "same seed, same bytes");
  app.add_option("--first-day", flags.first_day, "YYYY-MM-DD");
  app.add_option("--last-day", flags.last_day, "YYYY-MM-DD");
  app.add_option("--format", flags.format,
                 "csv, json or parquet for all files; else CSV, Parquet and JSON as fits");
  app.add_option("--time-zone", flags.time_zone, "of the shop; the setting shop.time_zone when not given");
  app.add_option("--currency", flags.currency, "of the shop; the setting shop.currency when not given");
  app.add_option("--dirt", flags.dirt, "none, usual or heavy: what is wrong with the files, and how often")
      ->default_val("none");
  app.add_option("--threads", flags.history.threads, "changes the speed only");
  auto* overwrite = app.add_flag("--overwrite", flags.history.overwrite, "replace an earlier generated shop");
  app.add_flag("--resume", flags.history.resume, "go on with a shop that was not finished")
      ->excludes(overwrite);
  app.add_flag("--samples", flags.samples,
               "also 1000 rows of each record as CSV, into the folder samples beside --out");
}

Status Complete(Flags& flags, const Settings& settings) {
  auto& history = flags.history;
  TRY_STATUS(app::SetShopSize(flags.size, history));
  history.users = flags.users.value_or(history.users);
  history.products = flags.products.value_or(history.products);
  history.transactions = flags.transactions.value_or(history.transactions);
  history.events = flags.events.value_or(history.events);
  if (!flags.first_day.empty()) {
    TRY(history.first_day, ParseDay(flags.first_day));
  }
  if (!flags.last_day.empty()) {
    TRY(history.last_day, ParseDay(flags.last_day));
  }
  if (!flags.format.empty()) {
    TRY(auto format, ParseFormat(flags.format));
    history.entities_format = history.transactions_format = history.clickstream_format = format;
  }
  TRY(history.dirt, ParseDirt(flags.dirt));
  history.time_zone = flags.time_zone.empty() ? settings.Text("shop.time_zone") : flags.time_zone;
  history.currency = flags.currency.empty() ? settings.Text("shop.currency") : flags.currency;
  history.directory = AbsolutePath(history.directory);
  if (flags.samples) history.samples = AbsolutePath(history.directory + "/../samples");
  return {};
}

struct LogFlags {
  generate::LogOptions logs;
  std::string first_day;
};

void AddLogFlags(CLI::App& app, LogFlags& flags) {
  generate::LogOptions& logs = flags.logs;
  app.add_option("--out", logs.directory, "where the files go")->default_val("logs/incoming");
  app.add_option("--files", logs.files, "how many, one per hour")->default_val(logs.files);
  app.add_option("--lines", logs.lines, "of each file")->default_val(logs.lines);
  app.add_option("--seed", logs.seed, "same seed, same bytes")->default_val(logs.seed);
  app.add_option("--first-day", flags.first_day, "YYYY-MM-DD, where the first file begins")
      ->default_val(FormatDay(logs.first_day));
  app.add_option("--error-rate", logs.error_rate, "share of the lines that are errors")
      ->default_val(logs.error_rate);
  app.add_flag("--overwrite", logs.overwrite, "replace files of the same name");
}

int RunLogs(const CommandLine& line, LogFlags& flags) {
  auto day = ParseDay(flags.first_day);
  if (!day) return PrintError(day.error());
  flags.logs.first_day = *day;
  flags.logs.directory = AbsolutePath(flags.logs.directory);
  Terminal terminal(line.quiet);
  auto summary = generate::GenerateLogs(flags.logs, terminal);
  terminal.EndStage();
  if (!summary) return PrintError(summary.error());
  if (!line.quiet) {
    terminal.Line(fmt::format("{} lines, {} of them errors: {} {}, {} in {}",
                              app::GroupDigits(summary->lines), app::GroupDigits(summary->errors),
                              app::GroupDigits(summary->files), summary->files == 1 ? "file" : "files",
                              app::FormatBytes(summary->bytes), flags.logs.directory));
  }
  return kExitOk;
}

int RunHistory(const CommandLine& line, const Settings& settings, Flags& flags) {
  if (Status complete = Complete(flags, settings); !complete) return PrintError(complete.error());
  Terminal terminal(line.quiet);
  auto summary = generate::GenerateHistory(flags.history, terminal);
  terminal.EndStage();
  if (!summary) return PrintError(summary.error());
  if (!line.quiet) {
    terminal.Line(fmt::format(
        "{} users, {} products, {} changes of them, {} transactions, {} events: {} files, {} in {}",
        app::GroupDigits(summary->users), app::GroupDigits(summary->products),
        app::GroupDigits(summary->changes), app::GroupDigits(summary->transactions),
        app::GroupDigits(summary->events), app::GroupDigits(summary->files), app::FormatBytes(summary->bytes),
        flags.history.directory));
  }
  return kExitOk;
}

}  // namespace

int RunGenerate(const CommandLine& line, const Settings& settings) {
  CLI::App parser("make the data of a simulated shop", "souk generate");
  parser.require_subcommand(1);
  Flags flags;
  LogFlags log_flags;
  AddFlags(*parser.add_subcommand("history",
                                  "users, products, transactions and clickstream as files, and truth.json"),
           flags);
  CLI::App& logs = *parser.add_subcommand("logs", "log files of the shop's application");
  AddLogFlags(logs, log_flags);
  auto live = AddLiveCommand(parser), replay = AddReplayCommand(parser);
  if (auto done = ParseArguments(parser, line, "generate")) return *done;
  if (live->given()) return live->Run(line, settings);
  if (replay->given()) return replay->Run(line, settings);
  return logs.parsed() ? RunLogs(line, log_flags) : RunHistory(line, settings, flags);
}

}  // namespace souk::cli
