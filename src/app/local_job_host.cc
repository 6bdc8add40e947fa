#include "app/local_job_host.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "app/metric_list.h"
#include "app/thread_use.h"
#include "base/log.h"
#include "base/metric.h"

namespace souk::app {
namespace {

using schedule::JobHost;
using schedule::JobInfo;
using schedule::JobKind;
using schedule::JobProgress;
using schedule::JobRequest;
using schedule::JobState;
using SteadyClock = std::chrono::steady_clock;

constexpr auto kProgressInterval = std::chrono::milliseconds(100);
constexpr size_t kEndedJobsKept = 100;  // in memory; the log has the others

}  // namespace

// One job while this program knows it. It reports its own progress to whoever follows.
class Job : public Progress {
 public:
  // `lane` is "" and nothing is recorded when the job only looks.
  Job(JobInfo info, const JobKind& kind, bool looks)
      : info_(std::move(info)), kind_(&kind), lane_(looks ? "" : kind.lane), recorded_(!looks) {}

  void Stage(std::string_view name, uint64_t total, std::string_view unit) override {
    std::lock_guard lock(mutex_);
    info_.progress = JobProgress{std::string(name), 0, total, std::string(unit), 0, -1};
    stage_began_ = SteadyClock::now();
    Publish();
  }

  void Advance(uint64_t count) override {
    std::lock_guard lock(mutex_);
    info_.progress.done += count;
    if (SteadyClock::now() - published_ >= kProgressInterval) Publish();
  }

  void Line(std::string_view text) override {
    std::lock_guard lock(mutex_);
    info_.lines.emplace_back(text);
    JobHost::Event event{JobHost::Event::Kind::kLine, {}, std::string(text), JobState::kRunning, {}};
    for (auto& [id, follower] : followers_) follower(event);
  }

  bool Cancelled() const override { return cancelled_.load(); }
  void Cancel() { cancelled_ = true; }

  void Began(Micros now) {
    std::lock_guard lock(mutex_);
    info_.state = JobState::kRunning;
    info_.started = now;
  }

  void Ended(const Status& status, Micros now) {
    std::lock_guard lock(mutex_);
    bool stopped = !status && status.error().code == Code::kCancelled;
    info_.state = status ? JobState::kDone : stopped ? JobState::kCancelled : JobState::kFailed;
    info_.ended = now;
    if (!status) info_.error = status.error();
    JobHost::Event event{JobHost::Event::Kind::kEnd, {}, {}, info_.state, info_.error};
    for (auto& [id, follower] : followers_) follower(event);
    followers_.clear();
  }

  JobInfo Info() const {
    std::lock_guard lock(mutex_);
    return info_;
  }
  const JobKind& kind() const { return *kind_; }
  const std::string& lane() const { return lane_; }
  bool recorded() const { return recorded_; }

  // Tells `on_event` what happened so far; afterwards it hears of everything new until Unfollow.
  uint64_t Follow(const std::function<void(const JobHost::Event&)>& on_event) {
    std::lock_guard lock(mutex_);
    using Kind = JobHost::Event::Kind;
    for (const std::string& line : info_.lines) on_event({Kind::kLine, {}, line, JobState::kRunning, {}});
    if (info_.ended != 0) {
      on_event({Kind::kEnd, {}, {}, info_.state, info_.error});
      return 0;
    }
    on_event({Kind::kProgress, info_.progress, {}, JobState::kRunning, {}});
    followers_[++last_follower_] = on_event;
    return last_follower_;
  }
  void Unfollow(uint64_t id) {
    std::lock_guard lock(mutex_);
    followers_.erase(id);
  }

