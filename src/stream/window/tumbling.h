// Windows side by side: every moment is in exactly one.
#pragma once

#include "stream/window/window.h"

namespace souk::stream {

struct TumblingWindows {
  Micros size = 0;  // above 0

  Window Of(Micros time) const {
    Micros start = AlignDown(time, size);
    return {start, start + size};
  }
};

}  // namespace souk::stream
