// Writes files of lake tables beside the build, which goes on with the next models meanwhile.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "warehouse/lake_table.h"

namespace souk::warehouse {

// Its methods are for the build's thread. Files that nobody waited for belong to no version and are left
// behind.
class LakeFileWriter {
 public:
  // As many threads as `work` has connections beside its main one; they begin with the first table.
  static Result<std::unique_ptr<LakeFileWriter>> Open(const std::shared_ptr<sql::Database>& database,
                                                      WorkArea& work, Progress& progress);
  ~LakeFileWriter();

  // Begins to write the rows of `relation`, which must stay as it is until Wait has returned.
  Status Add(const std::string& name, const LakeTable& table, const std::string& relation,
             const std::vector<sql::Column>& columns);
  bool Has(const std::string& name) const { return jobs_.contains(name); }
  // The files of that name, durable; helps to write what is left of them.
  Result<WrittenFiles> Wait(const std::string& name);
  // Begins no further part; all names are forgotten.
  void Stop();

 private:
  struct Job {
    LakeTable table;
    std::vector<FileTask> tasks;
    std::vector<Result<WrittenFiles>> results;
    size_t next = 0, done = 0;
    bool failed = false;
  };

  LakeFileWriter(std::vector<sql::Connection> connections, WorkArea& work, Progress& progress)
      : connections_(std::move(connections)), work_(work), progress_(progress) {}
  void Run(sql::Connection& connection);
  // One part of the job, with `lock` released meanwhile.
  void WriteOne(Job& job, sql::Connection& connection, std::unique_lock<std::mutex>& lock);
  static bool Left(const Job& job) { return !job.failed && job.next < job.tasks.size(); }

  std::vector<sql::Connection> connections_;
  WorkArea& work_;
  Progress& progress_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ends_ = false;
  std::map<std::string, Job> jobs_;
  std::deque<Job*> order_;  // with parts that are not begun
};

}  // namespace souk::warehouse
