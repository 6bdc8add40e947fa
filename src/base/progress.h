// Progress: how long work tells whoever waits for it where it stands, and learns that it should stop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk {

// Threads: all methods may be called from any thread. Implementations must be cheap; Advance is called often.
class Progress {
 public:
  virtual ~Progress() = default;
  // A new stage begins, e.g. ("reading", 1'000'000, "rows"). total 0 = not known. Ends the stage before.
  virtual void Stage(std::string_view name, uint64_t total, std::string_view unit) = 0;
  virtual void Advance(uint64_t count) = 0;
  // A line for the reader: part of the verb's answer, shown whole (without newline).
  virtual void Line(std::string_view text) = 0;
  // True when the work was asked to stop; it then returns kCancelled as soon as it can leave things in order.
  virtual bool Cancelled() const = 0;

  Status CheckCancelled() const {
    if (Cancelled()) return Fail(Code::kCancelled, "stopped on request");
    return {};
  }
};

// Shows nothing, is never cancelled. The object lives as long as the program.
Progress& SilentProgress();

}  // namespace souk
