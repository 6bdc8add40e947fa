// When each of many things is to be looked at again, to the microsecond, at 8 bytes for each.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <utility>
#include <vector>

#include "stream/window/window.h"

namespace souk::stream {

// Not thread-safe. A reminder cannot be taken back: who is reminded has to see whether it still matters.
class Reminders {
 public:
  void Add(Micros at, uint32_t node) {
    int64_t second = SecondOf(at);
    if (second <= begun_) {
      soon_.emplace(at, node);
    } else {
      later_[second].push_back({node, static_cast<uint32_t>(at - second * kMicrosPerSecond)});
    }
  }

  // The earliest that is not after `until`; false when there is none.
  bool Take(Micros until, Micros& at, uint32_t& node) {
    while (!later_.empty() && later_.begin()->first <= SecondOf(until)) Begin();
    if (soon_.empty() || soon_.top().first > until) return false;
    std::tie(at, node) = soon_.top();
    soon_.pop();
    return true;
  }

 private:
  struct Later {
    uint32_t node, micros;  // of the second
  };
  using Soon = std::pair<Micros, uint32_t>;

  static int64_t SecondOf(Micros time) { return AlignDown(time, kMicrosPerSecond) / kMicrosPerSecond; }

  void Begin() {
    begun_ = later_.begin()->first;
    for (const Later& later : later_.begin()->second)
      soon_.emplace(begun_ * kMicrosPerSecond + later.micros, later.node);
    later_.erase(later_.begin());
  }

  std::map<int64_t, std::vector<Later>> later_;  // by second
  std::priority_queue<Soon, std::vector<Soon>, std::greater<>> soon_;
  int64_t begun_ = INT64_MIN;  // seconds up to it are in soon_
};

}  // namespace souk::stream
