// What the intake counts.
#pragma once

#include "base/metric.h"

namespace souk::ingest {

inline constexpr MetricSpec kIntakeRecords{
    "souk_intake_records_total", MetricKind::kCounter,
    "Records that came over HTTP, by what became of them: accepted, rejected or failed.",
    "source,record,result"};
inline constexpr MetricSpec kIntakeBytes{"souk_intake_received_bytes_total", MetricKind::kCounter,
                                         "Bodies of requests with records, after decompression.", "source"};
inline constexpr MetricSpec kIntakeWaiting{
    "souk_intake_waiting_bytes", MetricKind::kGauge,
    "Records that were sent to the stream and are not acknowledged yet."};
inline constexpr MetricSpec kIntakeSeconds{
    "souk_intake_acknowledge_seconds", MetricKind::kHistogram,
    "From the sending of a request's records to the last acknowledgement.", "", kAnswerSeconds};
inline constexpr MetricSpec kIntakeTurnedAway{
    "souk_intake_turned_away_total", MetricKind::kCounter,
    "Requests refused because too much waited, or without a stream."};

}  // namespace souk::ingest
