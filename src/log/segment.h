// One segment of a partition: a file of batches and its two indexes.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>

#include "log/batch_scanner.h"
#include "log/file_layer.h"
#include "log/sparse_index.h"

namespace souk::log {

constexpr int64_t kUnknownTime = std::numeric_limits<int64_t>::min();

// Threads: any, except that Append, Seal and the index functions are the partition's (one at a time).
class Segment {
 public:
  Segment(FileLayer& files, const std::string& directory, int64_t base_offset);

  const int64_t base_offset;
  const uint64_t id;              // of this object, unique in the process
  std::atomic<uint64_t> size{0};  // bytes that count
  // Largest timestamp; kUnknownTime until looked for, kNoTimestamp when empty.
  std::atomic<int64_t> max_timestamp{kUnknownTime};
  std::atomic<bool> dirty{false};  // has bytes that no sync has covered

  // Opened when needed and kept until CloseIdle. With `create`, made when missing.
  Result<std::shared_ptr<File>> Open(bool create = false) const;
  // Lets the file go when it was not used since the last call.
  void CloseIdle();

  // Notes the batch that was written at `position`.
  void Index(const BatchHeader& header, uint64_t position, int64_t interval);
  // No more batches will come.
  void Seal();
  void FlushIndexes();
  void ClearIndexes();
  // Drops what the indexes say of `position` and later, and of offsets from `offset` on.
  void TruncateIndexes(uint64_t position, int64_t offset);
  bool IndexesSound() const;
  // Makes the indexes again from the batches' headers.
  Status Rebuild(int64_t interval);
  // Reads only what is needed to know max_timestamp.
  Status LearnMaxTimestamp();
  // Sets max_timestamp and what Index counts on from the last entries on, by headers; gives the offset after
  // the last batch. kCorrupt when headers and indexes do not fit.
  Result<int64_t> LearnTail();
  // Before Index is called for the batch at `offset` and later ones: sets what Index counts on from the
  // entries there are.
  Status LearnBefore(int64_t offset, uint64_t position);

  struct Place {
    int64_t offset = 0;  // of the batch that begins at `position`, or base_offset at 0
    uint64_t position = 0;
    bool sure = false;  // not from an index
  };
  // A place at or before `offset`, by the index; the beginning when it has none.
  Place FindOffset(int64_t offset) const;
  // An offset before which no batch has a timestamp >= `timestamp`.
  int64_t FindTime(int64_t timestamp) const;

  const std::string& path() const { return path_; }
  std::string IndexPath() const { return offsets_.path(); }
  std::string TimeIndexPath() const { return times_.path(); }
  // Takes all three files away; who has them open can read on.
  Status Remove();

 private:
  // Sets what Index counts on from the last entries of the indexes.
  void GoOnAfterLastEntry();
  void CountTimestamp(const BatchHeader& header);

  FileLayer& files_;
  const std::string path_;
  SparseIndex offsets_;
  SparseIndex times_;
  uint64_t unindexed_ = 0;     // bytes since the last entry
  int64_t offset_of_max_ = 0;  // last offset of the batch with max_timestamp
  mutable std::mutex mutex_;
  mutable std::shared_ptr<File> file_;
  mutable bool used_ = false;
};

// "00000000000000000017": twenty digits, so that names sort as offsets.
std::string OffsetName(int64_t offset);

}  // namespace souk::log
