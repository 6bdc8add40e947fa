// Threads that wait for the disk on behalf of many partitions.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace souk::log {

// Threads: any. Tasks of one partition may run beside each other; partitions see to it that they share a
// sync.
class Syncer {
 public:
  // Threads are started when there is work for them, `threads` at most.
  explicit Syncer(size_t threads = 2) : most_(threads) {}
  ~Syncer();  // runs what waits, then ends
  Syncer(const Syncer&) = delete;

  void Run(std::function<void()> task);

 private:
  void Work();

  const size_t most_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace souk::log
