// Fetch requests that wait for records: woken when a partition they read from grows.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "log/partition_log.h"

namespace souk::broker {

// One that waits. `Wake` comes from any thread, many times, and must only note it and return.
class FetchWaiter {
 public:
  virtual ~FetchWaiter() = default;
  virtual void Wake() = 0;
};

// Threads: any.
class FetchWaits {
 public:
  // From now on the waiter is woken when the partition's high watermark moves.
  void Add(const std::shared_ptr<log::PartitionLog>& partition, const std::shared_ptr<FetchWaiter>& waiter);
  void Remove(const log::PartitionLog* partition, const FetchWaiter* waiter);
  void Forget(const log::PartitionLog* partition);  // of a topic that is deleted; its waiters are woken
  // All, once: at the end.
  void WakeAll();
  size_t size() const { return size_; }

 private:
  struct List {
    std::weak_ptr<log::PartitionLog> partition;  // a later one may get the same address
    std::mutex mutex;
    std::vector<std::shared_ptr<FetchWaiter>> waiters;
    std::atomic<size_t> size{0};  // read without the mutex: appends nobody waits for cost nothing
  };
  static void WakeList(List& list);
  std::shared_ptr<List> FindOrMake(const std::shared_ptr<log::PartitionLog>& partition);
  std::shared_ptr<List> Find(const log::PartitionLog* partition) const;

  mutable std::shared_mutex mutex_;
  std::unordered_map<const log::PartitionLog*, std::shared_ptr<List>> lists_;
  std::atomic<size_t> size_{0};
};

}  // namespace souk::broker
