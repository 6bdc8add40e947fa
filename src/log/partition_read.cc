// Reading a partition: by offset, by time, and all of it to check it.
#include <algorithm>

#include "log/partition_impl.h"

namespace souk::log {
namespace {

using Found = BatchScanner::Found;

}  // namespace

Segment::Place PartitionLog::Impl::FindPlace(const Segment& segment, int64_t offset) const {
  {
    std::lock_guard lock(cursor_mutex);
    for (const Cursor& cursor : cursors) {
      if (cursor.offset == offset && cursor.segment == segment.id) return {offset, cursor.position, true};
    }
  }
  return segment.FindOffset(offset);
}

void PartitionLog::Impl::Remember(int64_t offset, const Segment& segment, uint64_t position) const {
  std::lock_guard lock(cursor_mutex);
  for (Cursor& cursor : cursors) {
    if (cursor.segment == segment.id && cursor.offset == offset) return;
  }
  cursors[next_cursor] = {offset, segment.id, position};
  next_cursor = (next_cursor + 1) % cursors.size();
}

// Adds what `segment` has from `offset` on and moves `offset` behind it. False: reading ends here.
Result<bool> PartitionLog::Impl::ReadSegment(const Segment& segment, const Snapshot& now, int64_t& offset,
                                             uint64_t max_bytes, bool at_least_one,
                                             ReadResult& result) const {
  uint64_t size = segment.size;
  TRY(std::shared_ptr<File> file, segment.Open());
  Segment::Place place = FindPlace(segment, offset);
  std::optional<BatchScanner> scanner(std::in_place, file, place.position, size, place.offset, now.exact);
  FileRange range{file, 0, 0};
  ScannedBatch batch;
  bool go_on = true;
  bool wary = false;  // whether every batch is looked at closely, also what is passed over or fresh
  while (true) {
    bool wanted = scanner->expected() >= offset;
    bool trusted = scanner->expected() >= now.fresh_from && (place.sure || range.bytes > 0);
    bool closely = wary || (wanted && !trusted);
    TRY(Found found, closely ? scanner->NextChecked(batch) : scanner->Next(batch));
    if (found == Found::kEnd) break;
    if (found == Found::kDamaged) {
      if (range.bytes > 0 || !result.ranges.empty()) {
        go_on = false;  // the next read begins at the damage and says so
        break;
      }
      wary = true;
      if (!place.sure) {
        // Perhaps only the hint was wrong: from the beginning, every batch with its checksum.
        place = {segment.base_offset, 0, true};
        scanner.emplace(file, 0, size, place.offset, now.exact);
        continue;
      }
      std::string damage =
          fmt::format("{} at byte {}: {}", segment.path(), scanner->position(), scanner->damage());
      int64_t damaged = scanner->expected();
      if (damaged == offset) Remember(offset, segment, scanner->position());
      TRY(bool more, scanner->SkipDamage());
      if (damaged >= offset || !more || scanner->expected() > offset) {
        return Fail(Code::kCorrupt, "{}: {}; these records are lost, go on behind them", At(offset), damage);
      }
      continue;
    }
    if (batch.header.last_offset() < offset) continue;
    if (!closely && !wanted) {  // came by its header alone and turned out to be wanted
      scanner.emplace(file, batch.position, size, batch.header.base_offset, now.exact);
      wary = true;
      continue;
    }
    bool first = result.bytes == 0;
    bool fits = result.bytes + batch.header.batch_bytes <= max_bytes || (first && at_least_one);
    if (batch.header.next_offset() > now.high_watermark || !fits) {
      result.cut = batch.header.next_offset() <= now.high_watermark;
      go_on = false;
      break;
    }
    if (range.bytes == 0) range.position = batch.position;
    range.bytes += batch.header.batch_bytes;
    result.bytes += batch.header.batch_bytes;
    offset = batch.header.next_offset();
  }
  if (range.bytes > 0) {
    Remember(offset, segment, range.position + range.bytes);
    result.ranges.push_back(std::move(range));
  }
  return go_on;
}

Result<ReadResult> PartitionLog::Read(int64_t offset, uint64_t max_bytes, bool at_least_one) const {
  Impl::Snapshot now = impl_->Look();
  if (offset < now.start || offset > now.high_watermark) {
    return Fail(Code::kNotFound, "{} is not there: the log has offsets from {} to {}", impl_->At(offset),
                now.start, now.high_watermark);
  }
  ReadResult result;
  result.start_offset = now.start;
  result.high_watermark = now.high_watermark;
  if (offset == now.high_watermark) return result;
  auto after = std::upper_bound(now.segments->begin(), now.segments->end(), offset,
                                [](int64_t o, const auto& segment) { return o < segment->base_offset; });
  auto at = after == now.segments->begin() ? after : after - 1;
  for (; at != now.segments->end() && offset < now.high_watermark; ++at) {
    if (now.exact && offset < (*at)->base_offset) break;
    offset = std::max(offset, (*at)->base_offset);
    auto more = impl_->ReadSegment(**at, now, offset, max_bytes, at_least_one, result);
    if (!more && result.bytes > 0) break;
    if (!more) return tl::unexpected(more.error());
    if (!*more) return result;
  }
  if (result.bytes == 0 && offset < now.high_watermark) {
    return Fail(Code::kCorrupt, "{}: the segment that had this record is shorter than it was",
                impl_->At(offset));
  }
  return result;
}

Result<std::optional<TimedOffset>> PartitionLog::Impl::FindTimeIn(const Segment& segment, const Snapshot& now,
                                                                  int64_t timestamp) const {
  TRY(std::shared_ptr<File> file, segment.Open());
  int64_t from = std::max(segment.FindTime(timestamp), now.start);
  Segment::Place place = segment.FindOffset(from);
  BatchScanner scanner(file, place.position, segment.size, place.offset, now.exact);
  ScannedBatch batch;
  while (true) {
    TRY(Found found, scanner.NextWhole(batch));
    if (found == Found::kEnd) return std::nullopt;
    if (found == Found::kDamaged && !place.sure) {
      place = {segment.base_offset, 0, true};
      scanner = BatchScanner(file, 0, segment.size, place.offset, now.exact);
      continue;
    }
    if (found == Found::kDamaged) {
      TRY(bool more, scanner.SkipDamage());
      if (!more) return std::nullopt;
      continue;
    }
    const BatchHeader& header = batch.header;
    if (header.next_offset() > now.high_watermark) return std::nullopt;
    if (header.max_timestamp < timestamp || header.last_offset() < now.start) continue;
    TRY(RecordReader reader, RecordReader::Open(batch.bytes));
    Record record;
    while (true) {
      TRY(bool more, reader.Next(record));
      if (!more) break;
      if (record.offset >= now.start && record.timestamp >= timestamp) {
        return TimedOffset{record.offset, record.timestamp};
      }
    }
  }
}

Result<std::optional<TimedOffset>> PartitionLog::OffsetForTime(int64_t timestamp) const {
  Impl::Snapshot now = impl_->Look();
  for (const auto& segment : *now.segments) {
    if (segment->size == 0) continue;
    TRY_STATUS(segment->LearnMaxTimestamp());
    if (segment->max_timestamp < timestamp) continue;
    auto found = impl_->FindTimeIn(*segment, now, timestamp);
    if (!found) return Wrap(found.error(), name());
    if (*found) return found;
  }
  return std::nullopt;
}

Result<std::optional<TimedOffset>> PartitionLog::MaxTimestamp() const {
  Impl::Snapshot now = impl_->Look();
  int64_t most = kNoTimestamp;
  std::shared_ptr<Segment> where;
  for (const auto& segment : *now.segments) {
    if (segment->size == 0) continue;
    TRY_STATUS(segment->LearnMaxTimestamp());
    if (!where || segment->max_timestamp > most) {
      most = segment->max_timestamp;
      where = segment;
    }
  }
  if (!where) return std::nullopt;
  return impl_->FindTimeIn(*where, now, most);
}

Result<std::vector<Damage>> PartitionLog::Check() const {
  Impl::Snapshot now = impl_->Look();
  std::vector<Damage> damages;
  int64_t expected = -1;
  for (const auto& segment : *now.segments) {
    TRY(std::shared_ptr<File> file, segment->Open());
    if (now.exact && expected >= 0 && expected != segment->base_offset) {
      damages.push_back({expected, fmt::format("{}: no segment has the offsets from here to {}",
                                               impl_->At(expected), segment->base_offset)});
    }
    BatchScanner scanner(file, 0, segment->size, segment->base_offset, now.exact);
    ScannedBatch batch;
    while (true) {
      TRY(Found found, scanner.NextChecked(batch));
      if (found == Found::kEnd) break;
      if (found == Found::kBatch) continue;
      damages.push_back(
          {scanner.expected(), fmt::format("{}: {} at byte {}: {}", impl_->At(scanner.expected()),
                                           segment->path(), scanner.position(), scanner.damage())});
      TRY(bool more, scanner.SkipDamage());
      if (!more) break;
    }
    expected = scanner.expected();
  }
  if (now.exact && expected >= 0 && expected < now.high_watermark) {
    damages.push_back(
        {expected, fmt::format("{}: the segment that had the records until {} is shorter than it was",
                               impl_->At(expected), now.high_watermark)});
  }
  return damages;
}

}  // namespace souk::log
