// Profiles the columns of batches on several threads: each thread takes the next column of the batch, and one
// of them reads the batch that follows meanwhile. A column is never looked at by two threads at once, so the
// result does not depend on their number.
#pragma once

#include <atomic>
#include <barrier>
#include <functional>
#include <thread>
#include <vector>

#include "ingest/row_batch.h"
#include "record/column_profile.h"
#include "record/distinct_count.h"

namespace souk::ingest {

// To be used by one thread; it works too.
class ColumnCrew {
 public:
  explicit ColumnCrew(int threads);
  ~ColumnCrew();
  ColumnCrew(const ColumnCrew&) = delete;

  // Every column gets the values of the batch, `meanwhile` runs once; returns when all is done. Columns
  // behind those that are known are new: earlier rows lack them.
  void Work(const RowBatch& batch, const std::function<void()>& meanwhile);

  std::vector<record::ColumnProfiler> columns;
  std::vector<bool> wanted;   // columns to be looked at; empty = all
  size_t distinct_bound = 0;  // of new columns
  uint64_t rows = 0;
  record::DistinctCount* row_set = nullptr;  // gets a hash of every row when it is there

 private:
  void TakeTasks();
  void TakeRows();

  const RowBatch* batch_ = nullptr;
  const std::function<void()>* meanwhile_ = nullptr;
  std::atomic<size_t> next_{0};
  bool ending_ = false;
  std::vector<uint64_t> hashes_;
  std::barrier<> barrier_;
  std::vector<std::thread> threads_;
};

}  // namespace souk::ingest
