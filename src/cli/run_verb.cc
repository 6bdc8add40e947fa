#include <condition_variable>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <mutex>

#include "app/local_job_host.h"
#include "app/remote_job_host.h"
#include "app/verb.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

using schedule::JobHost;

// Events of a job, from whatever thread they come, for the one that draws.
class EventQueue {
 public:
  void Push(const JobHost::Event& event) {
    std::lock_guard lock(mutex_);
    events_.push_back(event);
    ready_.notify_one();
  }
  // The next event, or nothing after a short wait.
  std::optional<JobHost::Event> Pop() {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, std::chrono::milliseconds(100), [this] { return !events_.empty(); });
    if (events_.empty()) return std::nullopt;
    JobHost::Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<JobHost::Event> events_;
};

// Submits, shows what happens, passes Ctrl-C on, returns how it ended.
Status RunJob(JobHost& host, schedule::JobRequest request, bool quiet) {
  TRY(int64_t id, host.Submit(std::move(request)));
  auto queue = std::make_shared<EventQueue>();
  TRY(auto subscription, host.Follow(id, [queue](const JobHost::Event& event) { queue->Push(event); }));
  Terminal terminal(quiet);
  bool cancelled = false;
  while (true) {
    if (StopRequested() && !cancelled) {
      cancelled = true;
      (void)host.Cancel(id);
    }
    auto event = queue->Pop();
    if (!event) continue;
    switch (event->kind) {
      case JobHost::Event::Kind::kProgress: terminal.Show(event->progress); break;
      case JobHost::Event::Kind::kLine: terminal.Line(event->line); break;
      case JobHost::Event::Kind::kEnd:
        terminal.EndStage();
        if (event->state == schedule::JobState::kDone) return {};
        return tl::unexpected(event->error);
    }
  }
}

Status RunHere(const Settings& settings, schedule::JobRequest request, bool quiet) {
  TRY(auto parts, app::Parts::Open(settings, SystemClock()));
  auto changes = std::make_shared<serve::ChangeFeed>();
  TRY(auto log, app::JobLog::Open(parts->directory().control(), SystemClock().Now()));
  JobHost* jobs = nullptr;
  app::LocalJobHost host(app::JobKinds(*parts, *changes, &jobs), std::move(log), SystemClock());
  jobs = &host;
  return RunJob(host, std::move(request), quiet);
}

}  // namespace

int RunVerb(const CommandLine& line, const Settings& settings) {
  for (const app::VerbKind& kind : app::Verbs()) {
    if (kind.name != line.verb) continue;
    auto verb = kind.make();
    std::string help;
    if (Status parsed = app::ParseVerb(kind, *verb, line.args, &help); !parsed)
      return PrintError(parsed.error());
    if (!help.empty()) {
      std::fputs(help.c_str(), stdout);
      return kExitOk;
    }
    schedule::JobRequest request{line.verb, line.args, std::filesystem::current_path().string(),
                                 "command line"};
    auto owner = app::DataDirectory::FindOwner(settings.Text("data.dir"));
    Status ended;
    if (owner && !owner->url.empty()) {
      app::RemoteJobHost host(owner->url);
      ended = RunJob(host, std::move(request), line.quiet);
    } else {
      ended = RunHere(settings, std::move(request), line.quiet);
    }
    return ended ? kExitOk : PrintError(ended.error());
  }
  std::vector<std::string> known = {"up",     "demo",   "generate", "inspect", "split",
                                    "schema", "config", "check",    "models",  "help"};
  for (const app::VerbKind& kind : app::Verbs()) known.push_back(kind.name);
  std::string nearest = NearestWord(line.verb, known);
  return PrintError(
      {Code::kInvalid, fmt::format("there is no verb '{}'{}; `souk help` lists them", line.verb,
                                   nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest))});
}

}  // namespace souk::cli
