// What the HTTP server counts when its options name a registry.
#pragma once

#include "base/metric.h"

namespace souk::net {

inline constexpr int kClientGone = 499;

// `route` is the pattern that was matched ("/api/reports/*"), "" when there was none; `method` is "other"
// when it is none that the server knows. So clients cannot make series at will. `status` 499: the client was
// gone before its answer.
inline constexpr MetricSpec kWebRequests{"souk_web_requests_total", MetricKind::kCounter,
                                         "Requests answered, by method, route and status.",
                                         "method,route,status"};
inline constexpr MetricSpec kWebSeconds{"souk_web_request_seconds", MetricKind::kHistogram,
                                        "From a request's last byte to its answer, by route.", "route",
                                        kAnswerSeconds};
inline constexpr MetricSpec kWebReceived{"souk_web_received_bytes_total", MetricKind::kCounter,
                                         "Bodies of requests."};
inline constexpr MetricSpec kWebSent{"souk_web_sent_bytes_total", MetricKind::kCounter, "Bodies of answers."};
inline constexpr MetricSpec kWebConnections{"souk_web_connections", MetricKind::kGauge,
                                            "Connections that are open."};
inline constexpr MetricSpec kWebStreams{"souk_web_event_streams", MetricKind::kGauge,
                                        "Event streams that are open: pages that follow along."};

}  // namespace souk::net
