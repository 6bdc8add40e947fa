#include "ingest/column_crew.h"

#include "record/value_hash.h"

namespace souk::ingest {

ColumnCrew::ColumnCrew(int threads) : barrier_(threads) {
  for (int i = 1; i < threads; ++i) {
    threads_.emplace_back([this] {
      for (;;) {
        barrier_.arrive_and_wait();
        if (ending_) return;
        TakeTasks();
        barrier_.arrive_and_wait();
      }
    });
  }
}

ColumnCrew::~ColumnCrew() {
  ending_ = true;
  barrier_.arrive_and_wait();
  for (std::thread& thread : threads_) thread.join();
}

void ColumnCrew::Work(const RowBatch& batch, const std::function<void()>& meanwhile) {
  while (columns.size() < batch.columns.size()) {
    columns.emplace_back(std::nullopt, distinct_bound);
    columns.back().AddMissing(rows);
  }
  batch_ = &batch;
  meanwhile_ = &meanwhile;
  next_ = 0;
  barrier_.arrive_and_wait();
  TakeTasks();
  barrier_.arrive_and_wait();
  rows += batch.lines.size();
}

// Task 0 reads on, task 1 looks at whole rows, the others are columns.
void ColumnCrew::TakeTasks() {
  for (size_t task; (task = next_++) < batch_->columns.size() + 2;) {
    if (task == 0) {
      (*meanwhile_)();
    } else if (task == 1) {
      if (row_set) TakeRows();
    } else if (wanted.empty() || wanted[task - 2]) {
      columns[task - 2].Add(batch_->columns[task - 2], batch_->lines);
    }
  }
}

void ColumnCrew::TakeRows() {
  hashes_.clear();
  for (std::string_view row : batch_->rows) hashes_.push_back(record::HashValue(row));
  row_set->Add(hashes_);
}

}  // namespace souk::ingest
