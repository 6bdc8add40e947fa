#include <CLI/CLI.hpp>

#include "app/verb.h"

namespace souk::app {
namespace {

std::string Joined(const std::vector<std::string>& args) {
  std::string text;
  for (const std::string& arg : args) text += (text.empty() ? "" : " ") + arg;
  return text;
}

class JobsVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.fallthrough();
    app.add_subcommand("ls", "the latest jobs");
    show_ = app.add_subcommand("show", "what a job printed, and how it ended");
    show_->add_option("id", id_, "as `souk jobs ls` shows it")->required();
    cancel_ = app.add_subcommand("cancel", "stop a job");
    cancel_->add_option("id", id_, "as `souk jobs ls` shows it")->required();
  }

  Status Run(VerbContext& context) override {
    if (cancel_->parsed()) return context.jobs->Cancel(id_);
    if (show_->parsed()) return Show(context);
    ListBuilder list({{"id", "BIGINT"},
                      {"job", "VARCHAR"},
                      {"state", "VARCHAR"},
                      {"cause", "VARCHAR"},
                      {"started", "VARCHAR"},
                      {"seconds", "DECIMAL"},
                      {"error", "VARCHAR"}});
    for (const auto& job : context.jobs->List(50)) {
      sql::Cell seconds;
      if (job.ended != 0 && job.started != 0) {
        seconds = fmt::format("{:.1f}", static_cast<double>(job.ended - job.started) / kMicrosPerSecond);
      }
      list.Row({job.id, Joined({job.request.verb, Joined(job.request.args)}),
                std::string(JobStateName(job.state)), job.request.cause,
                job.started == 0 ? sql::Cell() : sql::Cell(FormatUtc(job.started)), seconds,
                job.error.message.empty() ? sql::Cell() : sql::Cell(job.error.message)});
    }
    PrintTable(context.progress, list.table(), format_);
    return {};
  }

 private:
  Status Show(VerbContext& context) const {
    TRY(auto job, context.jobs->Get(id_));
    for (const std::string& line : job.lines) context.progress.Line(line);
    context.progress.Line(fmt::format("job {}: {} {}, {}{}", job.id, job.request.verb,
                                      Joined(job.request.args), JobStateName(job.state),
                                      job.error.message.empty() ? "" : ": " + job.error.message));
    return {};
  }

  CLI::App* show_ = nullptr;
  CLI::App* cancel_ = nullptr;
  int64_t id_ = 0;
};

}  // namespace

std::unique_ptr<Verb> MakeJobsVerb() { return std::make_unique<JobsVerb>(); }

}  // namespace souk::app
