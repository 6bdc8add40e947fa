#include "stream/watermark.h"

#include <algorithm>
#include <limits>

namespace souk::stream {

void Watermark::AddPartition(size_t partition, Micros latest) {
  if (partitions_.size() <= partition) partitions_.resize(partition + 1);
  partitions_[partition].latest = latest;
}

void Watermark::Tick(Micros now) {
  bool changed = false;
  for (Partition& p : partitions_) {
    bool idle = p.at_end_since != 0 && now - p.at_end_since >= options_.idle_timeout;
    changed |= idle && !p.idle;
    p.idle = idle;
  }
  if (changed) Update();
}

void Watermark::Update() {
  Micros least = std::numeric_limits<Micros>::max();
  for (const Partition& p : partitions_) {
    if (!p.idle) least = std::min(least, p.latest);
  }
  if (least == std::numeric_limits<Micros>::max()) return;  // all are idle: time stands still
  current_ = std::max(current_, least - options_.delay);
}

Micros Watermark::newest() const {
  Micros newest = 0;
  for (const Partition& p : partitions_) newest = std::max(newest, p.latest);
  return newest;
}

}  // namespace souk::stream
