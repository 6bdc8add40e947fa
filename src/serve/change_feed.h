// ChangeFeed: tells whoever listens that the warehouse has a new version.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "warehouse/warehouse.h"

namespace souk::serve {

// Threads: any. Listeners are called one after another on the publishing thread and must not block.
class ChangeFeed : public std::enable_shared_from_this<ChangeFeed> {
 public:
  using Listener = std::function<void(const warehouse::WarehouseState& state)>;

  void Publish(const warehouse::WarehouseState& state);
  // The subscription ends with the returned handle; when its destructor returns no call is under way. The
  // handle must not be destroyed from within a call.
  std::shared_ptr<void> Subscribe(Listener listener);

 private:
  std::mutex mutex_;
  std::map<uint64_t, Listener> listeners_;
  uint64_t last_id_ = 0;
};

}  // namespace souk::serve
