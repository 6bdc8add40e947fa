#include "stream/latency.h"

#include <algorithm>
#include <cmath>

namespace souk::stream {
namespace {

constexpr double kStep = 1.05, kLeast = 10;

}  // namespace

RecentLatency::Second& RecentLatency::At(Micros now) {
  int64_t number = now / kMicrosPerSecond;
  Second& second = seconds_[static_cast<size_t>(number) % kSeconds];
  if (second.number != number) {
    second = {};
    second.number = number;
  }
  return second;
}

void RecentLatency::Add(Micros latency, uint64_t count, Micros now) {
  double steps = latency <= kLeast ? 0 : std::log(static_cast<double>(latency) / kLeast) / std::log(kStep);
  Second& second = At(now);
  second.counts[std::min(kBuckets - 1, static_cast<size_t>(std::ceil(steps)))] +=
      static_cast<uint32_t>(count);
  second.total += count;
}

Micros RecentLatency::Percentile(double share, Micros now) {
  int64_t oldest = now / kMicrosPerSecond - static_cast<int64_t>(kSeconds) + 1;
  uint64_t total = 0;
  for (const Second& second : seconds_) total += second.number >= oldest ? second.total : 0;
  if (total == 0) return 0;
  auto wanted = static_cast<uint64_t>(std::ceil(share * static_cast<double>(total)));
  uint64_t below = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    for (const Second& second : seconds_) below += second.number >= oldest ? second.counts[bucket] : 0;
    if (below >= wanted) return static_cast<Micros>(kLeast * std::pow(kStep, static_cast<double>(bucket)));
  }
  return static_cast<Micros>(kLeast * std::pow(kStep, static_cast<double>(kBuckets - 1)));
}

double RecentLatency::PerSecond(Micros now) {
  int64_t newest = now / kMicrosPerSecond, oldest = newest - static_cast<int64_t>(kSeconds);
  uint64_t total = 0;
  // The present second is not over, so the nine before it are asked.
  for (const Second& second : seconds_) {
    if (second.number > oldest && second.number < newest) total += second.total;
  }
  return static_cast<double>(total) / static_cast<double>(kSeconds - 1);
}

}  // namespace souk::stream
