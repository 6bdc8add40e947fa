// Compaction: of records with the same key only the last one stays. Segments are rewritten one by one, each
// put in place in one step, so that a crash leaves the old or the new one. Offsets do not change.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/hash.h"
#include "base/log.h"
#include "log/partition_impl.h"

namespace souk::log {
namespace {

using Found = BatchScanner::Found;

// The last offset of each key, by the first half of the key's SHA-256.
class LastOffsets {
 public:
  static constexpr size_t kMost = 2'000'000;  // some 150 MB; more keys than that take several rounds
  void Note(std::string_view key, int64_t offset) { offsets_[Sha256Hex(key).substr(0, 32)] = offset; }
  bool Superseded(std::string_view key, int64_t offset) const {
    auto found = offsets_.find(Sha256Hex(key).substr(0, 32));
    return found != offsets_.end() && found->second > offset;
  }
  bool full() const { return offsets_.size() >= kMost; }

 private:
  std::unordered_map<std::string, int64_t> offsets_;
};

// With this bit the base timestamp is the time from which tombstones of the batch may go, as Kafka has it.
constexpr uint16_t kDeleteHorizonBit = 0x40;

// Calls `use` with every whole batch. kCorrupt: damage, which must not be written anew with a right checksum.
template <typename Use>
Status ForEachBatch(const Segment& segment, Use use) {
  TRY(std::shared_ptr<File> file, segment.Open());
  BatchScanner scanner(file, 0, segment.size, segment.base_offset, false);
  ScannedBatch batch;
  while (true) {
    TRY(Found found, scanner.NextWhole(batch));
    if (found == Found::kEnd) return {};
    if (found == Found::kDamaged) {
      return Fail(Code::kCorrupt, "{}: {} at byte {}; it is not compacted", segment.path(), scanner.damage(),
                  scanner.position());
    }
    TRY_STATUS(use(batch));
  }
}

Status NoteKeys(const Segment& segment, LastOffsets& last) {
  return ForEachBatch(segment, [&](const ScannedBatch& batch) -> Status {
    TRY(RecordReader reader, RecordReader::Open(batch.bytes));
    Record record;
    while (true) {
      TRY(bool more, reader.Next(record));
      if (!more) return {};
      if (record.key) last.Note(*record.key, record.offset);
    }
  });
}

// One batch without what is superseded: as it was, made anew, or empty.
class BatchCleaner {
 public:
  BatchCleaner(const LastOffsets& last, int64_t now, int64_t delete_retention)
      : last_(last), now_(now), delete_retention_(delete_retention) {}

  Result<std::string> Clean(const ScannedBatch& batch) const {
    const BatchHeader& header = batch.header;
    bool timed = header.attributes & kDeleteHorizonBit;
    bool over = timed && header.base_timestamp <= now_;
    TRY(RecordReader reader, RecordReader::Open(batch.bytes));
    BatchHeader template_header = header;
    bool tombstones = false;
    std::vector<Record> kept;
    Record record;
    while (true) {
      TRY(bool more, reader.Next(record));
      if (!more) break;
      bool gone = !record.key || last_.Superseded(*record.key, record.offset) || (!record.value && over);
      if (gone) continue;
      tombstones |= !record.value;
      kept.push_back(record);
    }
    bool set_horizon = tombstones && !timed;
    if (kept.empty()) return std::string();
    if (static_cast<int32_t>(kept.size()) == header.records && !set_horizon) return std::string(batch.bytes);
    template_header.attributes = static_cast<uint16_t>(tombstones ? header.attributes | kDeleteHorizonBit
                                                                  : header.attributes & ~kDeleteHorizonBit);
    BatchBuilder builder(template_header);
    if (tombstones) builder.SetBaseTimestamp(timed ? header.base_timestamp : now_ + delete_retention_);
    builder.SetBaseOffset(header.base_offset);
    for (const Record& keep : kept) builder.Add(keep);
    return builder.Finish(header.last_offset());
  }

