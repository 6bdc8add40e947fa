// The JobHost of a running `souk up`, reached over HTTP: the same verbs work with and without it.
#pragma once

#include <memory>
#include <string>

#include "schedule/job_host.h"

namespace souk::app {

class RemoteJobHost : public schedule::JobHost {
 public:
  // `url` as the data directory's lock names it.
  explicit RemoteJobHost(std::string url) : url_(std::move(url)) {}

  Result<int64_t> Submit(schedule::JobRequest request) override;
  Result<schedule::JobInfo> Get(int64_t id) const override;
  std::vector<schedule::JobInfo> List(size_t limit) const override;
  Status Cancel(int64_t id) override;
  // Events come on a thread of their own; a broken connection ends the job with kUnavailable for the
  // follower.
  Result<std::shared_ptr<void>> Follow(int64_t id, std::function<void(const Event&)> on_event) override;

 private:
  std::string url_;
};

}  // namespace souk::app
