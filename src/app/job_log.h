// The record of jobs in control.sqlite: what ran, when, and how it ended. Survives the program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schedule/job_host.h"

namespace souk::app {

// Threads: any; calls are serialised inside.
class JobLog {
 public:
  // Opens or creates the file. Jobs that a former program left queued or running are recorded as failed
  // ("the program ended").
  static Result<std::unique_ptr<JobLog>> Open(const std::string& path, Micros now);
  ~JobLog();

  // Gives the job its id.
  Result<int64_t> Add(const schedule::JobInfo& job);
  Status Update(const schedule::JobInfo& job);
  Result<std::vector<schedule::JobInfo>> List(size_t limit) const;
  Result<schedule::JobInfo> Get(int64_t id) const;

 private:
  struct Impl;
  explicit JobLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::app
