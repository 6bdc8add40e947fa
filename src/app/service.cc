#include "app/service.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "app/thread_use.h"
#include "base/log.h"

namespace souk::app {

const char* ServiceStateName(ServiceState state) {
  switch (state) {
    case ServiceState::kStopped: return "stopped";
    case ServiceState::kStarting: return "starting";
    case ServiceState::kRunning: return "running";
    case ServiceState::kFailed: return "failed";
  }
  return "unknown";
}

void ServiceHost::Add(std::unique_ptr<Service> service) {
  Entry entry;
  entry.info.name = service->name();
  entry.info.since = clock_.Now();
  entry.service = std::move(service);
  std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
}

void ServiceHost::SetState(Entry& entry, ServiceState state, const std::string& error) {
  std::lock_guard lock(mutex_);
  entry.info.state = state;
  entry.info.since = clock_.Now();
  entry.info.holds.clear();
  if (!error.empty()) entry.info.error = error;
}

Status ServiceHost::Start() {
  for (Entry& entry : entries_) {
    SetState(entry, ServiceState::kStarting, "");
    Status started = StartOne(entry);
    if (!started) {
      SetState(entry, ServiceState::kFailed, started.error().message);
      Stop();
      return Wrap(started.error(), fmt::format("service {} did not start", entry.info.name));
    }
    SetState(entry, ServiceState::kRunning, "");
    Log(LogLevel::kInfo, "app", "service started", {{"service", entry.info.name}});
  }
  return {};
}

void ServiceHost::Failed(Entry& entry, const Error& error) {
  int64_t pause_ms = std::min(kMaxRestartPauseMs, int64_t{1000} << std::min(entry.info.restarts, 6));
  SetState(entry, ServiceState::kFailed, error.message);
  entry.restart_at = clock_.Now() + pause_ms * 1000;
  Log(LogLevel::kError, "app", "service failed, it will be restarted",
      {{"service", entry.info.name}, {"error", error.message}, {"pause_ms", std::to_string(pause_ms)}});
}

// The threads of a service have its name, so that what they use can be told.
Status ServiceHost::StartOne(Entry& entry) {
  ThreadName name(entry.info.name);
  return entry.service->Start();
}

Status ServiceHost::Restart(const std::string& name) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (Entry& entry : entries_) {
    names.push_back(entry.info.name);
    if (entry.info.name != name) continue;
    entry.wanted = true;
    restart_wanted_ = true;
    return {};
  }
  return Fail(Code::kNotFound, "there is no service {}; there are {}", name, fmt::join(names, ", "));
}

bool ServiceHost::TakeWish(Entry& entry) {
  std::lock_guard lock(mutex_);
  return std::exchange(entry.wanted, false);
}

void ServiceHost::Watch() {
  restart_wanted_ = false;
  for (Entry& entry : entries_) {
    if (TakeWish(entry)) {
      Log(LogLevel::kInfo, "app", "service restarted on request", {{"service", entry.info.name}});
      if (entry.info.state == ServiceState::kRunning) entry.service->Stop();
      SetState(entry, ServiceState::kStarting, "");
      Status started = StartOne(entry);
      if (started) SetState(entry, ServiceState::kRunning, "");
      if (!started) Failed(entry, started.error());
      continue;
    }
    if (entry.info.state == ServiceState::kRunning) {
      if (Status healthy = entry.service->Health(); !healthy) {
        entry.service->Stop();
        Failed(entry, healthy.error());
      } else {
        auto holds = entry.service->Holds();
        std::lock_guard lock(mutex_);
        entry.info.holds = std::move(holds);
      }
    } else if (entry.info.state == ServiceState::kFailed && clock_.Now() >= entry.restart_at) {
      SetState(entry, ServiceState::kStarting, "");
      {
        std::lock_guard lock(mutex_);
        ++entry.info.restarts;
      }
      Status started = StartOne(entry);
      if (started) {
        SetState(entry, ServiceState::kRunning, "");
      } else {
        Failed(entry, started.error());
      }
    }
  }
}

void ServiceHost::Stop() {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->info.state != ServiceState::kRunning) continue;
    entry->service->Stop();
    SetState(*entry, ServiceState::kStopped, "");
    Log(LogLevel::kInfo, "app", "service stopped", {{"service", entry->info.name}});
  }
}

std::vector<ServiceInfo> ServiceHost::Services() const {
  std::lock_guard lock(mutex_);
  std::vector<ServiceInfo> infos;
  for (const Entry& entry : entries_) infos.push_back(entry.info);
  return infos;
}

}  // namespace souk::app
