// Making a partition durable: many who wait share one sync.
#include <algorithm>

#include "base/log.h"
#include "log/partition_impl.h"

namespace souk::log {
namespace {

// After so many bytes the recovery point is written down; a crash has at most these to read again.
constexpr uint64_t kSaveAfterBytes = 32 << 20;

}  // namespace

Status PartitionLog::Impl::SyncFiles(const Segments& all, bool directory, int64_t goal) {
  for (const auto& segment : all) {
    if (segment->base_offset >= goal || !segment->dirty.exchange(false)) continue;
    TRY(std::shared_ptr<File> file, segment->Open());
    TRY_STATUS(file->Sync());
  }
  if (directory) TRY_STATUS(setup.files->SyncDirectory(setup.directory));
  return {};
}

Status PartitionLog::Impl::SyncTo(int64_t target) {
  std::unique_lock lock(state);
  while (synced < target && syncing && !failed) synced_changed.wait(lock);
  if (failed) return tl::unexpected(*failed);
  if (synced >= target) return {};
  syncing = true;
  // With flush=each whoever came meanwhile is served as well.
  int64_t goal = options.flush == FlushMode::kEach ? end : target;
  std::shared_ptr<const Segments> all = segments;
  bool directory = std::exchange(directory_dirty, false);
  lock.unlock();
  Status done = SyncFiles(*all, directory, goal);
  lock.lock();
  syncing = false;
  if (done) {
    synced = std::max(synced, goal);
    last_flush = NowMs();
    high_watermark = std::max(high_watermark, synced);
  } else {
    failed = Error{done.error().code, fmt::format("{}: {}; nothing is appended until the log is opened again",
                                                  At(synced), done.error().message)};
    Log(LogLevel::kError, "log", "a partition cannot be synced and takes no more records",
        {{"partition", setup.name}, {"reason", done.error().message}});
  }
  bool save = done && unsaved_bytes >= kSaveAfterBytes;
  synced_changed.notify_all();
  lock.unlock();
  if (save) (void)Save(false);
  RunWaiters();
  Notify();
  if (!done) return FailAt(goal, done.error());
  return {};
}

void PartitionLog::Impl::RunWaiters() {
  std::vector<Waiter> ready;
  std::optional<Error> error;
  {
    std::lock_guard lock(state);
    error = failed;
    auto waits = [this](const Waiter& waiter) { return !failed && waiter.next_offset > synced; };
    auto first = std::stable_partition(waiters.begin(), waiters.end(), waits);
    std::move(first, waiters.end(), std::back_inserter(ready));
    waiters.erase(first, waiters.end());
  }
  for (Waiter& waiter : ready) waiter.done(error ? Status(tl::unexpected(*error)) : Status());
}

void PartitionLog::Impl::AskForSync() {
  setup.syncer->Run([self = shared_from_this()] {
    int64_t target;
    {
      std::lock_guard lock(self->state);
      target = self->end;
    }
    (void)self->SyncTo(target);
    self->RunWaiters();
    std::unique_lock lock(self->state);
    self->sync_asked = !self->waiters.empty();
    bool again = self->sync_asked;
    lock.unlock();
    if (again) self->AskForSync();
  });
}

void PartitionLog::WhenDurable(int64_t next_offset, Done done) {
  std::unique_lock lock(impl_->state);
  if (impl_->failed) {
    Error error = *impl_->failed;
    lock.unlock();
    return done(tl::unexpected(std::move(error)));
  }
  if (impl_->options.flush != FlushMode::kEach || impl_->synced >= next_offset) {
    lock.unlock();
    return done({});
  }
  if (!impl_->setup.syncer) {
    lock.unlock();
    return done(impl_->SyncTo(next_offset));
  }
  impl_->waiters.push_back({next_offset, std::move(done)});
  bool ask = !std::exchange(impl_->sync_asked, true);
  lock.unlock();
  if (ask) impl_->AskForSync();
}

Status PartitionLog::WaitDurable(int64_t next_offset) {
  if (options().flush != FlushMode::kEach) return {};
  return impl_->SyncTo(next_offset);
}

Status PartitionLog::Flush() { return impl_->SyncTo(end_offset()); }

Status PartitionLog::FlushIfDue() {
  int64_t now = impl_->NowMs();
  int64_t target;
  {
    std::lock_guard lock(impl_->state);
    target = impl_->end;
    // A clock that was set back must not hold the next flush up.
    bool due = now - impl_->last_flush >= impl_->options.flush_interval_ms || now < impl_->last_flush;
    if (impl_->options.flush != FlushMode::kInterval || impl_->synced >= target || !due) return {};
  }
  return impl_->SyncTo(target);
}

}  // namespace souk::log
