// Decodes records on a thread of its own, so that those before are counted meanwhile.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

#include "stream/record_decoder.h"

namespace souk::stream {

// One batch at a time. Threads: Begin and Finish on one, in turn. Between Finish and the next Begin the
// decoder is nobody's.
class DecodeAhead {
 public:
  explicit DecodeAhead(RecordDecoder& decoder);
  ~DecodeAhead();
  DecodeAhead(const DecodeAhead&) = delete;

  // `records` and their bytes must stay until Finish.
  void Begin(std::span<const StreamRecord> records);
  // Waits for what Begin was given. The batch is the caller's until the Begin after the next.
  DecodedBatch& Finish();

 private:
  void Work();

  RecordDecoder& decoder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::span<const StreamRecord> records_;
  bool busy_ = false, stop_ = false;
  std::array<DecodedBatch, 2> batches_;  // one is filled, the other is the caller's
  size_t filled_ = 0;
  std::thread thread_;
};

}  // namespace souk::stream
