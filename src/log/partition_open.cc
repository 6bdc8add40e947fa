// Opening a partition: after a clean stop by believing the checkpoint, after a crash by reading what was not
// synced.
#include <algorithm>
#include <charconv>

#include "base/log.h"
#include "log/partition_impl.h"

namespace souk::log {
namespace {

using Found = BatchScanner::Found;

// The offset in a file's name; -1 when it is no such name.
int64_t OffsetOf(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending) || name.size() != 20 + ending.size()) return -1;
  int64_t offset = -1;
  auto [end, error] = std::from_chars(name.data(), name.data() + 20, offset);
  return error == std::errc() && end == name.data() + 20 ? offset : -1;
}

}  // namespace

Result<std::unique_ptr<PartitionLog>> PartitionLog::Open(Setup setup) {
  auto impl = std::make_shared<Impl>(std::move(setup));
  Checkpoint checkpoint = impl->setup.checkpoint;
  if (Status loaded = impl->Load(checkpoint); !loaded) return Wrap(loaded.error(), impl->setup.name);
  return std::unique_ptr<PartitionLog>(new PartitionLog(std::move(impl)));
}

// Removes what an interrupted change left and gives the base offsets of the segments, sorted.
Result<std::vector<int64_t>> PartitionLog::Impl::TidyDirectory(int64_t start_offset) {
  const std::string& directory = setup.directory;
  TRY(std::vector<std::string> names, setup.files->List(directory));
  std::vector<int64_t> bases;
  for (const std::string& name : names) {
    if (int64_t base = OffsetOf(name, ".log"); base >= 0) bases.push_back(base);
  }
  std::sort(bases.begin(), bases.end());
  {
    std::lock_guard lock(state);
    gaps = std::binary_search(names.begin(), names.end(), kCompactedMark);
  }
  // Retention remembers the new start before it removes files.
  while (bases.size() > 1 && bases[1] <= start_offset) {
    TRY_STATUS(Segment(*setup.files, directory, bases[0]).Remove());
    bases.erase(bases.begin());
  }
  for (const std::string& name : names) {
    int64_t base = std::max(OffsetOf(name, ".index"), OffsetOf(name, ".timeindex"));
    bool orphan = base >= 0 && !std::binary_search(bases.begin(), bases.end(), base);
    if (orphan || name.ends_with(".cleaned")) TRY_STATUS(setup.files->Remove(directory + "/" + name));
  }
  return bases;
}

Status PartitionLog::Impl::Load(const Checkpoint& checkpoint) {
  TRY(std::vector<int64_t> bases, TidyDirectory(checkpoint.start_offset));
  Segments all;
  for (int64_t base : bases) {
    all.push_back(std::make_shared<Segment>(*setup.files, setup.directory, base));
    TRY(std::shared_ptr<File> file, all.back()->Open());
    TRY(all.back()->size, file->Size());
    all.back()->CloseIdle();  // twice: the first call only sees that it was used
    all.back()->CloseIdle();
  }
  int64_t known = std::max({checkpoint.start_offset, checkpoint.recovery_point, checkpoint.clean_end});
  int64_t next = known;
  if (all.empty() && known > checkpoint.start_offset) {
    report.damages.push_back({0, fmt::format("{}: {} has no segments, but there were records until {}", At(0),
                                             setup.directory, known)});
  }
  if (!all.empty()) {
    TRY(report.clean, LoadClean(checkpoint, all));
    if (report.clean) {
      next = checkpoint.clean_end;
    } else {
      TRY(next, LoadCrashed(checkpoint, all));
    }
  } else {
    report.clean = known == 0 || checkpoint.clean_end >= 0;
  }
  if (next < checkpoint.start_offset) {
    // Records were deleted, durably, that had never been synced: what is left of them goes too.
    for (const auto& segment : all) TRY_STATUS(segment->Remove());
    all.clear();
    next = checkpoint.start_offset;
  }
  TRY_STATUS(LoadProducers(all, next));
  segment_created = NowMs();
  if (!all.empty() && all.back()->size > 0 && all.back()->max_timestamp >= 0) {
    segment_created = std::min(segment_created, all.back()->max_timestamp.load());
  }
  for (const auto& segment : all) segment->dirty = false;
  int64_t first =
      all.empty() ? checkpoint.start_offset : std::max(checkpoint.start_offset, all.front()->base_offset);
  bool stamped = Options().log_append_time && !all.empty();
  last_append_time = stamped ? std::max<int64_t>(all.back()->max_timestamp, 0) : 0;
  std::lock_guard lock(state);
  start = std::min(first, next);
  end = synced = high_watermark = next;
  last_flush = NowMs();
  segments = std::make_shared<Segments>(std::move(all));
  return {};
}

