// Goes through the batches of a segment file, from one to the next.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "log/file_layer.h"
#include "log/record_batch.h"

namespace souk::log {

// Partitions have one replica: every batch is of this epoch.
constexpr int32_t kLeaderEpoch = 0;

struct ScannedBatch {
  BatchHeader header;
  uint64_t position = 0;
  std::string_view bytes;  // the whole batch; only from NextWhole, until the next call
};

// Not thread-safe.
class BatchScanner {
 public:
  enum class Found { kBatch, kEnd, kDamaged };

  // Looks at [from, to) of `file`. `expected` is the offset the next batch begins with; with `exact` not a
  // later one either. Batches that compaction went over leave gaps, others do not.
  BatchScanner(std::shared_ptr<const File> file, uint64_t from, uint64_t to, int64_t expected, bool exact)
      : file_(std::move(file)), position_(from), end_(to), expected_(expected), exact_(exact) {}

  // The next batch by its header alone, which is checked as far as it can be.
  Result<Found> Next(ScannedBatch& batch) { return Go(batch, Depth::kHeader); }
  // The next batch with its checksum compared; read in pieces, whatever its size.
  Result<Found> NextChecked(ScannedBatch& batch) { return Go(batch, Depth::kChecksum); }
  // The same with its bytes in memory.
  Result<Found> NextWhole(ScannedBatch& batch) { return Go(batch, Depth::kBytes); }
  // After kDamaged: goes to the next whole batch behind the damage, wherever it begins; false: there is none.
  Result<bool> SkipDamage();
  // After kDamaged: what is wrong, without a place.
  const std::string& damage() const { return damage_; }
  // Of what comes next, or of the damage.
  uint64_t position() const { return position_; }
  int64_t expected() const { return expected_; }

 private:
  enum class Depth { kHeader, kChecksum, kBytes };

  // The bytes [position, position + bytes); empty when the file ends before.
  Result<std::string_view> Peek(uint64_t position, uint64_t bytes);
  // Some of them, as many as are at hand or can be read at once; empty when the file ends before.
  Result<std::string_view> PeekSome(uint64_t position, uint64_t bytes);
  Result<Found> Go(ScannedBatch& batch, Depth depth);
  Result<Found> Look(ScannedBatch& batch, Depth depth);
  Result<std::optional<uint32_t>> Checksum(const BatchHeader& header);
  Found Damaged(std::string what);

  std::shared_ptr<const File> file_;
  uint64_t position_;
  uint64_t end_;
  int64_t expected_;
  bool exact_;
  bool sparse_ = false;  // the batch before was large and nobody wanted more than its header
  std::string damage_;
  std::unique_ptr<char[]> buffer_;
  uint64_t buffer_from_ = 0;
  uint64_t buffer_bytes_ = 0;
  uint64_t buffer_capacity_ = 0;
};

}  // namespace souk::log
