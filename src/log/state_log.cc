#include "log/state_log.h"

#include <algorithm>

#include "base/log.h"
#include "log/big_endian.h"
#include "log/crc32c.h"
#include "log/syncer.h"

namespace souk::log {
namespace {

constexpr size_t kFrameHeadBytes = 8;
constexpr size_t kPayloadHeadBytes = 20;
constexpr uint64_t kRewriteFromBytes = 1 << 20;
constexpr char kPut = 1;
constexpr char kRemove = 2;

struct Frame {
  uint64_t number = 0;
  uint64_t synced = 0;
  std::vector<StateLog::Change> changes;
  size_t bytes = 0;
};

// The frame that `content` begins with; false: there is no whole one.
bool DecodeFrame(std::string_view content, Frame& frame) {
  if (content.size() < kFrameHeadBytes + kPayloadHeadBytes) return false;
  uint32_t length = LoadBig<uint32_t>(content.data());
  if (length < kPayloadHeadBytes || length > content.size() - kFrameHeadBytes) return false;
  std::string_view payload = content.substr(kFrameHeadBytes, length);
  if (Crc32c(payload) != LoadBig<uint32_t>(content.data() + 4)) return false;
  frame.number = LoadBig<uint64_t>(payload.data());
  frame.synced = LoadBig<uint64_t>(payload.data() + 8);
  uint32_t count = LoadBig<uint32_t>(payload.data() + 16);
  frame.bytes = kFrameHeadBytes + length;
  frame.changes.clear();
  payload.remove_prefix(kPayloadHeadBytes);
  for (uint32_t i = 0; i < count; ++i) {
    if (payload.empty()) return false;
    char kind = payload[0];
    payload.remove_prefix(1);
    StateLog::Change change;
    if (!TakeText(payload, change.key)) return false;
    if (kind == kPut && !TakeText(payload, change.value.emplace())) return false;
    if (kind != kPut && kind != kRemove) return false;
    frame.changes.push_back(std::move(change));
  }
  return payload.empty();
}

}  // namespace

Result<std::shared_ptr<StateLog>> StateLog::Open(FileLayer& files, const std::string& path, Syncer& syncer) {
  std::shared_ptr<StateLog> log(new StateLog(files, path, syncer));
  TRY_STATUS(log->Load());
  return log;
}

// Takes all frames over. `good` is where the first one that is not whole begins. True: whole ones follow it;
// `damaged` then says whether it had been synced, so that this is no torn end.
bool StateLog::ReadFrames(std::string_view content, size_t& good, bool& damaged) {
  bool holes = false;
  std::vector<Frame> behind;
  Frame frame;
  for (size_t at = 0; at < content.size();) {
    bool whole = DecodeFrame(content.substr(at), frame) && frame.number > number_;
    if (whole && !holes && (number_ == 0 || frame.number == number_ + 1)) {
      Take(frame.changes);
      number_ = frame.number;
      at += frame.bytes;
      good = at;
    } else if (whole) {
      holes = true;
      at += frame.bytes;
      damaged |= frame.synced > number_;
      behind.push_back(std::move(frame));
      frame = {};
    } else {
      holes = true;
      ++at;
    }
  }
  if (damaged) {
    for (const Frame& later : behind) {
      Take(later.changes);
      number_ = std::max(number_, later.number);
    }
  }
  return !behind.empty();
}

Status StateLog::Load() {
  TRY_STATUS(files_.Remove(path_ + ".new"));
  TRY(bool exists, files_.Exists(path_));
  TRY(file_, files_.Open(path_, OpenMode::kCreate));
  if (!exists) return files_.SyncDirectory(path_.substr(0, path_.rfind('/')));
  TRY(std::string content, ReadWhole(files_, path_));
  size_t good = 0;
  ReadFrames(content, good, report_.damaged);
  size_ = good;
  if (report_.damaged) {
    TRY_STATUS(ReplaceFile(files_, path_ + ".damaged", content));
    Log(LogLevel::kError, "log", "the state of the event log is damaged; what can be read is used",
        {{"file", path_}, {"byte", std::to_string(good)}});
    return Rewrite();
  }
  if (good < content.size()) {
    report_.cut_bytes = content.size() - good;
    TRY_STATUS(file_->Truncate(good));
  }
  TRY_STATUS(file_->Sync());
  synced_ = number_;
  return {};
}

std::string StateLog::Encode(uint64_t number, const std::vector<Change>& changes) const {
  std::string frame(kFrameHeadBytes, '\0');
  AppendBig(frame, number);
  AppendBig(frame, synced_);
  AppendBig(frame, static_cast<uint32_t>(changes.size()));
  for (const Change& change : changes) {
    frame.push_back(change.value ? kPut : kRemove);
    AppendText(frame, change.key);
    if (change.value) AppendText(frame, *change.value);
  }
  StoreBig(frame.data(), static_cast<uint32_t>(frame.size() - kFrameHeadBytes));
  StoreBig(frame.data() + 4, Crc32c(std::string_view(frame).substr(kFrameHeadBytes)));
  return frame;
}

void StateLog::Take(const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    auto found = values_.find(change.key);
    if (found != values_.end()) {
      live_bytes_ -= found->first.size() + found->second.size();
      values_.erase(found);
    }
    if (!change.value) continue;
    live_bytes_ += change.key.size() + change.value->size();
    values_.emplace(change.key, *change.value);
  }
}

