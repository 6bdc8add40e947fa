// Windows that overlap: one of `size` begins at every multiple of `every`, so a moment is in size / every of
// them.
#pragma once

#include "stream/window/window.h"

namespace souk::stream {

struct SlidingWindows {
  Micros size = 0;   // a multiple of `every`
  Micros every = 0;  // above 0

  // Calls `on_window` from the oldest window that holds `time` to the newest.
  template <typename OnWindow>
  void ForEach(Micros time, OnWindow&& on_window) const {
    Micros newest = AlignDown(time, every);
    for (Micros start = newest - size + every; start <= newest; start += every)
      on_window(Window{start, start + size});
  }
};

}  // namespace souk::stream
