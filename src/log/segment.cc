#include "log/segment.h"

#include <algorithm>

namespace souk::log {
namespace {

uint64_t NextId() {
  static std::atomic<uint64_t> next{1};
  return next++;
}

std::string Stem(const std::string& directory, int64_t base_offset) {
  return directory + "/" + OffsetName(base_offset);
}

}  // namespace

std::string OffsetName(int64_t offset) { return fmt::format("{:020}", offset); }

Segment::Segment(FileLayer& files, const std::string& directory, int64_t base)
    : base_offset(base),
      id(NextId()),
      files_(files),
      path_(Stem(directory, base) + ".log"),
      offsets_(files, Stem(directory, base) + ".index", SparseIndex::KeyBytes::k4),
      times_(files, Stem(directory, base) + ".timeindex", SparseIndex::KeyBytes::k8) {}

Result<std::shared_ptr<File>> Segment::Open(bool create) const {
  std::lock_guard lock(mutex_);
  used_ = true;
  if (!file_) {
    TRY(file_, files_.Open(path_, create ? OpenMode::kCreate : OpenMode::kWrite));
  }
  return file_;
}

void Segment::CloseIdle() {
  std::lock_guard lock(mutex_);
  if (!used_ && !dirty) file_.reset();
  used_ = false;
}

void Segment::Index(const BatchHeader& header, uint64_t position, int64_t interval) {
  if (header.max_timestamp > max_timestamp || max_timestamp == kUnknownTime) {
    max_timestamp = std::max(header.max_timestamp, kNoTimestamp);
    offset_of_max_ = header.last_offset();
  }
  if (position > 0 && unindexed_ >= static_cast<uint64_t>(interval)) {
    bool flushed = offsets_.Add({header.base_offset - base_offset, static_cast<uint32_t>(position)});
    times_.Add({max_timestamp, static_cast<uint32_t>(offset_of_max_ - base_offset)});
    // Together, so that after a crash the one is not there without the other.
    if (flushed) times_.Flush();
    unindexed_ = 0;
  }
  unindexed_ += header.batch_bytes;
}

void Segment::Seal() {
  if (size > 0 && max_timestamp >= 0) {
    times_.Add({max_timestamp, static_cast<uint32_t>(offset_of_max_ - base_offset)});
  }
  FlushIndexes();
}

void Segment::FlushIndexes() {
  offsets_.Flush();
  times_.Flush();
}

bool Segment::IndexesSound() const {
  SparseIndex::Entry last;
  return offsets_.Sound() && times_.Sound() && (!offsets_.Last(last) || times_.Last(last));
}

void Segment::ClearIndexes() {
  offsets_.Clear();
  times_.Clear();
  unindexed_ = 0;
  max_timestamp = kUnknownTime;
}

void Segment::TruncateIndexes(uint64_t position, int64_t offset) {
  offsets_.TruncateValues(static_cast<uint32_t>(std::min<uint64_t>(position, UINT32_MAX)));
  times_.TruncateValues(static_cast<uint32_t>(std::clamp<int64_t>(offset - base_offset, 0, UINT32_MAX)));
  max_timestamp = kUnknownTime;
}

Status Segment::Rebuild(int64_t interval) {
  ClearIndexes();
  TRY(std::shared_ptr<File> file, Open());
  BatchScanner scanner(file, 0, size, base_offset, false);
  ScannedBatch batch;
  while (true) {
    TRY(BatchScanner::Found found, scanner.Next(batch));
    if (found == BatchScanner::Found::kBatch) {
      Index(batch.header, batch.position, interval);
      continue;
    }
    if (found == BatchScanner::Found::kEnd) break;
    TRY(bool more, scanner.SkipDamage());
    if (!more) break;
  }
  if (max_timestamp == kUnknownTime) max_timestamp = kNoTimestamp;
  return {};
}

Status Segment::LearnMaxTimestamp() {
  if (max_timestamp != kUnknownTime) return {};
  SparseIndex::Entry last;
  // A sealed segment's time index ends with its largest timestamp.
  if (times_.Last(last)) {
    max_timestamp = last.key;
    return {};
  }
  int64_t most = kNoTimestamp;
  TRY(std::shared_ptr<File> file, Open());
  BatchScanner scanner(file, 0, size, base_offset, false);
  ScannedBatch batch;
  while (true) {
    TRY(BatchScanner::Found found, scanner.Next(batch));
    if (found == BatchScanner::Found::kEnd) break;
    if (found == BatchScanner::Found::kBatch) {
      most = std::max(most, batch.header.max_timestamp);
      continue;
    }
    TRY(bool more, scanner.SkipDamage());
    if (!more) break;
  }
  max_timestamp = most;
  return {};
}

void Segment::GoOnAfterLastEntry() {
  SparseIndex::Entry last;
  max_timestamp = kUnknownTime;
  if (times_.Last(last)) {
    max_timestamp = last.key;
    offset_of_max_ = base_offset + last.value;
  }
  unindexed_ = 0;
}

void Segment::CountTimestamp(const BatchHeader& header) {
  if (header.max_timestamp <= max_timestamp) return;
  max_timestamp = header.max_timestamp;
  offset_of_max_ = header.last_offset();
}

Result<int64_t> Segment::LearnTail() {
  GoOnAfterLastEntry();
  Place place = FindOffset(INT64_MAX);
  TRY(std::shared_ptr<File> file, Open());
  BatchScanner scanner(file, place.position, size, place.offset, true);
  ScannedBatch batch;
  while (true) {
    TRY(BatchScanner::Found found, scanner.Next(batch));
    if (found == BatchScanner::Found::kEnd) break;
    if (found == BatchScanner::Found::kDamaged) {
      return Fail(Code::kCorrupt, "{}: {} at byte {}", path_, scanner.damage(), scanner.position());
    }
    CountTimestamp(batch.header);
    unindexed_ += batch.header.batch_bytes;
  }
  if (max_timestamp == kUnknownTime) max_timestamp = kNoTimestamp;
  return scanner.expected();
}

Status Segment::LearnBefore(int64_t offset, uint64_t position) {
  GoOnAfterLastEntry();
  // Between the last entries of the two indexes timestamps may have grown.
  Place before = FindOffset(offset - 1);
  TRY(std::shared_ptr<File> file, Open());
  BatchScanner scanner(file, before.position, position, before.offset, true);
  ScannedBatch batch;
  while (true) {
    TRY(BatchScanner::Found found, scanner.Next(batch));
    if (found != BatchScanner::Found::kBatch) return {};
    CountTimestamp(batch.header);
  }
}

Segment::Place Segment::FindOffset(int64_t offset) const {
  SparseIndex::Entry entry;
  int64_t relative = offset - base_offset;
  if (relative < 0 || !offsets_.Floor(relative, entry) || entry.value >= size) return {base_offset, 0, true};
  return {base_offset + entry.key, entry.value, false};
}

int64_t Segment::FindTime(int64_t timestamp) const {
  SparseIndex::Entry entry;
  if (!times_.Floor(timestamp - 1, entry)) return base_offset;
  return base_offset + entry.value;
}

Status Segment::Remove() {
  TRY_STATUS(files_.Remove(path_));
  TRY_STATUS(files_.Remove(offsets_.path()));
  return files_.Remove(times_.path());
}

}  // namespace souk::log