// False: the files are not as they were at a clean stop, or there was none.
Result<bool> PartitionLog::Impl::LoadClean(const Checkpoint& checkpoint, const Segments& all) {
  if (checkpoint.clean_end < 0) return false;
  Segment& last = *all.back();
  if (last.base_offset > checkpoint.clean_end) return false;
  auto found = last.LearnTail();
  if (found && *found == checkpoint.clean_end) return true;
  Log(LogLevel::kWarn, "log", "a partition is not as it was left, it is read again",
      {{"partition", setup.name}, {"expected", std::to_string(checkpoint.clean_end)}});
  return false;
}

Result<int64_t> PartitionLog::Impl::LoadCrashed(const Checkpoint& checkpoint, Segments& all) {
  int64_t recovery_point = std::max(checkpoint.recovery_point, checkpoint.clean_end);
  size_t first = all.size() - 1;
  while (first > 0 && all[first]->base_offset > recovery_point) --first;
  int64_t next = all[first]->base_offset;
  for (size_t i = first; i < all.size(); ++i) {
    bool whole = true;
    if (i == first || all[i]->base_offset == next || (gaps && all[i]->base_offset > next)) {
      TRY(whole, ScanTail(*all[i], recovery_point, i + 1 == all.size(), next));
    } else if (all[i]->base_offset < recovery_point) {
      next = all[i]->base_offset;  // damage at the end of a synced segment was reported there
      TRY(whole, ScanTail(*all[i], recovery_point, i + 1 == all.size(), next));
    } else {
      whole = false;
      --i;  // the segment before ended early: this one goes too
    }
    if (whole) continue;
    for (size_t later = i + 1; later < all.size(); ++later) TRY_STATUS(SetAside(*all[later]));
    all.resize(i + 1);
    break;
  }
  // What was deleted by request need not be there, whatever had been synced of it.
  if (std::max(next, checkpoint.start_offset) < recovery_point) {
    report.damages.push_back({next, fmt::format("{}: the records until {} had been synced and are not there",
                                                At(next), recovery_point)});
    next = recovery_point;
  }
  // Whoever sends a batch again is told that it is there: then it has to be.
  for (size_t i = first; i < all.size(); ++i) {
    TRY(std::shared_ptr<File> file, all[i]->Open());
    TRY_STATUS(file->Sync());
  }
  TRY_STATUS(setup.files->SyncDirectory(setup.directory));
  return next;
}

// Reads one segment from the recovery point on. `next` becomes the offset after its last batch. False: it was
// cut.
Result<bool> PartitionLog::Impl::ScanTail(Segment& segment, int64_t recovery_point, bool last,
                                          int64_t& next) {
  bool sound = segment.IndexesSound();
  Segment::Place place = segment.FindOffset(recovery_point);
  if (!sound) {
    segment.ClearIndexes();
    place = {segment.base_offset, 0, true};
    ++report.rebuilt_indexes;
  }
  TRY(std::shared_ptr<File> file, segment.Open());
  if (!place.sure) {
    ScannedBatch there;
    BatchScanner look(file, place.position, segment.size, place.offset, true);
    TRY(Found found, look.Next(there));
    if (found != Found::kBatch) place = {segment.base_offset, 0, true};
  }
  segment.TruncateIndexes(place.position + 1, place.offset + 1);
  if (place.position > 0) TRY_STATUS(segment.LearnBefore(place.offset, place.position));
  // What is appended to was never compacted.
  BatchScanner scanner(file, place.position, segment.size, place.offset, last || !gaps);
  ScannedBatch batch;
  int64_t interval = Options().index_interval_bytes;
  bool whole = true;
  while (true) {
    TRY(Found found, scanner.NextChecked(batch));
    if (found == Found::kEnd) break;
    if (found == Found::kBatch) {
      segment.Index(batch.header, batch.position, interval);
      continue;
    }
    int64_t damaged = scanner.expected();
    bool more = false;
    if (damaged < recovery_point) {
      report.damages.push_back({damaged, fmt::format("{}: {} at byte {}: {}", At(damaged), segment.path(),
                                                     scanner.position(), scanner.damage())});
      TRY(more, scanner.SkipDamage());
      if (more) continue;
      break;
    }
    TRY_STATUS(CutTail(segment, scanner));
    whole = false;
    break;
  }
  report.scanned_bytes += segment.size - std::min<uint64_t>(segment.size, place.position);
  if (segment.max_timestamp == kUnknownTime) segment.max_timestamp = kNoTimestamp;
  if (last || !whole) {
    segment.FlushIndexes();
  } else {
    segment.Seal();
  }
  next = scanner.expected();
  return whole;
}

