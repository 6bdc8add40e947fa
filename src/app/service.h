// Services: what `souk up` keeps running. Started in order, watched, restarted with growing pauses, stopped
// in reverse.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace souk::app {

// A part of its memory that a service counts by itself: "answers kept", so many bytes.
struct Holding {
  std::string what;
  uint64_t bytes = 0;
};

// One service. Start returns when it serves; Stop returns when it has stopped in order. Called by one thread
// at a time.
class Service {
 public:
  virtual ~Service() = default;
  virtual std::string_view name() const = 0;
  virtual Status Start() = 0;
  virtual void Stop() = 0;
  // Does what the service does, cheaply; a failure makes the host restart it.
  virtual Status Health() = 0;
  // What it knows to hold in memory while it runs; nothing of what it cannot count.
  virtual std::vector<Holding> Holds() { return {}; }
};

enum class ServiceState { kStopped, kStarting, kRunning, kFailed };
const char* ServiceStateName(ServiceState state);

struct ServiceInfo {
  std::string name;
  ServiceState state = ServiceState::kStopped;
  Micros since = 0;  // of this state
  int restarts = 0;
  std::string error;           // the last one, "" when there was none
  std::vector<Holding> holds;  // when it was looked after last
};

// Pauses before a restart: 1 s, 2 s, 4 s … up to this.
constexpr int64_t kMaxRestartPauseMs = 60'000;

class ServiceHost {
 public:
  explicit ServiceHost(const Clock& clock) : clock_(clock) {}

  // In start order.
  void Add(std::unique_ptr<Service> service);
  // Starts all; when one fails, stops those already started and says which and why.
  Status Start();
  // Looks after the services once: health, restarts that are due. Call about every second.
  void Watch();
  void Stop();
  // Any thread.
  std::vector<ServiceInfo> Services() const;
  // Any thread: the service is stopped and started again by the next Watch. kNotFound names those there are.
  Status Restart(const std::string& name);
  // Any thread: whether somebody waits for Watch.
  bool restart_wanted() const { return restart_wanted_; }

 private:
  struct Entry {
    std::unique_ptr<Service> service;
    ServiceInfo info;
    Micros restart_at = 0;
    bool wanted = false;  // a restart; guarded by mutex_
  };
  bool TakeWish(Entry& entry);
  Status StartOne(Entry& entry);
  void SetState(Entry& entry, ServiceState state, const std::string& error);
  void Failed(Entry& entry, const Error& error);

  const Clock& clock_;
  std::vector<Entry> entries_;
  std::atomic<bool> restart_wanted_{false};
  mutable std::mutex mutex_;  // guards the infos
};

}  // namespace souk::app
