#include "log/partition_log.h"

#include <algorithm>

#include "base/log.h"
#include "log/big_endian.h"
#include "log/crc32c.h"
#include "log/partition_impl.h"

namespace souk::log {
namespace {

constexpr size_t kSnapshotsKept = 2;
constexpr uint16_t kLogAppendTimeBit = 0x8;

// Why a batch may not be in a compacted topic; empty: it may.
std::string WithoutKey(std::string_view batch) {
  auto reader = RecordReader::Open(batch);
  if (!reader) return reader.error().message;
  Record record;
  while (true) {
    auto more = reader->Next(record);
    if (!more) return more.error().message;
    if (!*more) return "";
    if (!record.key) return "a record without a key cannot be in a compacted topic";
  }
}

AppendResult Refused(Refusal refusal, std::string reason) {
  AppendResult result;
  result.refusal = refusal;
  result.reason = std::move(reason);
  return result;
}

}  // namespace

PartitionLog::PartitionLog(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

PartitionLog::~PartitionLog() {
  std::vector<Impl::Waiter> waiters;
  {
    std::lock_guard append(impl_->append);
    impl_->closed = true;
    std::lock_guard lock(impl_->state);
    waiters.swap(impl_->waiters);
  }
  for (Impl::Waiter& waiter : waiters) {
    waiter.done(Fail(Code::kCancelled, "{}: the log was closed", impl_->setup.name));
  }
}

LogOptions PartitionLog::Impl::Options() const {
  std::lock_guard lock(state);
  return options;
}

PartitionLog::Impl::Snapshot PartitionLog::Impl::Look() const {
  int64_t now = NowMs();
  std::lock_guard lock(state);
  return {segments, start, high_watermark, !gaps, FreshFrom(now)};
}

void PartitionLog::Impl::MarkAppend(int64_t now, int64_t offset) {
  constexpr int64_t kEveryMs = 1000;
  if (!append_marks.empty()) {
    int64_t since = now - append_marks.back().time_ms;
    if (since >= 0 && since < kEveryMs) return;
    if (since < 0) append_marks.clear();  // the clock was set back
  }
  append_marks.push_back({now, offset});
  while (append_marks.front().time_ms < now - kFreshMs) append_marks.pop_front();
}

int64_t PartitionLog::Impl::FreshFrom(int64_t now) const {
  for (const AppendMark& mark : append_marks) {
    if (mark.time_ms >= now - kFreshMs && mark.time_ms <= now) return mark.offset;
  }
  return INT64_MAX;
}

Checkpoint PartitionLog::Impl::CheckpointNow() const {
  std::lock_guard lock(state);
  return {start, synced, -1};
}

Status PartitionLog::Impl::Save(bool durable) {
  if (!setup.save) return {};
  {
    std::lock_guard lock(state);
    unsaved_bytes = 0;
  }
  return setup.save(CheckpointNow(), durable);
}

tl::unexpected<Error> PartitionLog::Impl::FailAt(int64_t offset, const Error& error) const {
  return Wrap(error, At(offset));
}

void PartitionLog::Impl::Notify() const {
  std::shared_ptr<std::function<void()>> call;
  {
    std::lock_guard lock(state);
    call = listener;
  }
  if (call) (*call)();
}

Result<AppendResult> PartitionLog::Append(std::string_view batch) {
  LogOptions options = impl_->Options();
  if (batch.size() > static_cast<uint64_t>(options.max_batch_bytes)) {
    return Refused(Refusal::kTooLarge, fmt::format("{}: a batch of {} bytes is beyond max.message.bytes={}",
                                                   name(), batch.size(), options.max_batch_bytes));
  }
  BatchCheck check = CheckProduced(batch);
  if (check.refusal != Refusal::kNone) {
    return Refused(check.refusal, fmt::format("{}: {}", name(), check.reason));
  }
  if (options.cleanup_compact) {
    if (std::string reason = WithoutKey(batch); !reason.empty()) {
      return Refused(Refusal::kInvalid, fmt::format("{}: {}", name(), reason));
    }
  }
  Result<AppendResult> result;
  {
    std::lock_guard append(impl_->append);
    result = impl_->AppendLocked(batch, check.header, options);
  }
  bool moved = result && result->refusal == Refusal::kNone && !result->duplicate;
  if (moved && options.flush != FlushMode::kEach) impl_->Notify();
  return result;
}

Result<AppendResult> PartitionLog::Impl::AppendLocked(std::string_view batch, BatchHeader header,
                                                      const LogOptions& now_options) {
  if (closed) return Fail(Code::kUnavailable, "{}: the log is closed", setup.name);
  AppendResult result;
  {
    std::lock_guard lock(state);
    if (failed) return tl::unexpected(*failed);
    header.base_offset = end;
    result.start_offset = start;
  }
  ProducerState::Verdict verdict = producers.Judge(header);
  if (verdict.refusal != Refusal::kNone) {
    return Refused(verdict.refusal, fmt::format("{}: {}", setup.name, verdict.reason));
  }
  if (verdict.duplicate) {
    result.duplicate = true;
    std::tie(result.base_offset, result.last_offset) = *verdict.duplicate;
    return result;
  }
  int64_t now = NowMs();
  if (now_options.log_append_time) last_append_time = std::max(last_append_time, now);
  auto segment = SegmentFor(header, now_options, now);
  if (!segment) return FailAt(header.base_offset, segment.error());
  Status written = WriteBatch(**segment, batch, header, now_options);
  if (!written) return FailAt(header.base_offset, written.error());
  producers.Note(header, now);
  producers_changed = true;
  result.base_offset = header.base_offset;
  result.last_offset = header.last_offset();
  if (now_options.log_append_time) result.append_time = header.max_timestamp;
  std::lock_guard lock(state);
  MarkAppend(now, header.base_offset);
  end = header.next_offset();
  unsaved_bytes += header.batch_bytes;
  // The mode may have changed since: what is visible never goes back.
  if (options.flush != FlushMode::kEach) high_watermark = end;
  return result;
}

Result<std::shared_ptr<Segment>> PartitionLog::Impl::SegmentFor(const BatchHeader& header,
                                                                const LogOptions& now_options, int64_t now) {
  std::shared_ptr<const Segments> all = Look().segments;
  if (!all->empty()) {
    const std::shared_ptr<Segment>& last = all->back();
    uint64_t size = last->size;
    bool old = size > 0 && now - segment_created >= now_options.segment_ms;
    bool full = size > 0 && size + header.batch_bytes > static_cast<uint64_t>(now_options.segment_bytes);
    bool far = header.last_offset() - last->base_offset > INT32_MAX;
    if (!old && !full && !far) return last;
  }
  TRY_STATUS(Roll());
  return Look().segments->back();
}

Status PartitionLog::Impl::Roll() {
  int64_t base;
  std::shared_ptr<const Segments> all;
  {
    std::lock_guard lock(state);
    base = end;
    all = segments;
  }
  // What a failed write left must not be behind the end of a segment that is closed.
  if (!all->empty()) {
    TRY(std::shared_ptr<File> file, all->back()->Open());
    TRY(uint64_t size, file->Size());
    if (size > all->back()->size) TRY_STATUS(file->Truncate(all->back()->size));
  }
  auto fresh = std::make_shared<Segment>(*setup.files, setup.directory, base);
  fresh->ClearIndexes();
  fresh->max_timestamp = kNoTimestamp;
  // The last step that can fail: once the file is there, the segment has begun.
  TRY_STATUS(fresh->Open(true).map([](const auto&) {}));
  if (!all->empty()) {
    all->back()->Seal();
    WriteSnapshot(base);
  }
  auto longer = std::make_shared<Segments>(*all);
  longer->push_back(fresh);
  segment_created = NowMs();
  {
    std::lock_guard lock(state);
    segments = std::move(longer);
    directory_dirty = true;
  }
  // The closed segment is synced beside the appends, so that a crash leaves little to read again.
  if (setup.syncer && !all->empty()) {
    setup.syncer->Run([self = shared_from_this(), base] { (void)self->SyncTo(base); });
  }
  return {};
}

Status PartitionLog::Impl::WriteBatch(Segment& segment, std::string_view batch, BatchHeader& header,
                                      const LogOptions& now_options) {
  header.leader_epoch = kLeaderEpoch;
  char head[kBatchHeaderBytes];
  std::string_view rest = batch.substr(kBatchHeaderBytes);
  if (now_options.log_append_time) {
    header.attributes |= kLogAppendTimeBit;
    header.max_timestamp = last_append_time;
  }
  WriteBatchHeader(header, head);
  if (now_options.log_append_time) {
    header.crc =
        Crc32c(rest, Crc32c(std::string_view(head + kBatchCrcFrom, kBatchHeaderBytes - kBatchCrcFrom)));
    WriteBatchHeader(header, head);
  }
  TRY(std::shared_ptr<File> file, segment.Open());
  uint64_t position = segment.size;
  Status written = file->WriteAt(position, {std::string_view(head, sizeof head), rest});
  if (!written) {
    // What does not count is cut off where possible; the next append overwrites it otherwise.
    (void)file->Truncate(position);
    return written;
  }
  // After the bytes and before the new end: a sync that sees the end then either covers the bytes or comes
  // again.
  segment.dirty = true;
  segment.Index(header, position, now_options.index_interval_bytes);
  segment.size = position + header.batch_bytes;
  return {};
}

// A snapshot saves reading and is never needed: it is not synced, and one that cannot be written is left out.
void PartitionLog::Impl::WriteSnapshot(int64_t offset) {
  const std::string& directory = setup.directory;
  std::string content = producers.Encode();
  auto file = setup.files->Open(directory + "/" + OffsetName(offset) + ".snapshot", OpenMode::kCreate);
  if (!file || !(*file)->Truncate(0) || !(*file)->WriteAt(0, {content})) return;
  auto names = setup.files->List(directory);
  if (!names) return;
  std::erase_if(*names, [](const std::string& name) { return !name.ends_with(".snapshot"); });
  for (size_t i = 0; i + kSnapshotsKept < names->size(); ++i)
    (void)setup.files->Remove(directory + "/" + (*names)[i]);
}

int64_t PartitionLog::start_offset() const { return impl_->Look().start; }

int64_t PartitionLog::end_offset() const {
  std::lock_guard lock(impl_->state);
  return impl_->end;
}

int64_t PartitionLog::high_watermark() const { return impl_->Look().high_watermark; }

uint64_t PartitionLog::bytes() const {
  uint64_t sum = 0;
  auto segments = impl_->Look().segments;  // held while it is gone through
  for (const auto& segment : *segments) sum += segment->size;
  return sum;
}

const std::string& PartitionLog::name() const { return impl_->setup.name; }

void PartitionLog::OnAdvance(std::function<void()> listener) {
  auto shared = std::make_shared<std::function<void()>>(std::move(listener));
  std::lock_guard lock(impl_->state);
  impl_->listener = *shared ? std::move(shared) : nullptr;
}

void PartitionLog::SetOptions(const LogOptions& options) {
  {
    std::lock_guard lock(impl_->state);
    impl_->options = options;
    if (options.flush != FlushMode::kEach) impl_->high_watermark = impl_->end;
  }
  impl_->Notify();
}

LogOptions PartitionLog::options() const { return impl_->Options(); }

const OpenReport& PartitionLog::open_report() const { return impl_->report; }

Checkpoint PartitionLog::checkpoint() const { return impl_->CheckpointNow(); }

void PartitionLog::Trim() {
  {
    std::lock_guard append(impl_->append);
    impl_->producers.Expire(impl_->NowMs() - impl_->Options().producer_expiry_ms);
  }
  auto segments = impl_->Look().segments;
  for (const auto& segment : *segments) segment->CloseIdle();
}

Result<Checkpoint> PartitionLog::Close() {
  std::lock_guard maintenance(impl_->maintenance);
  std::lock_guard append(impl_->append);
  impl_->closed = true;
  TRY_STATUS(impl_->SyncTo(end_offset()));
  std::shared_ptr<const Impl::Segments> all = impl_->Look().segments;
  if (!all->empty()) all->back()->FlushIndexes();
  if (impl_->producers_changed) impl_->WriteSnapshot(end_offset());
  Checkpoint checkpoint = impl_->CheckpointNow();
  checkpoint.clean_end = checkpoint.recovery_point;
  return checkpoint;
}

}  // namespace souk::log
