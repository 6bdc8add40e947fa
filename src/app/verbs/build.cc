#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>

#include "app/build_log.h"
#include "app/metric_list.h"
#include "app/verb.h"
#include "base/log.h"
#include "base/metric.h"

namespace souk::app {
namespace {

class BuildVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    auto* date = app.add_option("--date", date_, "this shop day again, even if nothing changed (YYYY-MM-DD)");
    auto* from = app.add_option("--from", from_, "shop days from this one again");
    auto* to = app.add_option("--to", to_, "shop days up to this one again");
    date->excludes(from)->excludes(to);
    app.add_flag("--full", request_.full, "everything again, also what is up to date");
    app.add_option("--only", request_.only, "only these models");
    app.add_flag("--explain", explain_, "say what would run and why, run nothing");
  }

  Status Run(VerbContext& context) override {
    TRY(request_.from, ParseDay(date_.empty() ? from_ : date_, date_.empty() ? "--from" : "--date"));
    TRY(request_.to, ParseDay(date_.empty() ? to_ : date_, date_.empty() ? "--to" : "--date"));
    TRY(auto* warehouse, context.parts.Warehouse());
    if (explain_) {
      TRY(auto steps, warehouse->Explain(request_));
      PrintSteps(context.progress, steps, false);
      return {};
    }
    auto started = std::chrono::steady_clock::now();
    Micros since = context.parts.clock().Now();
    auto built = warehouse->Build(request_, context.progress);
    Remember(context, built, since);
    Count(context, built, std::chrono::steady_clock::now() - started);
    TRY(auto report, std::move(built));
    PrintSteps(context.progress, report.steps, true);
    for (const auto& warning : report.warnings) context.progress.Line("warning: " + Say(warning));
    if (!report.failures.empty()) return Failed(context.progress, report);
    if (report.changed) {
      auto state = warehouse->State();
      context.changes->Publish(state);
    }
    if (format_ == OutputFormat::kTable) {
      context.progress.Line(report.changed
                                ? fmt::format("warehouse version {}", report.version)
                                : fmt::format("up to date (warehouse version {})", report.version));
    }
    return {};
  }

 private:
  // A build is not undone because it could not be noted.
  static void Remember(VerbContext& context, const Result<warehouse::BuildReport>& built, Micros since) {
    serve::BuildRun run;
    run.started = since;
    run.ended = context.parts.clock().Now();
    run.cause = context.request.cause;
    if (!built) run.error = built.error().code == Code::kCancelled ? "cancelled" : built.error().message;
    if (built) run.report = *built;
    if (built && !built->failures.empty())
      run.error = fmt::format("{} failed", Counted(built->failures.size(), "data test"));
    auto log = context.parts.Builds();
    Status noted = log ? (*log)->Add(run) : Status(tl::unexpected(log.error()));
    if (noted) return;
    Log(LogLevel::kError, "app", "a build could not be noted", {{"error", noted.error().message}});
  }

  static void Count(VerbContext& context, const Result<warehouse::BuildReport>& built,
                    std::chrono::duration<double> took) {
    MetricRegistry& metrics = Metrics();
    bool refused = built && !built->failures.empty();
    const char* result = !built ? "failed" : refused ? "refused" : built->changed ? "changed" : "unchanged";
    metrics.CounterOf(metric::kBuilds, {result}).Add();
    if (!built || refused) return;
    double now = static_cast<double>(context.parts.clock().Now()) / kMicrosPerSecond;
    metrics.GaugeOf(metric::kBuildLast).Set(now);
    if (!built->changed) return;
    metrics.HistogramOf(metric::kBuildSeconds).Observe(took.count());
    auto ran = std::count_if(built->steps.begin(), built->steps.end(), [](auto& step) { return step.runs; });
    metrics.CounterOf(metric::kBuildModels).Add(static_cast<uint64_t>(ran));
  }

  void PrintSteps(Progress& out, const std::vector<warehouse::BuildStep>& steps, bool ran) const {
    std::vector<sql::Column> columns = {
        {"model", "VARCHAR"}, {"kind", "VARCHAR"}, {ran ? "ran" : "runs", "VARCHAR"}, {"why", "VARCHAR"}};
    if (ran) columns.insert(columns.end(), {{"made", "VARCHAR"}, {"rows", "BIGINT"}, {"ms", "BIGINT"}});
    ListBuilder list(columns);
    for (const auto& step : steps) {
      std::vector<sql::Cell> row = {step.model, step.materialized, std::string(step.runs ? "yes" : "no"),
                                    step.reason};
      if (ran) {
        row.emplace_back(step.runs ? sql::Cell(step.extent) : sql::Cell());
        row.emplace_back(step.runs ? sql::Cell(static_cast<int64_t>(step.rows)) : sql::Cell());
        row.emplace_back(step.runs ? sql::Cell(step.milliseconds) : sql::Cell());
      }
      list.Row(std::move(row));
    }
    PrintTable(out, list.table(), format_);
  }

  static std::string Say(const warehouse::TestFailure& failure) {
    return fmt::format("{} on {}: {}", failure.test, failure.model,
                       failure.says.empty() ? GroupDigits(failure.rows) + " rows" : failure.says);
  }

  static Status Failed(Progress& out, const warehouse::BuildReport& report) {
    for (const auto& failure : report.failures) out.Line("failed: " + Say(failure));
    return Fail(Code::kInvalid,
                "{} data {} failed; the last good version (warehouse version {}) is still served",
                report.failures.size(), report.failures.size() == 1 ? "test" : "tests", report.version);
  }

  std::string date_, from_, to_;
  bool explain_ = false;
  warehouse::BuildRequest request_;
};

}  // namespace

std::unique_ptr<Verb> MakeBuildVerb() { return std::make_unique<BuildVerb>(); }

}  // namespace souk::app
