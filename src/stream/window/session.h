// Windows that activity makes: a window lasts as long as no gap between two of its events is `gap` or more.
// An event can extend a window, or close the gap between two, which become one.
#pragma once

#include <algorithm>
#include <vector>

#include "stream/window/window.h"

namespace souk::stream {

// `Visit` is anything with members first and last: the times of its first and last event. `windows` are those
// of one key, in order. Returns the window that the event belongs to, after `merge(into, from)` has joined
// all that the event connects; a new window has first = last = time.
template <typename Visit, typename Merge>
Visit& JoinSession(std::vector<Visit>& windows, Micros time, Micros gap, Merge&& merge) {
  auto begin =
      std::find_if(windows.begin(), windows.end(), [&](const Visit& w) { return w.last + gap > time; });
  if (begin == windows.end() || begin->first >= time + gap) {
    auto made = windows.emplace(begin);
    made->first = made->last = time;
    return *made;
  }
  auto next = begin + 1;
  if (next != windows.end() && next->first < time + gap) {
    merge(*begin, *next);
    windows.erase(next);  // what lies beyond has a gap of its own to it
  }
  begin->first = std::min(begin->first, time);
  begin->last = std::max(begin->last, time);
  return *begin;
}

}  // namespace souk::stream