Status StateLog::Apply(const std::vector<Change>& changes, bool durable) {
  uint64_t number;
  {
    std::lock_guard lock(mutex_);
    if (failed_) return tl::unexpected(*failed_);
    number = number_ + 1;
    std::string frame = Encode(number, changes);
    if (Status written = file_->WriteAt(size_, {frame}); !written) {
      (void)file_->Truncate(size_);
      return written;
    }
    size_ += frame.size();
    number_ = number;
    Take(changes);
    // A rewrite that fails leaves the old file in use, and the next change tries again.
    if (size_ > kRewriteFromBytes && size_ > 2 * (live_bytes_ + 16 * values_.size())) {
      if (Status done = Rewrite(); !done) {
        Log(LogLevel::kWarn, "log", "the state of the event log could not be made smaller",
            {{"reason", done.error().message}});
      }
    }
  }
  return durable ? SyncTo(number) : Status();
}

// With `mutex_` held, or nobody else about.
Status StateLog::Rewrite() {
  std::vector<Change> all;
  all.reserve(values_.size());
  for (const auto& [key, value] : values_) all.push_back({key, value});
  std::string temporary = path_ + ".new";
  std::string frame = Encode(number_ + 1, all);
  TRY(std::shared_ptr<File> file, files_.Open(temporary, OpenMode::kCreate));
  TRY_STATUS(file->Truncate(0));
  TRY_STATUS(file->WriteAt(0, {frame}));
  TRY_STATUS(file->Sync());
  TRY_STATUS(files_.Rename(temporary, path_));
  // From here on the new file is the one that is written to, whatever becomes of its name.
  file_ = std::move(file);
  size_ = frame.size();
  ++number_;
  if (Status named = files_.SyncDirectory(path_.substr(0, path_.rfind('/'))); !named) {
    failed_ = named.error();
    return named;
  }
  synced_ = number_;
  synced_changed_.notify_all();
  return {};
}

Status StateLog::SyncTo(uint64_t number) {
  std::unique_lock lock(mutex_);
  while (synced_ < number && syncing_ && !failed_) synced_changed_.wait(lock);
  if (failed_) return tl::unexpected(*failed_);
  if (synced_ >= number) return {};
  syncing_ = true;
  uint64_t goal = number_;
  std::shared_ptr<File> file = file_;
  lock.unlock();
  Status done = file->Sync();
  lock.lock();
  syncing_ = false;
  // A file that was rewritten meanwhile has it all.
  if (done || file != file_) {
    synced_ = std::max(synced_, goal);
    done = {};
  } else {
    failed_ =
        Error{done.error().code, done.error().message + "; nothing is taken until the store is opened again"};
  }
  synced_changed_.notify_all();
  return done;
}

void StateLog::WhenDurable(Done done) {
  uint64_t number;
  {
    std::lock_guard lock(mutex_);
    number = number_;
  }
  syncer_.Run([self = shared_from_this(), number, done = std::move(done)] { done(self->SyncTo(number)); });
}

Status StateLog::Sync() {
  uint64_t number;
  {
    std::lock_guard lock(mutex_);
    number = number_;
  }
  return SyncTo(number);
}

std::optional<std::string> StateLog::Find(std::string_view key) const {
  std::lock_guard lock(mutex_);
  auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

void StateLog::ForEach(std::string_view prefix,
                       const std::function<void(std::string_view, const std::string&)>& use) const {
  std::lock_guard lock(mutex_);
  for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.starts_with(prefix); ++at) {
    use(at->first, at->second);
  }
}

}  // namespace souk::log
