// A sorted list of (key, value) beside a segment that helps to find a place near a key: the offset index
// (relative offset to position) and the time index (timestamp to relative offset). A hint: whoever uses it
// checks what it says.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/result.h"
#include "log/file_layer.h"

namespace souk::log {

// Threads: any; Add and Truncate from one at a time. Entries wait in memory until there are 512 of them; the
// file is open only while it is used. Entries that cannot be written are left out, which costs time at
// look-up and no more.
class SparseIndex {
 public:
  struct Entry {
    int64_t key = 0;
    uint32_t value = 0;
    bool operator==(const Entry&) const = default;
  };
  enum class KeyBytes { k4 = 4, k8 = 8 };

  // Nothing is read until it is needed.
  SparseIndex(FileLayer& files, std::string path, KeyBytes key_bytes)
      : files_(files), path_(std::move(path)), key_bytes_(static_cast<size_t>(key_bytes)) {}

  // Keys grow; what does not is passed over. True: what waited was put into the file.
  bool Add(Entry entry);
  // Puts what waits into the file, without a sync.
  void Flush();
  // The last entry with a key <= `key`; false when there is none, or the file cannot be read.
  bool Floor(int64_t key, Entry& entry) const;
  bool Last(Entry& entry) const;
  // Whether the file has whole entries and both columns grow; so it is when there is none.
  bool Sound() const;
  // Only entries with a value below `value` stay.
  void TruncateValues(uint32_t value);
  void Clear();
  const std::string& path() const { return path_; }

 private:
  size_t width() const { return key_bytes_ + sizeof(uint32_t); }
  Entry Decode(const char* bytes) const;
  void FlushLocked();
  Result<std::string> ReadAll() const;
  // Entries in the file; opens it into `file`.
  uint64_t Stored(std::shared_ptr<File>& file) const;

  FileLayer& files_;
  const std::string path_;
  const size_t key_bytes_;
  mutable std::mutex mutex_;
  std::string waiting_;
  int64_t last_key_ = -1;
  bool last_known_ = false;
};

}  // namespace souk::log
