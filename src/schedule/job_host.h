// JobHost: the contract by which a build, an ingest or any other long verb is run, followed and cancelled,
// whether the command line, a page or a schedule asked for it. app implements it; inside `souk up` and
// without it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"

namespace souk::schedule {

struct JobRequest {
  std::string verb;               // "build", "ingest", …
  std::vector<std::string> args;  // as on the command line, after the verb
  std::string directory;          // relative paths in args are meant from here
  std::string cause;              // "command line", "page", "new input"
};

enum class JobState { kQueued, kRunning, kDone, kFailed, kCancelled };
const char* JobStateName(JobState state);

struct JobProgress {
  std::string stage;
  uint64_t done = 0;
  uint64_t total = 0;  // 0 = not known
  std::string unit;
  double rate = 0;      // units per second
  int64_t eta_ms = -1;  // -1 = not known
};

struct JobInfo {
  int64_t id = 0;
  JobRequest request;
  JobState state = JobState::kQueued;
  Micros submitted = 0;
  Micros started = 0;  // 0 = not yet
  Micros ended = 0;    // 0 = not yet
  JobProgress progress;
  Error error;                     // meaning only when state is kFailed
  std::vector<std::string> lines;  // the job's answer so far; of a job that ended long ago, its last lines
};

// What one job does: runs on a thread of the host, reports through `progress`, returns when done or
// cancelled.
using JobBody = std::function<Status(const JobRequest& request, Progress& progress)>;

// A kind of job. Jobs of kinds with the same non-empty `lane` run one after another, in the order of
// submission.
struct JobKind {
  std::string verb;
  std::string lane;
  // True for arguments with which the job only looks: it waits for nobody and leaves no trace in the list of
  // jobs.
  std::function<bool(const std::vector<std::string>& args)> only_looks;
  JobBody body;
};

// Threads: every method may be called from any thread.
class JobHost {
 public:
  virtual ~JobHost() = default;
  // Fails with kNotFound for an unknown verb. Returns the job's id at once.
  virtual Result<int64_t> Submit(JobRequest request) = 0;
  virtual Result<JobInfo> Get(int64_t id) const = 0;
  // The latest `limit` jobs, newest first, those of earlier runs of the program included.
  virtual std::vector<JobInfo> List(size_t limit) const = 0;
  virtual Status Cancel(int64_t id) = 0;

  // One event of a followed job: a change of progress, a new line of its answer, or its end.
  struct Event {
    enum class Kind { kProgress, kLine, kEnd } kind;
    JobProgress progress;                 // kProgress
    std::string line;                     // kLine
    JobState state = JobState::kRunning;  // kEnd
    Error error;                          // kEnd with kFailed
  };
  // Calls `on_event` with what happened so far and then with everything new, in order, from a thread of the
  // host; after kEnd never again. `on_event` must not block. The subscription ends when the returned handle
  // is destroyed; when the destructor returns, no call is under way.
  virtual Result<std::shared_ptr<void>> Follow(int64_t id, std::function<void(const Event&)> on_event) = 0;
};

}  // namespace souk::schedule
