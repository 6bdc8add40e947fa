#include "broker/fetch_waits.h"

#include <algorithm>

namespace souk::broker {

void FetchWaits::WakeList(List& list) {
  if (list.size == 0) return;
  std::lock_guard lock(list.mutex);
  for (const auto& waiter : list.waiters) waiter->Wake();
}

std::shared_ptr<FetchWaits::List> FetchWaits::Find(const log::PartitionLog* partition) const {
  std::shared_lock lock(mutex_);
  auto found = lists_.find(partition);
  return found == lists_.end() ? nullptr : found->second;
}

std::shared_ptr<FetchWaits::List> FetchWaits::FindOrMake(
    const std::shared_ptr<log::PartitionLog>& partition) {
  auto list = Find(partition.get());
  if (list && list->partition.lock() == partition) return list;
  {
    std::unique_lock lock(mutex_);
    auto& slot = lists_[partition.get()];
    if (slot && slot->partition.lock() == partition) return slot;
    slot = list = std::make_shared<List>();
    list->partition = partition;
  }
  partition->OnAdvance([list] { WakeList(*list); });
  return list;
}

void FetchWaits::Forget(const log::PartitionLog* partition) {
  auto list = Find(partition);
  if (!list) return;
  {
    std::unique_lock lock(mutex_);
    lists_.erase(partition);
  }
  WakeList(*list);
}

void FetchWaits::Add(const std::shared_ptr<log::PartitionLog>& partition,
                     const std::shared_ptr<FetchWaiter>& waiter) {
  auto list = FindOrMake(partition);
  std::lock_guard lock(list->mutex);
  list->waiters.push_back(waiter);
  ++list->size;
  ++size_;
}

void FetchWaits::Remove(const log::PartitionLog* partition, const FetchWaiter* waiter) {
  auto list = Find(partition);
  if (!list) return;
  std::lock_guard lock(list->mutex);
  auto found = std::find_if(list->waiters.begin(), list->waiters.end(),
                            [&](const auto& candidate) { return candidate.get() == waiter; });
  if (found == list->waiters.end()) return;
  list->waiters.erase(found);
  --list->size;
  --size_;
}

void FetchWaits::WakeAll() {
  std::shared_lock lock(mutex_);
  for (const auto& [partition, list] : lists_) WakeList(*list);
}

}  // namespace souk::broker
