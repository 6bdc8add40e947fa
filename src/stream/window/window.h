// Windows of event time: [start, end) in microseconds UTC, aligned to 1970-01-01.
#pragma once

#include "base/clock.h"

namespace souk::stream {

struct Window {
  Micros start = 0, end = 0;
  auto operator<=>(const Window&) const = default;
};

// The greatest multiple of `step` that is not after `time`, also before 1970.
constexpr Micros AlignDown(Micros time, Micros step) {
  Micros rest = time % step;
  return time - (rest < 0 ? rest + step : rest);
}

}  // namespace souk::stream
