#include "log/batch_scanner.h"

#include <algorithm>

namespace souk::log {
namespace {

constexpr uint64_t kReadAhead = 64 << 10;

}  // namespace

Result<std::string_view> BatchScanner::Peek(uint64_t position, uint64_t bytes) {
  if (position >= buffer_from_ && position + bytes <= buffer_from_ + buffer_bytes_) {
    return std::string_view(buffer_.get() + (position - buffer_from_), bytes);
  }
  uint64_t want = std::min(std::max(bytes, kReadAhead), end_ - position);
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

BatchScanner::Found BatchScanner::Damaged(std::string what) {
  damage_ = std::move(what);
  return Found::kDamaged;
}

Result<BatchScanner::Found> BatchScanner::Look(ScannedBatch& batch, bool whole) {
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
  if (!whole) return Found::kBatch;
  TRY(batch.bytes, Peek(position_, header.batch_bytes));
  if (batch.bytes.empty()) return Damaged("a batch ends behind the end of the file");
  BatchCheck check = CheckStored(batch.bytes);
  if (check.refusal != Refusal::kNone) return Damaged(std::move(check.reason));
  return Found::kBatch;
}

Result<BatchScanner::Found> BatchScanner::Next(ScannedBatch& batch) {
  batch.bytes = {};
  TRY(Found found, Look(batch, false));
  if (found == Found::kBatch) {
    position_ += batch.header.batch_bytes;
    expected_ = batch.header.next_offset();
  }
  return found;
}

Result<BatchScanner::Found> BatchScanner::NextWhole(ScannedBatch& batch) {
  TRY(Found found, Look(batch, true));
  if (found == Found::kBatch) {
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
  ScannedBatch batch;
  for (position_ = from + 1; position_ + kBatchHeaderBytes <= end_; ++position_) {
    TRY(std::string_view head, Peek(position_, kBatchHeaderBytes));
    if (head.empty()) break;
    if (head[16] != 2) continue;
    TRY(Found found, Look(batch, true));
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