 private:
  // With mutex_ held.
  void Publish() {
    published_ = SteadyClock::now();
    JobProgress& progress = info_.progress;
    double seconds = std::chrono::duration<double>(published_ - stage_began_).count();
    progress.rate = seconds > 0 ? static_cast<double>(progress.done) / seconds : 0;
    bool known = progress.total > 0 && progress.done > 0 && progress.done <= progress.total && seconds > 0.3;
    progress.eta_ms =
        known
            ? static_cast<int64_t>(static_cast<double>(progress.total - progress.done) / progress.rate * 1000)
            : -1;
    JobHost::Event event{JobHost::Event::Kind::kProgress, progress, {}, JobState::kRunning, {}};
    for (auto& [id, follower] : followers_) follower(event);
  }

  mutable std::mutex mutex_;
  JobInfo info_;
  const JobKind* kind_;
  const std::string lane_;
  const bool recorded_;
  std::atomic<bool> cancelled_{false};
  SteadyClock::time_point stage_began_ = SteadyClock::now();
  SteadyClock::time_point published_{};
  std::map<uint64_t, std::function<void(const JobHost::Event&)>> followers_;
  uint64_t last_follower_ = 0;
};

struct LocalJobHost::Impl {
  std::vector<JobKind> kinds;
  std::unique_ptr<JobLog> log;
  const Clock& clock;

  mutable std::mutex mutex;
  std::condition_variable ended;
  std::map<int64_t, std::shared_ptr<Job>> jobs;
  std::map<std::string, std::list<std::shared_ptr<Job>>> lanes;  // queued behind the one that runs
  std::map<std::string, bool> lane_busy;
  size_t running = 0;
  bool stopping = false;
  int64_t last_query = 0;  // ids of jobs that are not recorded count down from -1

  Impl(std::vector<JobKind> k, std::unique_ptr<JobLog> l, const Clock& c)
      : kinds(std::move(k)), log(std::move(l)), clock(c) {}

  void Record(const Job& job) const {
    if (!job.recorded()) return;
    if (Status written = log->Update(job.Info()); !written) {
      Log(LogLevel::kError, "app", "a job could not be recorded", {{"error", written.error().message}});
    }
  }

  // Looks (queries, reports) are no jobs for whoever watches the platform.
  static void CountBegan(const Job& job) {
    if (!job.recorded()) return;
    Metrics().GaugeOf(metric::kJobsQueued).Add(-1);
    Metrics().GaugeOf(metric::kJobsRunning).Add(1);
  }
  static void CountEnded(const Job& job) {
    if (!job.recorded()) return;
    JobInfo info = job.Info();
    const std::string& verb = info.request.verb;
    Metrics().GaugeOf(metric::kJobsRunning).Add(-1);
    Metrics().CounterOf(metric::kJobsEnded, {verb, JobStateName(info.state)}).Add();
    Metrics()
        .HistogramOf(metric::kJobSeconds, {verb})
        .Observe(static_cast<double>(info.ended - info.started) / kMicrosPerSecond);
  }

  // With mutex held.
  void StartThread(std::shared_ptr<Job> job) {
    ++running;
    std::thread([this, job = std::move(job)] { RunJob(job); }).detach();
  }

  void RunJob(const std::shared_ptr<Job>& job) {
    ThreadName name("jobs");
    CountBegan(*job);
    job->Began(clock.Now());
    Record(*job);
    JobRequest request = job->Info().request;
    Status status = job->CheckCancelled();
    if (status) status = job->kind().body(request, *job);
    job->Ended(status, clock.Now());
    Record(*job);
    CountEnded(*job);
    std::lock_guard lock(mutex);
    auto& queue = lanes[job->lane()];
    if (!job->lane().empty()) {
      if (queue.empty()) {
        lane_busy[job->lane()] = false;
      } else {
        StartThread(std::move(queue.front()));
        queue.pop_front();
      }
    }
    Forget();
    --running;
    ended.notify_all();
  }

