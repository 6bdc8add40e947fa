// Sends records to topics.
#pragma once

#include <chrono>
#include <memory>

#include "kafka/client_settings.h"
#include "kafka/message.h"

namespace souk::kafka {

struct ProducerOptions {
  Properties properties;  // beside the settings'; by default idempotent with acks=all, and
                          // keys are hashed as Java's clients do it (murmur2)
  // How long Send waits while the queue is full (queue.buffering.max.messages / .kbytes).
  std::chrono::milliseconds full_queue_timeout{60'000};
};

// Threads: any. Reports come in a thread of the producer, in the order of the partition's records; they must
// be quick and must not call the producer, but for Send when there is room.
class Producer {
 public:
  static Result<std::unique_ptr<Producer>> Open(const ClientSettings& settings,
                                                const ProducerOptions& options = {});
  ~Producer();  // waits up to 10 s for what was sent
  Producer(const Producer&) = delete;

  // Queues the record; blocks while the queue is full. `report` is called once for each record that was
  // queued, whatever becomes of it; not when Send itself fails. kTimeout: the queue stayed full.
  Status Send(Message message, DeliveryReport report = nullptr);
  // Waits until everything sent was reported. kTimeout: not everything was.
  Status Flush(std::chrono::milliseconds timeout);
  // Records sent and not yet reported.
  size_t waiting() const;

 private:
  struct Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::kafka
