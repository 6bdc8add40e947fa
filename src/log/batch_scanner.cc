#include "log/batch_scanner.h"

#include <algorithm>

#include "log/crc32c.h"

namespace souk::log {
namespace {

constexpr uint64_t kReadAhead = 64 << 10;
// Where batches are larger than that, only their headers are wanted of them.
constexpr uint64_t kReadHeader = 256;

}  // namespace

Result<std::string_view> BatchScanner::Peek(uint64_t position, uint64_t bytes) {
  if (position >= buffer_from_ && position + bytes <= buffer_from_ + buffer_bytes_) {
    return std::string_view(buffer_.get() + (position - buffer_from_), bytes);
  }
  uint64_t want = std::min(std::max(bytes, sparse_ ? kReadHeader : kReadAhead), end_ - position);
  if (want < bytes) return std::string_view();
  if (want > buffer_capacity_) {
    buffer_.reset(new char[want]);
    buffer_capacity_ = want;
  }
  buffer_bytes_ = 0;
  TRY(buffer_bytes_, file_->ReadAt(position, buffer_.get(), want));
  buffer_from_ = position;
  if (buffer_bytes_ < bytes) return std::string_view();
  return std::string_view(buffer_.get(), bytes);
}

Result<std::string_view> BatchScanner::PeekSome(uint64_t position, uint64_t bytes) {
  uint64_t most = kReadAhead;
  if (position >= buffer_from_ && position < buffer_from_ + buffer_bytes_)
    most = buffer_from_ + buffer_bytes_ - position;
  return Peek(position, std::min(bytes, most));
}

// Of the batch at position_; nullopt when the file ends before it does.
Result<std::optional<uint32_t>> BatchScanner::Checksum(const BatchHeader& header) {
  uint32_t crc = 0;
  sparse_ = false;
  for (uint64_t at = kBatchCrcFrom; at < header.batch_bytes;) {
    TRY(std::string_view piece, PeekSome(position_ + at, header.batch_bytes - at));
    if (piece.empty()) return std::nullopt;
    crc = Crc32c(piece, crc);
    at += piece.size();
  }
  return crc;
}

BatchScanner::Found BatchScanner::Damaged(std::string what) {
  damage_ = std::move(what);
  return Found::kDamaged;
}

Result<BatchScanner::Found> BatchScanner::Look(ScannedBatch& batch, Depth depth) {
  if (position_ >= end_) return Found::kEnd;
  TRY(std::string_view head, Peek(position_, kBatchHeaderBytes));
  if (head.empty()) return Damaged("a batch ends within its header");
  batch.header = *ParseBatchHeader(head);
  batch.position = position_;
  const BatchHeader& header = batch.header;
  if (header.magic != 2 || header.leader_epoch != kLeaderEpoch || header.batch_bytes < kBatchHeaderBytes ||
      header.last_offset_delta < 0) {
    return Damaged("this is not the beginning of a batch");
  }
  if (header.base_offset < expected_ || (exact_ && header.base_offset != expected_)) {
    return Damaged(fmt::format("a batch begins at offset {} instead of {}", header.base_offset, expected_));
  }
  if (header.batch_bytes > end_ - position_) return Damaged("a batch ends behind the end of the file");
  batch.bytes = {};
  if (depth == Depth::kHeader) return Found::kBatch;
  if (depth == Depth::kChecksum) {
    TRY(std::optional<uint32_t> crc, Checksum(header));
    if (!crc) return Damaged("a batch ends behind the end of the file");
    if (*crc != header.crc) return Damaged(WrongChecksum(header.crc, *crc));
    std::string_view fault = StoredHeaderFault(header);
    if (!fault.empty()) return Damaged(std::string(fault));
    return Found::kBatch;
  }
  TRY(batch.bytes, Peek(position_, header.batch_bytes));
  if (batch.bytes.empty()) return Damaged("a batch ends behind the end of the file");
  BatchCheck check = CheckStored(batch.bytes);
  if (check.refusal != Refusal::kNone) return Damaged(std::move(check.reason));
  return Found::kBatch;
}

Result<BatchScanner::Found> BatchScanner::Go(ScannedBatch& batch, Depth depth) {
  TRY(Found found, Look(batch, depth));
  if (found == Found::kBatch) {
    sparse_ = depth == Depth::kHeader && batch.header.batch_bytes > kReadAhead;
    position_ += batch.header.batch_bytes;
    expected_ = batch.header.next_offset();
  }
  return found;
}

Result<bool> BatchScanner::SkipDamage() {
  const uint64_t from = position_;
  const int64_t expected = expected_;
  const bool exact = exact_;
  exact_ = false;
  sparse_ = false;
  ScannedBatch batch;
  for (position_ = from + 1; position_ + kBatchHeaderBytes <= end_; ++position_) {
    TRY(std::string_view head, Peek(position_, kBatchHeaderBytes));
    if (head.empty()) break;
    if (head[16] != 2) continue;
    TRY(Found found, Look(batch, Depth::kChecksum));
    if (found != Found::kBatch) continue;
    expected_ = batch.header.base_offset;
    exact_ = exact;
    return true;
  }
  position_ = from;
  expected_ = expected;
  exact_ = exact;
  return false;
}

}  // namespace souk::log