  // With mutex held: drops the oldest ended jobs from memory.
  void Forget() {
    auto has_ended = [](const auto& entry) { return entry.second->Info().ended != 0; };
    auto count = static_cast<size_t>(std::count_if(jobs.begin(), jobs.end(), has_ended));
    for (auto it = jobs.begin(); it != jobs.end() && count > kEndedJobsKept;) {
      if (!has_ended(*it)) {
        ++it;
        continue;
      }
      it = jobs.erase(it);
      --count;
    }
  }

  std::shared_ptr<Job> Find(int64_t id) const {
    std::lock_guard lock(mutex);
    auto found = jobs.find(id);
    return found == jobs.end() ? nullptr : found->second;
  }
};

LocalJobHost::LocalJobHost(std::vector<JobKind> kinds, std::unique_ptr<JobLog> log, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(kinds), std::move(log), clock)) {}

LocalJobHost::~LocalJobHost() { Stop(); }

Result<int64_t> LocalJobHost::Submit(JobRequest request) {
  auto kind = std::find_if(impl_->kinds.begin(), impl_->kinds.end(),
                           [&](const JobKind& k) { return k.verb == request.verb; });
  if (kind == impl_->kinds.end()) return Fail(Code::kNotFound, "there is no job '{}'", request.verb);
  JobInfo info;
  info.request = std::move(request);
  info.submitted = impl_->clock.Now();
  bool looks = kind->only_looks && kind->only_looks(info.request.args);
  if (!looks) {
    TRY(info.id, impl_->log->Add(info));
  }
  std::lock_guard lock(impl_->mutex);
  if (impl_->stopping) return Fail(Code::kUnavailable, "Souk is stopping; it takes no new jobs");
  if (looks) info.id = --impl_->last_query;
  int64_t id = info.id;
  auto job = std::make_shared<Job>(std::move(info), *kind, looks);
  impl_->jobs[id] = job;
  if (!looks) Metrics().GaugeOf(metric::kJobsQueued).Add(1);
  const std::string lane = job->lane();
  if (!lane.empty() && impl_->lane_busy[lane]) {
    impl_->lanes[lane].push_back(std::move(job));
  } else {
    if (!lane.empty()) impl_->lane_busy[lane] = true;
    impl_->StartThread(std::move(job));
  }
  return id;
}

Result<JobInfo> LocalJobHost::Get(int64_t id) const {
  if (auto job = impl_->Find(id)) return job->Info();
  return impl_->log->Get(id);
}

std::vector<JobInfo> LocalJobHost::List(size_t limit) const {
  auto recorded = impl_->log->List(limit);
  std::vector<JobInfo> jobs = recorded ? *std::move(recorded) : std::vector<JobInfo>();
  for (JobInfo& info : jobs) {
    if (auto job = impl_->Find(info.id)) info = job->Info();
  }
  return jobs;
}

Status LocalJobHost::Cancel(int64_t id) {
  if (auto job = impl_->Find(id)) {
    job->Cancel();
    return {};
  }
  TRY(JobInfo info, impl_->log->Get(id));
  return Fail(Code::kInvalid, "job {} has already ended ({})", id, JobStateName(info.state));
}

Result<std::shared_ptr<void>> LocalJobHost::Follow(int64_t id, std::function<void(const Event&)> on_event) {
  auto job = impl_->Find(id);
  if (!job) {
    TRY(JobInfo info, impl_->log->Get(id));
    for (const std::string& line : info.lines)
      on_event({Event::Kind::kLine, {}, line, JobState::kRunning, {}});
    on_event({Event::Kind::kEnd, {}, {}, info.state, info.error});
    return std::shared_ptr<void>();
  }
  uint64_t follower = job->Follow(on_event);
  return std::shared_ptr<void>(nullptr, [job, follower](void*) { job->Unfollow(follower); });
}

void LocalJobHost::Stop() {
  std::unique_lock lock(impl_->mutex);
  impl_->stopping = true;
  for (auto& entry : impl_->jobs) entry.second->Cancel();
  impl_->ended.wait(lock, [this] { return impl_->running == 0; });
}

}  // namespace souk::app
