#include "stream/decode_ahead.h"

namespace souk::stream {

DecodeAhead::DecodeAhead(RecordDecoder& decoder) : decoder_(decoder), thread_([this] { Work(); }) {}

DecodeAhead::~DecodeAhead() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void DecodeAhead::Begin(std::span<const StreamRecord> records) {
  {
    std::lock_guard lock(mutex_);
    records_ = records;
    filled_ = 1 - filled_;
    busy_ = true;
  }
  changed_.notify_all();
}

DecodedBatch& DecodeAhead::Finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !busy_; });
  return batches_[filled_];
}

void DecodeAhead::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return busy_ || stop_; });
    if (!busy_) return;
    lock.unlock();
    decoder_.Decode(records_, batches_[filled_]);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace souk::stream
