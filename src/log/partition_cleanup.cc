// What leaves a partition: retention, deletion from the front, truncation at the end.
#include <algorithm>

#include "log/partition_impl.h"

namespace souk::log {

// Takes the segments away that end at or before `offset`; never the last one. The start is remembered before.
Status PartitionLog::Impl::RemoveBefore(int64_t offset) {
  std::shared_ptr<const Segments> all;
  size_t keep_from = 0;
  {
    std::lock_guard lock(state);
    all = segments;
    while (keep_from + 1 < all->size() && (*all)[keep_from + 1]->base_offset <= offset) ++keep_from;
    start = std::max(start, offset);
    segments = std::make_shared<Segments>(all->begin() + static_cast<std::ptrdiff_t>(keep_from), all->end());
  }
  TRY_STATUS(Save(true));
  for (size_t i = 0; i < keep_from; ++i) TRY_STATUS((*all)[i]->Remove());
  return {};
}

Result<int64_t> PartitionLog::DeleteRecordsBefore(int64_t offset) {
  std::lock_guard maintenance(impl_->maintenance);
  Impl::Snapshot now = impl_->Look();
  if (offset < 0 || offset > now.high_watermark) {
    return Fail(Code::kInvalid, "{}: records can be deleted up to offset {}", impl_->At(offset),
                now.high_watermark);
  }
  if (offset <= now.start) return now.start;
  TRY_STATUS(impl_->RemoveBefore(offset));
  return offset;
}

Status PartitionLog::ApplyRetention() {
  std::lock_guard maintenance(impl_->maintenance);
  LogOptions options = impl_->Options();
  std::shared_ptr<const Impl::Segments> all = impl_->Look().segments;
  if (all->empty()) return {};
  int64_t start = impl_->Look().start;
  int64_t now = impl_->NowMs();
  uint64_t total = bytes();
  size_t gone = 0;
  for (; gone < all->size(); ++gone) {
    const auto& segment = (*all)[gone];
    bool last = gone + 1 == all->size();
    if (!last && (*all)[gone + 1]->base_offset <= start) continue;  // deleted by request already
    if (!options.cleanup_delete || segment->size == 0) break;
    TRY_STATUS(segment->LearnMaxTimestamp());
    bool aged = options.retention_ms >= 0 && segment->max_timestamp >= 0 &&
                now - segment->max_timestamp > options.retention_ms;
    bool beyond = !last && options.retention_bytes >= 0 &&
                  total - segment->size >= static_cast<uint64_t>(options.retention_bytes);
    if (!aged && !beyond) break;
    total -= segment->size;
  }
  if (gone == 0) return {};
  if (gone == all->size()) {
    // The last one too: a new one is begun first, since the name of the last segment keeps the end offset.
    std::lock_guard append(impl_->append);
    if (impl_->Look().segments->back() != all->back() || impl_->closed) return {};
    if (end_offset() > high_watermark()) return {};  // something has just come
    TRY_STATUS(impl_->Roll());
    TRY_STATUS(impl_->setup.files->SyncDirectory(impl_->setup.directory));
  }
  int64_t to = gone < all->size() ? (*all)[gone]->base_offset : impl_->Look().segments->back()->base_offset;
  if (to > high_watermark()) return {};
  return impl_->RemoveBefore(std::max(to, start));
}

Status PartitionLog::TruncateTo(int64_t offset) {
  std::lock_guard maintenance(impl_->maintenance);
  std::lock_guard append(impl_->append);
  std::shared_ptr<const Impl::Segments> all = impl_->Look().segments;
  Checkpoint checkpoint = impl_->CheckpointNow();
  if (offset >= end_offset()) return {};
  if (offset < checkpoint.start_offset) {
    return Fail(Code::kInvalid, "{}: the log begins at offset {}", impl_->At(offset),
                checkpoint.start_offset);
  }
  // What is not there after this must not be missed by the next start.
  {
    std::lock_guard lock(impl_->state);
    impl_->synced = std::min(impl_->synced, offset);
  }
  TRY_STATUS(impl_->Save(true));
  for (auto segment = all->rbegin(); segment != all->rend(); ++segment) {
    if ((*segment)->base_offset > offset || ((*segment)->base_offset == offset && *segment != all->front())) {
      TRY_STATUS((*segment)->Remove());
      continue;
    }
    TRY(std::shared_ptr<File> file, (*segment)->Open());
    Segment::Place place = (*segment)->FindOffset(offset);
    BatchScanner scanner(file, place.position, (*segment)->size, place.offset, false);
    ScannedBatch batch;
    uint64_t cut = (*segment)->size;
    while (true) {
      TRY(BatchScanner::Found found, scanner.Next(batch));
      if (found != BatchScanner::Found::kBatch) break;
      if (batch.header.last_offset() < offset) continue;
      cut = batch.position;
      break;
    }
    TRY_STATUS(file->Truncate(cut));
    TRY_STATUS(file->Sync());
    (*segment)->TruncateIndexes(cut, offset);
    (*segment)->FlushIndexes();
    break;
  }
  TRY_STATUS(impl_->setup.files->SyncDirectory(impl_->setup.directory));
  checkpoint.recovery_point = std::min(checkpoint.recovery_point, offset);
  Status loaded = impl_->Load(checkpoint);
  impl_->Notify();
  return loaded;
}

}  // namespace souk::log
