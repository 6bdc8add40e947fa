// What a partition knows of its idempotent producers: which batches it has seen last, so that one sent twice
// is stored once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "log/record_batch.h"

namespace souk::log {

// Not thread-safe.
class ProducerState {
 public:
  struct Verdict {
    Refusal refusal = Refusal::kNone;
    std::string reason;
    // Set when the batch is there already.
    std::optional<std::pair<int64_t, int64_t>> duplicate;  // first and last offset
  };
  // Whether a batch may follow. Changes nothing.
  Verdict Judge(const BatchHeader& header) const;
  // The batch with its final offsets is in the log; `now` in ms. Batches without a producer are passed over.
  void Note(const BatchHeader& header, int64_t now);
  // Forgets producers that have not written since `before` (ms).
  void Expire(int64_t before);
  void Clear() { producers_.clear(); }
  size_t size() const { return producers_.size(); }

  std::string Encode() const;
  // kCorrupt: not what Encode made.
  static Result<ProducerState> Decode(std::string_view bytes);

 private:
  static constexpr size_t kBatches = 5;
  struct Batch {
    int32_t first_sequence;
    int32_t last_sequence;
    int64_t first_offset;
    int64_t last_offset;
    int64_t timestamp;
  };
  struct Producer {
    int16_t epoch = -1;
    uint8_t count = 0;
    int64_t last_write = 0;
    std::array<Batch, kBatches> batches;  // oldest first
  };
  std::unordered_map<int64_t, Producer> producers_;
};

}  // namespace souk::log