 private:
  const LastOffsets& last_;
  int64_t now_;
  int64_t delete_retention_;
};

// Writes what stays of `old` beside it; null when everything stays.
Result<std::shared_ptr<Segment>> Rewrite(FileLayer& files, const std::string& directory, const Segment& old,
                                         const BatchCleaner& cleaner) {
  std::string temporary = old.path() + ".cleaned";
  TRY(std::shared_ptr<File> file, files.Open(temporary, OpenMode::kCreate));
  TRY_STATUS(file->Truncate(0));
  uint64_t size = 0;
  bool changed = false;
  TRY_STATUS(ForEachBatch(old, [&](const ScannedBatch& batch) -> Status {
    TRY(std::string clean, cleaner.Clean(batch));
    changed |= clean != batch.bytes;
    TRY_STATUS(file->WriteAt(size, {clean}));
    size += clean.size();
    return {};
  }));
  if (!changed) {
    TRY_STATUS(files.Remove(temporary));
    return nullptr;
  }
  TRY_STATUS(file->Sync());
  // An index that fits the old file must not stay beside the new one. If a power failure brings it back, what
  // it says is found out when it is used.
  TRY_STATUS(files.Remove(old.IndexPath()));
  TRY_STATUS(files.Remove(old.TimeIndexPath()));
  TRY_STATUS(files.Rename(temporary, old.path()));
  TRY_STATUS(files.SyncDirectory(directory));
  auto fresh = std::make_shared<Segment>(files, directory, old.base_offset);
  fresh->size = size;
  return fresh;
}

}  // namespace

void PartitionLog::Impl::ReplaceSegment(const std::shared_ptr<Segment>& old, std::shared_ptr<Segment> fresh) {
  std::lock_guard lock(state);
  auto changed = std::make_shared<Segments>(*segments);
  std::replace(changed->begin(), changed->end(), old, fresh);
  segments = std::move(changed);
}

Status PartitionLog::Compact() {
  std::lock_guard maintenance(impl_->maintenance);
  LogOptions options = impl_->Options();
  std::shared_ptr<const Impl::Segments> all = impl_->Look().segments;
  if (!options.cleanup_compact || all->size() < 2) return {};
  int64_t now = impl_->NowMs();
  uint64_t clean_bytes = 0;
  uint64_t dirty_bytes = 0;
  size_t until = 0;
  for (; until + 1 < all->size(); ++until) {
    const Segment& segment = *(*all)[until];
    TRY_STATUS((*all)[until]->LearnMaxTimestamp());
    if (now - segment.max_timestamp < options.min_compaction_lag_ms) break;
    (segment.base_offset < impl_->compacted_until ? clean_bytes : dirty_bytes) += segment.size;
  }
  if (dirty_bytes == 0) return {};
  double ratio = static_cast<double>(dirty_bytes) / static_cast<double>(clean_bytes + dirty_bytes);
  if (ratio < options.min_cleanable_dirty_ratio) return {};

  LastOffsets last;
  size_t noted = 0;
  for (; noted < until && !last.full(); ++noted) {
    if ((*all)[noted]->base_offset >= impl_->compacted_until) TRY_STATUS(NoteKeys(*(*all)[noted], last));
  }
  int64_t end = (*all)[noted]->base_offset;
  // A start after a crash reads from the recovery point on and expects no gaps there.
  TRY_STATUS(impl_->SyncTo(end));
  TRY_STATUS(impl_->Save(true));
  TRY_STATUS(ReplaceFile(*impl_->setup.files, impl_->setup.directory + "/" + kCompactedMark, ""));
  {
    std::lock_guard lock(impl_->state);
    impl_->gaps = true;
  }
  BatchCleaner cleaner(last, now, options.delete_retention_ms);
  for (size_t i = 0; i < noted; ++i) {
    TRY(std::shared_ptr<Segment> fresh,
        Rewrite(*impl_->setup.files, impl_->setup.directory, *(*all)[i], cleaner));
    if (!fresh) continue;
    TRY_STATUS(fresh->Rebuild(options.index_interval_bytes));
    fresh->Seal();
    impl_->ReplaceSegment((*all)[i], std::move(fresh));
  }
  impl_->compacted_until = end;
  return {};
}

}  // namespace souk::log
