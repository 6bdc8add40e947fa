#include "app/builder_service.h"

#include <chrono>

#include "base/log.h"
#include "record/schema.h"

namespace souk::app {

bool BuildTrigger::Observe(int64_t version, Micros now) {
  if (version == built_) {
    first_change_ = 0;
    seen_ = version;
    return false;
  }
  if (first_change_ == 0) first_change_ = last_change_ = now;
  if (version != seen_) {
    seen_ = version;
    last_change_ = now;
  }
  bool quiet = now - last_change_ >= debounce_ms_ * 1000;
  bool waited = now - first_change_ >= max_wait_ms_ * 1000;
  if (!quiet && !waited) return false;
  built_ = version;
  first_change_ = 0;
  return true;
}

// Every commit of any record raises the sum.
Result<int64_t> BuilderService::InputVersion() const {
  int64_t sum = 0;
  for (const record::Schema& schema : record::Schemas()) {
    TRY(int64_t version, raw_.Version(schema.name));
    sum += version;
  }
  return sum;
}

Status BuilderService::Start() {
  stopping_ = false;
  last_ = {};
  thread_ = std::thread([this] { Run(); });
  return {};
}

void BuilderService::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status BuilderService::Health() {
  std::lock_guard lock(mutex_);
  return last_;
}

void BuilderService::Run() {
  // The first look submits a build at once when there is any input: it says itself when everything is up to
  // date.
  BuildTrigger trigger(options_.debounce_ms, options_.max_wait_ms);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    auto version = InputVersion();
    bool build = version && trigger.Observe(*version, clock_.Now());
    if (build) {
      if (auto id = jobs_.Submit({"build", {}, "/", "new input"}); !id) {
        Log(LogLevel::kWarn, "app", "a build could not be started", {{"error", id.error().message}});
      }
    }
    lock.lock();
    last_ = version ? Status() : Status(tl::unexpected(version.error()));
    wake_.wait_for(lock, std::chrono::milliseconds(options_.poll_ms), [this] { return stopping_; });
  }
}

}  // namespace souk::app