// What is behind the damage was never promised to be there; whole batches among it are kept aside all the
// same.
Status PartitionLog::Impl::CutTail(Segment& segment, BatchScanner& scanner) {
  TRY(std::shared_ptr<File> file, segment.Open());
  uint64_t from = scanner.position();
  int64_t offset = scanner.expected();
  uint64_t bytes = segment.size - from;
  Log(LogLevel::kWarn, "log", "the torn end of a partition was cut",
      {{"partition", setup.name},
       {"offset", std::to_string(offset)},
       {"bytes", std::to_string(bytes)},
       {"reason", scanner.damage()}});
  TRY(bool more, scanner.SkipDamage());
  if (more) {
    TRY(std::string tail, ReadRange({file, from, bytes}));
    TRY_STATUS(ReplaceFile(*setup.files, setup.directory + "/" + OffsetName(offset) + ".cut", tail));
    scanner = BatchScanner(file, from, from, offset, true);
  }
  TRY_STATUS(file->Truncate(from));
  segment.size = from;
  report.cut_bytes += bytes;
  return {};
}

// A whole segment behind a cut.
Status PartitionLog::Impl::SetAside(Segment& segment) {
  report.cut_bytes += segment.size;
  if (segment.size > 0) {
    std::string aside = setup.directory + "/" + OffsetName(segment.base_offset) + ".cut";
    TRY_STATUS(setup.files->Rename(segment.path(), aside));
  }
  return segment.Remove();
}

// Whether `path` was a snapshot and is taken over.
bool PartitionLog::Impl::TakeSnapshot(const std::string& path) {
  auto content = ReadWhole(*setup.files, path);
  if (!content) return false;
  auto decoded = ProducerState::Decode(*content);
  if (!decoded) return false;
  producers = std::move(*decoded);
  return true;
}

Status PartitionLog::Impl::LoadProducers(const Segments& all, int64_t end_offset) {
  TRY(std::vector<std::string> names, setup.files->List(setup.directory));
  producers.Clear();
  int64_t from = 0;
  for (size_t i = names.size(); i > 0; --i) {
    int64_t offset = OffsetOf(names[i - 1], ".snapshot");
    if (offset < 0) continue;
    std::string path = setup.directory + "/" + names[i - 1];
    if (offset <= end_offset && TakeSnapshot(path)) {
      from = offset;
      break;
    }
    TRY_STATUS(setup.files->Remove(path));
  }
  return from < end_offset ? ReplayProducers(all, from) : Status();
}

Status PartitionLog::Impl::ReplayProducers(const Segments& all, int64_t from) {
  int64_t now = NowMs();
  for (size_t i = 0; i < all.size(); ++i) {
    if (i + 1 < all.size() && all[i + 1]->base_offset <= from) continue;
    const Segment& segment = *all[i];
    TRY(std::shared_ptr<File> file, segment.Open());
    Segment::Place place = segment.FindOffset(from);
    BatchScanner scanner(file, place.position, segment.size, place.offset, !gaps);
    ScannedBatch batch;
    while (true) {
      TRY(Found found, scanner.Next(batch));
      if (found == Found::kEnd) break;
      if (found == Found::kBatch) {
        if (batch.header.base_offset >= from) producers.Note(batch.header, now);
        continue;
      }
      TRY(bool more, scanner.SkipDamage());
      if (!more) break;
    }
  }
  producers_changed = true;
  return {};
}

}  // namespace souk::log
