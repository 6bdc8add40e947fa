// Where the intake's records go: to the stream, without waiting.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "kafka/producer.h"

namespace souk::ingest {

// Threads: any.
class EventOutlet {
 public:
  virtual ~EventOutlet() = default;
  // Makes sure that there is a stream to send to. kUnavailable: there is none.
  virtual Status Ready() = 0;
  // Never waits. `report` is called once, from any thread, whatever becomes of the record; not when Send
  // itself fails.
  virtual Status Send(kafka::Message message, kafka::DeliveryReport report) = 0;
};

// Sends with a producer that is opened when it is first needed.
class ProducerOutlet : public EventOutlet {
 public:
  // `find` says where the stream is; it is asked again until a producer could be opened. What is not
  // acknowledged within `timeout` has failed.
  ProducerOutlet(std::function<Result<kafka::ClientSettings>()> find, std::chrono::milliseconds timeout);

  Status Ready() override;
  Status Send(kafka::Message message, kafka::DeliveryReport report) override;

 private:
  const std::function<Result<kafka::ClientSettings>()> find_;
  const std::chrono::milliseconds timeout_;
  std::mutex mutex_;  // guards the opening
  std::unique_ptr<kafka::Producer> producer_;
};

}  // namespace souk::ingest
