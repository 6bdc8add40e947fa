#include "log/sparse_index.h"

#include <algorithm>

#include "log/big_endian.h"

namespace souk::log {
namespace {

constexpr size_t kEntriesInMemory = 512;

}  // namespace

SparseIndex::Entry SparseIndex::Decode(const char* bytes) const {
  int64_t key = key_bytes_ == 4 ? int64_t{LoadBig<uint32_t>(bytes)} : LoadBig<int64_t>(bytes);
  return {key, LoadBig<uint32_t>(bytes + key_bytes_)};
}

uint64_t SparseIndex::Stored(std::shared_ptr<File>& file) const {
  auto opened = files_.Open(path_, OpenMode::kRead);
  if (!opened) return 0;
  file = *opened;
  return file->Size().value_or(0) / width();
}

bool SparseIndex::Add(Entry entry) {
  std::lock_guard lock(mutex_);
  if (!last_known_) {
    std::shared_ptr<File> file;
    uint64_t entries = Stored(file);
    char bytes[12];
    if (entries > 0 && file->ReadAt((entries - 1) * width(), bytes, width()).value_or(0) == width()) {
      last_key_ = Decode(bytes).key;
    }
    last_known_ = true;
  }
  if (entry.key <= last_key_) return false;
  last_key_ = entry.key;
  if (key_bytes_ == 4) {
    AppendBig(waiting_, static_cast<uint32_t>(entry.key));
  } else {
    AppendBig(waiting_, entry.key);
  }
  AppendBig(waiting_, entry.value);
  if (waiting_.size() < kEntriesInMemory * width()) return false;
  FlushLocked();
  return true;
}

void SparseIndex::Flush() {
  std::lock_guard lock(mutex_);
  FlushLocked();
}

void SparseIndex::FlushLocked() {
  if (waiting_.empty()) return;
  if (auto file = files_.Open(path_, OpenMode::kCreate)) {
    uint64_t size = (*file)->Size().value_or(0);
    size -= size % width();
    if (!(*file)->WriteAt(size, {waiting_})) (void)(*file)->Truncate(size);
  }
  waiting_.clear();
  waiting_.shrink_to_fit();
}

bool SparseIndex::Floor(int64_t key, Entry& entry) const {
  std::lock_guard lock(mutex_);
  const size_t step = width();
  if (!waiting_.empty() && Decode(waiting_.data()).key <= key) {
    size_t low = 0;
    size_t high = waiting_.size() / step;
    while (high - low > 1) {
      size_t middle = (low + high) / 2;
      (Decode(waiting_.data() + middle * step).key <= key ? low : high) = middle;
    }
    entry = Decode(waiting_.data() + low * step);
    return true;
  }
  std::shared_ptr<File> file;
  uint64_t low = 0;
  uint64_t high = Stored(file);
  bool found = false;
  char bytes[12];
  while (low < high) {
    uint64_t middle = (low + high) / 2;
    if (file->ReadAt(middle * step, bytes, step).value_or(0) != step) return false;
    Entry at = Decode(bytes);
    if (at.key <= key) {
      entry = at;
      found = true;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return found;
}

bool SparseIndex::Last(Entry& entry) const { return Floor(INT64_MAX, entry); }

Result<std::string> SparseIndex::ReadAll() const { return ReadWhole(files_, path_); }

bool SparseIndex::Sound() const {
  std::lock_guard lock(mutex_);
  auto content = ReadAll();
  if (!content) return content.error().code == Code::kNotFound;
  if (content->size() % width() != 0) return false;
  Entry before{-1, 0};
  for (size_t at = 0; at < content->size(); at += width()) {
    Entry entry = Decode(content->data() + at);
    if (entry.key <= before.key || (at > 0 && entry.value < before.value)) return false;
    before = entry;
  }
  return true;
}

void SparseIndex::TruncateValues(uint32_t value) {
  std::lock_guard lock(mutex_);
  FlushLocked();
  last_known_ = false;
  last_key_ = -1;
  auto content = ReadAll();
  if (!content) return;
  size_t keep = 0;
  while (keep + width() <= content->size() && Decode(content->data() + keep).value < value) keep += width();
  if (keep == content->size()) return;
  // An index that cannot be shortened would lie; without one everything still works.
  auto file = files_.Open(path_, OpenMode::kWrite);
  if (!file || !(*file)->Truncate(keep)) (void)files_.Remove(path_);
}

void SparseIndex::Clear() {
  std::lock_guard lock(mutex_);
  waiting_.clear();
  last_key_ = -1;
  last_known_ = true;
  (void)files_.Remove(path_);
}

}  // namespace souk::log
