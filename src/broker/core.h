// What the handlers work with: the broker without its sockets.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "broker/broker.h"
#include "broker/call.h"
#include "broker/fetch_sessions.h"
#include "broker/fetch_waits.h"
#include "broker/group_coordinator.h"

namespace souk::broker {

// Threads: any.
class Core {
 public:
  Core(BrokerOptions options, log::LogStore& store);

  const BrokerOptions& options() const { return options_; }
  log::LogStore& store() { return store_; }
  GroupCoordinator& groups() { return groups_; }
  FetchWaits& fetch_waits() { return fetch_waits_; }
  FetchSessions& fetch_sessions() { return fetch_sessions_; }
  const FetchWaits& fetch_waits() const { return fetch_waits_; }
  const FetchSessions& fetch_sessions() const { return fetch_sessions_; }

  // Of the one node that there is.
  static constexpr int32_t kNodeId = 1;
  // Leadership never changes here.
  static constexpr int32_t kLeaderEpoch = 0;
  std::string AdvertisedHost(AnswerSink& sink) const;
  int32_t AdvertisedPort() const;
  void SetPort(uint16_t port) { port_ = port; }

  // The broker ends: what waits is answered now.
  bool stopping() const { return stopping_; }
  void SetStopping() { stopping_ = true; }

  // What producers wrote, and batches of theirs that were not taken, since the start.
  std::atomic<uint64_t> appended_records{0}, refused_batches{0};

  // Makes the topic as a client asked for it by using it; null when that is switched off or the name is not
  // allowed.
  std::shared_ptr<const log::Topic> AutoCreate(const std::string& name);

 private:
  BrokerOptions options_;
  log::LogStore& store_;
  GroupCoordinator groups_;
  FetchWaits fetch_waits_;
  FetchSessions fetch_sessions_;
  std::atomic<uint16_t> port_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace souk::broker
