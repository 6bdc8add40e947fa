#include "cli/generate_live.h"

#include <CLI/CLI.hpp>

#include "app/output.h"
#include "app/shop_size.h"
#include "app/stream_shop.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

using app::GroupDigits;

// Not everything that was sent arrived: a line about it, and the exit code.
int Delivered(Terminal& terminal, const generate::DeliverySummary& records) {
  if (records.acknowledged == records.sent) return kExitOk;
  terminal.Line(fmt::format("{} of {} records were not acknowledged",
                            GroupDigits(records.sent - records.acknowledged), GroupDigits(records.sent)));
  return PrintError({Code::kUnavailable, records.failed > 0
                                             ? fmt::format("{} records failed: {}",
                                                           GroupDigits(records.failed), records.first_failure)
                                             : "the broker did not answer in time"});
}

class LiveCommand : public StreamCommand {
 public:
  explicit LiveCommand(CLI::App& app) : app_(app) {
    generate::LiveOptions& live = request_.live;
    app.add_option("--rate", live.rate, "records per second, clicks and transactions together")
        ->capture_default_str();
    app.add_option("--burst", live.burst, "how many times the rate a burst has")->capture_default_str();
    app.add_option("--burst-for", live.burst_s, "seconds that a burst lasts; 0 = no bursts")
        ->capture_default_str();
    app.add_option("--burst-every", live.burst_every_s, "seconds from one burst to the next")
        ->capture_default_str();
    app.add_option("--records", live.records, "end after so many; 0 = at Ctrl-C")->capture_default_str();
    app.add_option("--seconds", request_.seconds, "end after so long; 0 = at Ctrl-C")->capture_default_str();
    app.add_option("--ledger", live.ledger, "a CSV file that gets a line for every acknowledged record");
    app.add_option("--compression", request_.compression, "of the records on their way and on disk")
        ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}))
        ->capture_default_str();
    app.add_option("--clickstream-topic", live.clickstream_topic)->capture_default_str();
    app.add_option("--transactions-topic", live.transactions_topic)->capture_default_str();
    app.add_option("--size", size_, "whose customers and products: small, default or large")
        ->check(CLI::IsMember({"small", "default", "large"}))
        ->capture_default_str();
    app.add_option("--users", users_, "how many, in place of the size's");
    app.add_option("--products", products_, "how many, in place of the size's");
    app.add_option("--seed", live.history.seed, "of the customers and products")->capture_default_str();
    app.add_option("--first-day", first_day_, "of the history that goes before; a year before the last one");
    app.add_option("--last-day", last_day_, "of the history that goes before; yesterday");
  }
  bool given() const override { return app_.parsed(); }

  int Run(const CommandLine& line, const Settings& settings) override {
    const Clock& clock = SystemClock();
    if (Status complete = Complete(settings, clock); !complete) return PrintError(complete.error());
    Terminal terminal(line.quiet);
    auto summary = app::RunLiveShop(terminal, settings, clock, request_);
    terminal.EndStage();
    if (!summary) return PrintError(summary.error());
    if (!line.quiet) {
      const auto& shop = summary->shop;
      terminal.Line(fmt::format(
          "{} records in {:.1f} s, {} acknowledged: {} events of {} visits, {} order lines",
          GroupDigits(summary->records.sent), summary->seconds, GroupDigits(summary->records.acknowledged),
          GroupDigits(shop.clicks), GroupDigits(shop.visits), GroupDigits(shop.lines)));
      terminal.Line(fmt::format("{} orders: {} paid, {} failed, {} cancelled, {} lines returned",
                                GroupDigits(shop.orders), GroupDigits(shop.paid), GroupDigits(shop.failed),
                                GroupDigits(shop.cancelled), GroupDigits(shop.returned)));
    }
    return Delivered(terminal, summary->records);
  }

 private:
  Status Complete(const Settings& settings, const Clock& clock) {
    generate::HistoryOptions& history = request_.live.history;
    TRY_STATUS(app::SetShopSize(size_, history));
    history.users = users_.value_or(history.users);
    history.products = products_.value_or(history.products);
    history.time_zone = settings.Text("shop.time_zone");
    history.currency = settings.Text("shop.currency");
    TRY_STATUS(app::SetShopDays(first_day_, last_day_, clock, history));
    if (!request_.live.ledger.empty()) request_.live.ledger = AbsolutePath(request_.live.ledger);
    return {};
  }

  CLI::App& app_;
  app::LiveRequest request_;
  std::string size_ = "default", first_day_, last_day_;
  std::optional<uint64_t> users_, products_;
};

class ReplayCommand : public StreamCommand {
 public:
  explicit ReplayCommand(CLI::App& app) : app_(app) {
    app.add_option("file", options_.path, "JSON lines, or CSV with a header")->required();
    app.add_option("--topic", options_.topic)->capture_default_str();
    app.add_option("--every", options_.every_s, "seconds between two records; 0 = without a pause")
        ->capture_default_str();
    app.add_option("--records", options_.records, "end after so many; 0 = at the end of the file")
        ->capture_default_str();
    app.add_option("--key", options_.key,
                   "the field that says where a record belongs; without it the partitions take turns");
  }
  bool given() const override { return app_.parsed(); }

  int Run(const CommandLine& line, const Settings& settings) override {
    Terminal terminal(line.quiet);
    auto summary = app::RunReplayFile(terminal, settings, options_);
    terminal.EndStage();
    if (!summary) return PrintError(summary.error());
    if (!line.quiet) {
      terminal.Line(fmt::format("{} {} sent to {}", GroupDigits(summary->sent),
                                summary->sent == 1 ? "record" : "records", options_.topic));
    }
    return Delivered(terminal, *summary);
  }

 private:
  CLI::App& app_;
  generate::ReplayOptions options_;
};

}  // namespace

std::unique_ptr<StreamCommand> AddLiveCommand(CLI::App& generate) {
  return std::make_unique<LiveCommand>(*generate.add_subcommand(
      "live", "the shop as it goes on now: visits and orders into topics of the stream"));
}

std::unique_ptr<StreamCommand> AddReplayCommand(CLI::App& generate) {
  return std::make_unique<ReplayCommand>(
      *generate.add_subcommand("replay", "a file's records into a topic, one after the other"));
}

}  // namespace souk::cli
