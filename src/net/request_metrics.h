// Counts requests in a registry, or nothing without one. Private to the room.
#pragma once

#include <map>
#include <string_view>
#include <tuple>

#include "net/http_metrics.h"

namespace souk::net {

// Threads: Answered on the network thread, the others on any.
class RequestMetrics {
 public:
  explicit RequestMetrics(MetricRegistry* registry);

  // `route` is the pattern as it was registered, "" for none; it lives as long as this.
  void Answered(std::string_view method, std::string_view route, int status, double seconds);
  void Received(size_t bytes) {
    if (received_) received_->Add(bytes);
  }
  void Sent(size_t bytes) {
    if (sent_) sent_->Add(bytes);
  }
  void ConnectionsBy(int change) {
    if (connections_) connections_->Add(change);
  }
  void StreamsBy(int change) {
    if (streams_) streams_->Add(change);
  }

 private:
  MetricRegistry* registry_;
  Counter* received_ = nullptr;
  Counter* sent_ = nullptr;
  Gauge* connections_ = nullptr;
  Gauge* streams_ = nullptr;
  // What was counted before, so that the registry's lock is taken once for each.
  std::map<std::tuple<std::string_view, std::string_view, int>, Counter*> requests_;
  std::map<std::string_view, Histogram*> seconds_;
};

}  // namespace souk::net
