#include "net/request_metrics.h"

#include <algorithm>

namespace souk::net {
namespace {

std::string_view KnownMethod(std::string_view method) {
  static constexpr std::string_view kKnown[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const auto* found = std::find(std::begin(kKnown), std::end(kKnown), method);
  return found == std::end(kKnown) ? "other" : *found;
}

}  // namespace

RequestMetrics::RequestMetrics(MetricRegistry* registry) : registry_(registry) {
  if (registry_ == nullptr) return;
  received_ = &registry_->CounterOf(kWebReceived);
  sent_ = &registry_->CounterOf(kWebSent);
  connections_ = &registry_->GaugeOf(kWebConnections);
  streams_ = &registry_->GaugeOf(kWebStreams);
}

void RequestMetrics::Answered(std::string_view method, std::string_view route, int status, double seconds) {
  if (registry_ == nullptr) return;
  method = KnownMethod(method);
  Counter*& requests = requests_[{method, route, status}];
  if (requests == nullptr) {
    requests = &registry_->CounterOf(kWebRequests,
                                     {std::string(method), std::string(route), std::to_string(status)});
  }
  Histogram*& took = seconds_[route];
  if (took == nullptr) took = &registry_->HistogramOf(kWebSeconds, {std::string(route)});
  requests->Add();
  took->Observe(seconds);
}

}  // namespace souk::net
