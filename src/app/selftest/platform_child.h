// A `souk up` in a process of its own, to be killed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace souk::app {

struct PlatformChildOptions {
  std::string data_directory;
  std::vector<std::string> arguments;  // after `up`
  std::string log_path;                // gets what the child says; appended to
};

// Not thread-safe. The child dies with the thread that started it.
class PlatformChild {
 public:
  explicit PlatformChild(PlatformChildOptions options) : options_(std::move(options)) {}
  ~PlatformChild();
  PlatformChild(const PlatformChild&) = delete;

  // `crash_at` goes to SOUK_CRASH_AT (base/crash_point.h); "" = none.
  Status Start(const std::string& crash_at);
  // Waits until its page listens, and returns the address; "" when it died at its crash point before.
  Result<std::string> AwaitUrl(int timeout_s);
  // kill -9, at once. Fails when the child had ended by itself.
  Status Kill();
  // Waits for it to die at its crash point.
  Status AwaitCrash(int timeout_s);
  // Ends it in order.
  Status Stop(int timeout_s);
  // Fails when it has ended, with the end of its log.
  Status CheckAlive();
  // Memory that it has resident now, in bytes.
  uint64_t ResidentBytes() const;

 private:
  bool Ended();  // looks, without waiting
  bool AwaitEnd(int timeout_s);
  Status EndedByItself();

  PlatformChildOptions options_;
  std::string crash_at_;
  pid_t pid_ = -1;  // -1: none
  int wait_status_ = 0;
};

}  // namespace souk::app
