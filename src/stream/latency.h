// Latencies of the last seconds, and their percentiles within 5 %.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace souk::stream {

// Not thread-safe.
class RecentLatency {
 public:
  // `count` records that took so long; negative counts as 0.
  void Add(Micros latency, uint64_t count, Micros now);
  // The value that `share` (0 to 1) of the last ten seconds' records do not exceed; 0 when there were none.
  Micros Percentile(double share, Micros now);
  // Records of the last ten seconds, for each second.
  double PerSecond(Micros now);

 private:
  static constexpr size_t kBuckets = 420;  // each reaches 5 % further than the one before: 10 µs to two hours
  static constexpr size_t kSeconds = 10;
  struct Second {
    int64_t number = -1;
    uint64_t total = 0;
    std::array<uint32_t, kBuckets> counts{};
  };
  Second& At(Micros now);

  std::array<Second, kSeconds> seconds_;
};

}  // namespace souk::stream
