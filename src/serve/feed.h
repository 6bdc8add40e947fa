// Tells whoever listens what was committed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "warehouse/warehouse.h"

namespace souk::serve {

// Threads: any. Listeners are called one after another on the publishing thread and must not block.
template <typename Event>
class Feed : public std::enable_shared_from_this<Feed<Event>> {
 public:
  using Listener = std::function<void(const Event& event)>;

  void Publish(const Event& event) {
    std::lock_guard lock(mutex_);
    for (auto& [id, listener] : listeners_) listener(event);
  }

  // The subscription ends with the returned handle; when its destructor returns no call is under way. The
  // handle must not be destroyed from within a call.
  std::shared_ptr<void> Subscribe(Listener listener) {
    std::lock_guard lock(mutex_);
    uint64_t id = ++last_id_;
    listeners_[id] = std::move(listener);
    return std::shared_ptr<void>(nullptr, [self = this->shared_from_this(), id](void*) {
      std::lock_guard inner(self->mutex_);
      self->listeners_.erase(id);
    });
  }

  bool HasListeners() {
    std::lock_guard lock(mutex_);
    return !listeners_.empty();
  }

 private:
  std::mutex mutex_;
  std::map<uint64_t, Listener> listeners_;
  uint64_t last_id_ = 0;
};

// The warehouse has a new version.
using ChangeFeed = Feed<warehouse::WarehouseState>;

}  // namespace souk::serve
