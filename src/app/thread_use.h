// Who uses the processor: threads have the name of the service that started them, and what they start has it
// too.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"

namespace souk::app {

// The calling thread, and the threads it starts meanwhile, are called so (at most 15 bytes) until the end of
// the object.
class ThreadName {
 public:
  explicit ThreadName(const std::string& name);
  ~ThreadName();
  ThreadName(const ThreadName&) = delete;

 private:
  char before_[16] = {};
};

struct ThreadUse {
  std::map<std::string, double> cores;  // by name of thread: kept busy between the last two looks
  double all = 0;
  int threads = 0;
};

// Threads: any. Looks at most every two seconds; asked more often it tells the same again.
class ThreadWatch {
 public:
  explicit ThreadWatch(const Clock& clock) : clock_(clock) {}
  // Nothing before the second look.
  std::optional<ThreadUse> Use();

 private:
  struct Look {
    Micros at = 0;
    double process_seconds = 0;
    std::map<int, std::pair<std::string, double>> threads;  // by id: name, seconds used
  };
  static Look Take(Micros now);

  const Clock& clock_;
  std::mutex mutex_;
  Look last_;
  std::optional<ThreadUse> use_;
};

}  // namespace souk::app
