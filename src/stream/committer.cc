#include "stream/committer.h"

#include "stream/crash_point.h"

namespace souk::stream {

Committer::Committer(store::HotStore& store) : store_(store), thread_([this] { Work(); }) {}

Committer::~Committer() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Committer::idle() {
  std::lock_guard lock(mutex_);
  return !batch_;
}

Status Committer::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !batch_; });
  return failed_;
}

Status Committer::Submit(store::HotBatch batch, OnDone on_done) {
  TRY_STATUS(Wait());
  {
    std::lock_guard lock(mutex_);
    batch_ = std::move(batch);
    on_done_ = std::move(on_done);
  }
  changed_.notify_all();
  return {};
}

void Committer::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return batch_ || stop_; });
    if (!batch_) return;
    lock.unlock();
    Status committed = store_.Commit(*batch_);
    if (committed) {
      CrashPoint("hot_committed");
      on_done_(*batch_);
    }
    lock.lock();
    failed_ = committed;
    batch_.reset();
    changed_.notify_all();
  }
}

}  // namespace souk::stream
