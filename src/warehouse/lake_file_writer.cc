#include "warehouse/lake_file_writer.h"

#include <sys/resource.h>
#include <unistd.h>

namespace souk::warehouse {
namespace {

// Nobody waits for a file before the end. So the models' threads go first, and files are written on the cores
// that a model leaves idle. For Linux, where a thread has a priority of its own; elsewhere it is the
// process's and stays.
void StepBack() {
#ifdef __linux__
  constexpr int kNice = 10;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
#endif
}

}  // namespace

Result<std::unique_ptr<LakeFileWriter>> LakeFileWriter::Open(const std::shared_ptr<sql::Database>& database,
                                                             WorkArea& work, Progress& progress) {
  std::vector<sql::Connection> connections;
  for (size_t i = 1; i < work.connections().size(); ++i) {
    TRY(auto connection, database->Connect());
    TRY_STATUS(connection.Execute("SET enable_progress_bar = false"));
    connections.push_back(std::move(connection));
  }
  return std::unique_ptr<LakeFileWriter>(new LakeFileWriter(std::move(connections), work, progress));
}

LakeFileWriter::~LakeFileWriter() {
  {
    std::lock_guard lock(mutex_);
    ends_ = true;
    order_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  for (sql::Connection& connection : connections_) (void)connection.Execute("SET enable_progress_bar = true");
}

Status LakeFileWriter::Add(const std::string& name, const LakeTable& table, const std::string& relation,
                           const std::vector<sql::Column>& columns) {
  TRY(auto tasks, table.PartsToWrite(work_.main(), relation, columns));
  std::vector<Result<WrittenFiles>> results(tasks.size(), WrittenFiles{});
  std::lock_guard lock(mutex_);
  auto [job, fresh] = jobs_.emplace(name, Job{table, std::move(tasks), std::move(results)});
  if (fresh) order_.push_back(&job->second);
  if (threads_.empty()) {
    for (sql::Connection& connection : connections_) threads_.emplace_back([&] { Run(connection); });
  }
  changed_.notify_all();
  return {};
}

void LakeFileWriter::WriteOne(Job& job, sql::Connection& connection, std::unique_lock<std::mutex>& lock) {
  size_t i = job.next++;
  lock.unlock();
  auto result = job.table.WritePart(connection, job.tasks[i], progress_);
  lock.lock();
  job.failed |= !result;
  job.results[i] = std::move(result);
  ++job.done;
  changed_.notify_all();
}

void LakeFileWriter::Run(sql::Connection& connection) {
  StepBack();
  std::unique_lock lock(mutex_);
  while (!ends_) {
    while (!order_.empty() && !Left(*order_.front())) order_.pop_front();
    if (order_.empty()) {
      changed_.wait(lock);
    } else {
      WriteOne(*order_.front(), connection, lock);
    }
  }
}

Result<WrittenFiles> LakeFileWriter::Wait(const std::string& name) {
  std::unique_lock lock(mutex_);
  Job& job = jobs_.at(name);
  if (Left(job)) {
    TRY(auto side_by_side, WorkArea::SideBySide::Begin(work_));
    while (Left(job)) WriteOne(job, work_.main(), lock);
  }
  changed_.wait(lock, [&] { return job.done == job.next; });
  lock.unlock();
  return job.table.Finish(job.results);
}

void LakeFileWriter::Stop() {
  std::unique_lock lock(mutex_);
  order_.clear();
  changed_.wait(lock, [&] {
    for (const auto& [name, job] : jobs_) {
      if (job.done != job.next) return false;
    }
    return true;
  });
  jobs_.clear();
}

}  // namespace souk::warehouse
