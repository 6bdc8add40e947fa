#include "sql/watch.h"

#include <algorithm>

namespace souk::sql {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTick = std::chrono::milliseconds(20);
constexpr auto kNever = Clock::time_point::max();

Clock::time_point Deadline(int64_t timeout_ms) {
  return timeout_ms <= 0 ? kNever : Clock::now() + std::chrono::milliseconds(timeout_ms);
}

}  // namespace

Watch::~Watch() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Watch::Guard::Guard(Watch& watch, duckdb_connection connection, const QueryOptions& options)
    : watch_(watch),
      connection_(connection),
      progress_(options.progress),
      units_(options.progress == nullptr ? 0 : options.progress_units),
      deadline_(Deadline(options.timeout_ms)) {
  {
    std::lock_guard lock(watch_.mutex_);
    watch_.running_.push_back(this);
    if (progress_ != nullptr || deadline_ != kNever) watch_.StartThread();
  }
  if (options.stop.stop_possible()) on_stop_.emplace(options.stop, Cancelled{*this});
}

Watch::Guard::~Guard() {
  on_stop_.reset();  // waits for a callback that runs now, and that wants the mutex
  std::lock_guard lock(watch_.mutex_);
  std::erase(watch_.running_, this);
}

void Watch::Guard::Finish() {
  std::lock_guard lock(watch_.mutex_);
  Tell(units_);
}

// All below: with the watch's mutex held.

void Watch::Guard::Tell(uint64_t units) {
  if (units <= told_) return;
  progress_->Advance(units - told_);
  told_ = units;
}

void Watch::Guard::Stop(StopReason reason) {
  if (reason_ == StopReason::kNone) reason_ = reason;
  duckdb_interrupt(connection_);
}

void Watch::Guard::Look(Time now) {
  if (reason_ != StopReason::kNone) {
    duckdb_interrupt(connection_);
  } else if (now >= deadline_) {
    Stop(StopReason::kTimeout);
  } else if (progress_ != nullptr && progress_->Cancelled()) {
    Stop(StopReason::kCancelled);
  } else if (units_ > 0) {
    double percent = duckdb_query_progress(connection_).percentage;
    if (percent > 0)
      Tell(static_cast<uint64_t>(std::min(percent, 100.0) / 100.0 * static_cast<double>(units_)));
  }
}

void Watch::StartThread() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  changed_.notify_all();
}

void Watch::Cancel(duckdb_connection connection) {
  std::lock_guard lock(mutex_);
  for (Guard* guard : running_) {
    if (guard->connection_ != connection) continue;
    guard->Stop(StopReason::kCancelled);
    StartThread();
  }
}

void Watch::Cancel(Guard& guard) {
  std::lock_guard lock(mutex_);
  guard.Stop(StopReason::kCancelled);
  StartThread();
}

void Watch::WhenIdle(const std::function<void()>& act) {
  std::lock_guard lock(mutex_);
  if (running_.empty()) act();
}

Watch::Guard::Time Watch::NextLook(Guard::Time now) const {
  Guard::Time next = kNever;
  for (const Guard* guard : running_) {
    bool often = guard->progress_ != nullptr || guard->reason_ != StopReason::kNone;
    next = std::min(next, often ? now + kTick : guard->deadline_);
  }
  return next;
}

void Watch::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    Guard::Time now = Clock::now();
    for (Guard* guard : running_) guard->Look(now);
    Guard::Time next = NextLook(now);
    if (next == kNever) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

}  // namespace souk::sql
