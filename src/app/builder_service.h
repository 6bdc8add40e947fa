// The service that keeps the warehouse fresh: it watches the raw zone and submits a build when new input has
// been quiet for a moment, and at the latest after a bounded wait while input keeps coming.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "app/service.h"
#include "lake/raw_zone.h"
#include "schedule/job_host.h"

namespace souk::app {

// When to build, apart from threads and clocks so that it can be tested.
class BuildTrigger {
 public:
  BuildTrigger(int64_t debounce_ms, int64_t max_wait_ms)
      : debounce_ms_(debounce_ms), max_wait_ms_(max_wait_ms) {}

  // Tells the present version of all input; true when a build should start now.
  bool Observe(int64_t version, Micros now);
  // The version of the input that the warehouse holds already.
  void Built(int64_t version) { built_ = version; }

 private:
  int64_t debounce_ms_;
  int64_t max_wait_ms_;
  int64_t built_ = 0;
  int64_t seen_ = 0;
  Micros first_change_ = 0;  // since the last build; 0 = none
  Micros last_change_ = 0;
};

struct BuilderOptions {
  int64_t debounce_ms = 2000;
  int64_t max_wait_ms = 300'000;
  int64_t poll_ms = 500;
};

class BuilderService : public Service {
 public:
  // All must outlive the service.
  BuilderService(lake::RawZone& raw, schedule::JobHost& jobs, const Clock& clock, BuilderOptions options)
      : raw_(raw), jobs_(jobs), clock_(clock), options_(options) {}
  ~BuilderService() override { Stop(); }

  std::string_view name() const override { return "builder"; }
  Status Start() override;
  void Stop() override;
  Status Health() override;

 private:
  void Run();
  Result<int64_t> InputVersion() const;

  lake::RawZone& raw_;
  schedule::JobHost& jobs_;
  const Clock& clock_;
  BuilderOptions options_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  Status last_;  // of reading the lake
};

}  // namespace souk::app
