// Clients of the stream for the page: made when first needed, kept, and made anew when the stream is
// elsewhere.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"

namespace souk::serve {

// Threads: any.
class StreamAccess {
 public:
  // `find` says where the stream is, and is asked before every use; kUnavailable when there is none.
  using Find = std::function<Result<kafka::ClientSettings>()>;
  explicit StreamAccess(Find find) : find_(std::move(find)) {}

  Result<std::shared_ptr<kafka::Admin>> Admin();
  Result<std::shared_ptr<kafka::Producer>> Producer();

  // One of a few consumers that are kept open; it goes back when the lease ends, having no partitions then.
  class Lease {
   public:
    Lease(StreamAccess& from, std::unique_ptr<kafka::Consumer> consumer, uint64_t epoch)
        : from_(&from), consumer_(std::move(consumer)), epoch_(epoch) {}
    Lease(Lease&&) = default;
    ~Lease();
    kafka::Consumer& operator*() const { return *consumer_; }
    kafka::Consumer* operator->() const { return consumer_.get(); }

   private:
    StreamAccess* from_;
    std::unique_ptr<kafka::Consumer> consumer_;
    uint64_t epoch_;
  };
  Result<Lease> Consumer();

 private:
  // With mutex_ held: forgets all clients when the stream is elsewhere than before.
  Status Follow();

  Find find_;
  std::mutex mutex_;
  uint64_t epoch_ = 0;  // grows with each change of settings_
  kafka::ClientSettings settings_;
  std::shared_ptr<kafka::Admin> admin_;
  std::shared_ptr<kafka::Producer> producer_;
  std::vector<std::unique_ptr<kafka::Consumer>> idle_;
};

}  // namespace souk::serve
