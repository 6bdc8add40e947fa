// The JobHost: runs jobs on threads of this process, one lane at a time, and records them.
#pragma once

#include <memory>
#include <vector>

#include "app/job_log.h"
#include "schedule/job_host.h"

namespace souk::app {

class LocalJobHost : public schedule::JobHost {
 public:
  // `clock` must outlive the host.
  LocalJobHost(std::vector<schedule::JobKind> kinds, std::unique_ptr<JobLog> log, const Clock& clock);
  // Cancels what runs and waits for it.
  ~LocalJobHost() override;

  Result<int64_t> Submit(schedule::JobRequest request) override;
  Result<schedule::JobInfo> Get(int64_t id) const override;
  std::vector<schedule::JobInfo> List(size_t limit) const override;
  Status Cancel(int64_t id) override;
  Result<std::shared_ptr<void>> Follow(int64_t id, std::function<void(const Event&)> on_event) override;

  // Takes no new jobs, cancels the queued and running ones, returns when all have ended. Safe to call twice.
  void Stop();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::app
