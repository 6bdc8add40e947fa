// How far the time of the events has come: what is older than the watermark is late. It is the least that the
// partitions say, less a delay that out-of-order events have to come in, and never goes back.
#pragma once

#include <cstddef>
#include <vector>

#include "base/clock.h"

namespace souk::stream {

struct WatermarkOptions {
  Micros delay = 5 * 60 * kMicrosPerSecond;
  // A partition that has been read to its end and got nothing for so long holds nobody up.
  Micros idle_timeout = 30 * kMicrosPerSecond;
};

// Not thread-safe. Partitions are numbered by the caller, from 0.
class Watermark {
 public:
  explicit Watermark(WatermarkOptions options) : options_(options) {}

  // `latest`: the newest time of its records so far; 0 = it had none.
  void AddPartition(size_t partition, Micros latest);
  // A record. Its time counts as at most `arrived`, the record's timestamp in the topic: a clock that runs
  // ahead must not make everybody else late.
  void See(size_t partition, Micros time, Micros arrived) {
    Partition& p = partitions_[partition];
    p.at_end_since = 0;
    if (time > arrived) time = arrived;
    if (time <= p.latest) return;
    bool held = p.idle || p.latest - options_.delay <= current_;
    p.latest = time;
    p.idle = false;
    if (held) Update();
  }
  // The partition has been read to its end.
  void AtEnd(size_t partition, Micros now) {
    if (partitions_[partition].at_end_since == 0) partitions_[partition].at_end_since = now;
  }
  // Looks which partitions are idle.
  void Tick(Micros now);

  Micros current() const { return current_; }
  Micros latest(size_t partition) const { return partitions_[partition].latest; }
  // The newest time of any partition.
  Micros newest() const;
  void Restore(Micros watermark) { current_ = watermark; }

 private:
  struct Partition {
    Micros latest = 0;
    Micros at_end_since = 0;  // 0 = not at its end
    bool idle = false;
  };
  void Update();

  WatermarkOptions options_;
  std::vector<Partition> partitions_;
  Micros current_ = 0;
};

}  // namespace souk::stream
