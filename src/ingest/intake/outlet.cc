#include "ingest/intake/outlet.h"

namespace souk::ingest {

ProducerOutlet::ProducerOutlet(std::function<Result<kafka::ClientSettings>()> find,
                               std::chrono::milliseconds timeout)
    : find_(std::move(find)), timeout_(timeout) {}

Status ProducerOutlet::Ready() {
  std::lock_guard lock(mutex_);
  if (producer_) return {};
  TRY(auto settings, find_());
  kafka::ProducerOptions options;
  // The intake itself bounds what waits; the producer's own bounds are beyond that.
  options.properties = {{"message.timeout.ms", std::to_string(timeout_.count())},
                        {"linger.ms", "2"},
                        {"message.max.bytes", "1048588"},
                        {"queue.buffering.max.messages", "2000000"},
                        {"queue.buffering.max.kbytes", "1048576"}};
  options.full_queue_timeout = std::chrono::milliseconds(0);
  TRY(producer_, kafka::Producer::Open(settings, options));
  return {};
}

Status ProducerOutlet::Send(kafka::Message message, kafka::DeliveryReport report) {
  return producer_->Send(std::move(message), std::move(report));
}

}  // namespace souk::ingest
