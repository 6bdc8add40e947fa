// Commits batches to the hot store on a thread of its own, so that the next records are counted meanwhile.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "store/hot_store.h"

namespace souk::stream {

// One batch at a time. Threads: Submit, Wait and idle on one.
class Committer {
 public:
  // On the committer's thread, when the batch is durable.
  using OnDone = std::function<void(const store::HotBatch&)>;

  explicit Committer(store::HotStore& store);
  // Waits for the batch that is on its way.
  ~Committer();
  Committer(const Committer&) = delete;

  // Whether a batch can be submitted without waiting.
  bool idle();
  // Waits for the batch before. Fails when one before could not be committed; then this one is not either.
  Status Submit(store::HotBatch batch, OnDone on_done);
  // Until what was submitted is durable, or could not be made so.
  Status Wait();

 private:
  void Work();

  store::HotStore& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<store::HotBatch> batch_;  // while it is on its way
  OnDone on_done_;
  Status failed_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace souk::stream
