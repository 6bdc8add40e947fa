#include "serve/change_feed.h"

namespace souk::serve {

void ChangeFeed::Publish(const warehouse::WarehouseState& state) {
  std::lock_guard lock(mutex_);
  for (auto& [id, listener] : listeners_) listener(state);
}

std::shared_ptr<void> ChangeFeed::Subscribe(Listener listener) {
  std::lock_guard lock(mutex_);
  uint64_t id = ++last_id_;
  listeners_[id] = std::move(listener);
  return std::shared_ptr<void>(nullptr, [self = shared_from_this(), id](void*) {
    std::lock_guard inner(self->mutex_);
    self->listeners_.erase(id);
  });
}

}  // namespace souk::serve
