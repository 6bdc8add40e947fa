#include "serve/stream_access.h"

namespace souk::serve {
namespace {

// A page waits no longer for a Kafka that does not answer.
constexpr std::chrono::milliseconds kTimeout{5000};
constexpr size_t kIdleConsumers = 2;

bool Same(const kafka::ClientSettings& a, const kafka::ClientSettings& b) {
  return a.all == b.all && a.producer == b.producer && a.consumer == b.consumer;
}

}  // namespace

Status StreamAccess::Follow() {
  TRY(kafka::ClientSettings settings, find_());
  if (Same(settings, settings_)) return {};
  settings_ = std::move(settings);
  ++epoch_;
  admin_.reset();
  producer_.reset();
  idle_.clear();
  return {};
}

Result<std::shared_ptr<kafka::Admin>> StreamAccess::Admin() {
  std::lock_guard lock(mutex_);
  TRY_STATUS(Follow());
  if (!admin_) {
    TRY(admin_, kafka::Admin::Open(settings_, kTimeout));
  }
  return admin_;
}

Result<std::shared_ptr<kafka::Producer>> StreamAccess::Producer() {
  std::lock_guard lock(mutex_);
  TRY_STATUS(Follow());
  if (!producer_) {
    kafka::ProducerOptions options;
    options.properties = {{"message.timeout.ms", std::to_string(kTimeout.count())}, {"linger.ms", "0"}};
    options.full_queue_timeout = kTimeout;
    TRY(producer_, kafka::Producer::Open(settings_, options));
  }
  return producer_;
}

Result<StreamAccess::Lease> StreamAccess::Consumer() {
  std::lock_guard lock(mutex_);
  TRY_STATUS(Follow());
  if (!idle_.empty()) {
    auto consumer = std::move(idle_.back());
    idle_.pop_back();
    return Lease(*this, std::move(consumer), epoch_);
  }
  kafka::ConsumerOptions options;
  // The end of a partition is told at once; a person waits for it.
  options.properties = {{"fetch.wait.max.ms", "5"},
                        {"auto.offset.reset", "earliest"},
                        {"fetch.message.max.bytes", "1048576"},
                        {"queued.max.messages.kbytes", "8192"}};
  TRY(auto consumer, kafka::Consumer::Open(settings_, options));
  return Lease(*this, std::move(consumer), epoch_);
}

StreamAccess::Lease::~Lease() {
  if (!consumer_ || !consumer_->Assign({})) return;
  std::lock_guard lock(from_->mutex_);
  if (epoch_ == from_->epoch_ && from_->idle_.size() < kIdleConsumers) {
    from_->idle_.push_back(std::move(consumer_));
  }
}

}  // namespace souk::serve
