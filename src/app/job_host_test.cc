#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/local_job_host.h"
#include "base/files.h"

namespace souk::app {
namespace {

using schedule::JobHost;
using schedule::JobInfo;
using schedule::JobRequest;
using schedule::JobState;

class JobHostTest : public ::testing::Test {
 protected:
  std::unique_ptr<LocalJobHost> MakeHost(std::vector<schedule::JobKind> kinds) {
    return std::make_unique<LocalJobHost>(
        std::move(kinds), *JobLog::Open(dir_.path() + "/control.sqlite", clock_.Now()), clock_);
  }
  static JobInfo WaitFor(const JobHost& host, int64_t id) {
    for (int i = 0; i < 1000; ++i) {
      auto info = host.Get(id);
      if (info && info->ended != 0) return *info;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "job " << id << " did not end";
    return {};
  }

  TempDir dir_;
  FakeClock clock_{1'000'000};
};

Status Succeed(const JobRequest&, Progress& progress) {
  progress.Stage("counting", 2, "rows");
  progress.Advance(2);
  progress.Line("two rows");
  return {};
}

Status UntilCancelled(const JobRequest&, Progress& progress) {
  while (!progress.Cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return progress.CheckCancelled();
}

TEST_F(JobHostTest, RunsAndRecords) {
  int64_t id = 0;
  {
    auto host = MakeHost({{"count", "", {}, Succeed}});
    id = *host->Submit({"count", {"--all", "ü"}, "/tmp", "test"});
    JobInfo info = WaitFor(*host, id);
    EXPECT_EQ(info.state, JobState::kDone);
    EXPECT_EQ(info.lines, std::vector<std::string>{"two rows"});
    EXPECT_EQ(info.progress.done, 2u);
  }
  auto later = MakeHost({});
  auto jobs = later->List(10);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].id, id);
  EXPECT_EQ(jobs[0].request.args, (std::vector<std::string>{"--all", "ü"}));
  EXPECT_EQ(jobs[0].state, JobState::kDone);
  EXPECT_EQ(later->Get(id)->lines, std::vector<std::string>{"two rows"});
}

TEST_F(JobHostTest, FailureKeepsItsError) {
  auto host = MakeHost({{"fail", "", {}, [](const JobRequest&, Progress&) -> Status {
                           return Fail(Code::kIo, "disk full");
                         }}});
  JobInfo info = WaitFor(*host, *host->Submit({"fail", {}, "/", "test"}));
  EXPECT_EQ(info.state, JobState::kFailed);
  EXPECT_EQ(info.error.message, "disk full");
  EXPECT_EQ(host->Submit({"unknown", {}, "/", "test"}).error().code, Code::kNotFound);
}

TEST_F(JobHostTest, OneAtATimeInALaneInOrder) {
  std::atomic<int> running{0}, most{0};
  std::vector<std::string> order;
  std::mutex mutex;
  auto body = [&](const JobRequest& request, Progress&) -> Status {
    most = std::max(most.load(), ++running);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    {
      std::lock_guard lock(mutex);
      order.push_back(request.args[0]);
    }
    --running;
    return {};
  };
  auto host = MakeHost({{"work", "data", {}, body}});
  std::vector<int64_t> ids;
  for (const char* name : {"a", "b", "c", "d"}) ids.push_back(*host->Submit({"work", {name}, "/", "test"}));
  for (int64_t id : ids) WaitFor(*host, id);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(order, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_F(JobHostTest, CancelStopsRunningAndQueuedJobs) {
  auto host = MakeHost({{"wait", "data", {}, UntilCancelled}});
  int64_t first = *host->Submit({"wait", {}, "/", "test"});
  int64_t second = *host->Submit({"wait", {}, "/", "test"});
  ASSERT_TRUE(host->Cancel(second));
  ASSERT_TRUE(host->Cancel(first));
  EXPECT_EQ(WaitFor(*host, first).state, JobState::kCancelled);
  EXPECT_EQ(WaitFor(*host, second).state, JobState::kCancelled);
  EXPECT_EQ(host->Cancel(99).error().code, Code::kNotFound);
}

TEST_F(JobHostTest, FollowersHearEverythingOnce) {
  auto host = MakeHost({{"count", "", {}, Succeed}});
  int64_t id = *host->Submit({"count", {}, "/", "test"});
  std::mutex mutex;
  std::condition_variable done;
  std::vector<std::string> lines;
  int ends = 0;
  auto handle = *host->Follow(id, [&](const JobHost::Event& event) {
    std::lock_guard lock(mutex);
    if (event.kind == JobHost::Event::Kind::kLine) lines.push_back(event.line);
    if (event.kind == JobHost::Event::Kind::kEnd) ++ends;
    done.notify_all();
  });
  std::unique_lock lock(mutex);
  EXPECT_TRUE(done.wait_for(lock, std::chrono::seconds(5), [&] { return ends == 1; }));
  EXPECT_EQ(lines, std::vector<std::string>{"two rows"});
}

TEST_F(JobHostTest, StopCancelsWhatRuns) {
  auto host = MakeHost({{"wait", "", {}, UntilCancelled}});
  int64_t id = *host->Submit({"wait", {}, "/", "test"});
  host->Stop();
  EXPECT_EQ(host->Get(id)->state, JobState::kCancelled);
  EXPECT_EQ(host->Submit({"wait", {}, "/", "test"}).error().code, Code::kUnavailable);
}

TEST_F(JobHostTest, LookingWaitsForNobodyAndLeavesNoTrace) {
  auto host = MakeHost(
      {{"ask", "data", [](const auto&) { return true; }, Succeed}, {"wait", "data", {}, UntilCancelled}});
  ASSERT_TRUE(host->Submit({"wait", {}, "/", "test"}));
  int64_t id = *host->Submit({"ask", {}, "/", "test"});
  EXPECT_LT(id, 0);
  EXPECT_EQ(WaitFor(*host, id).state, JobState::kDone) << "it waits for nobody";
  EXPECT_EQ(host->List(10).size(), 1u);
}

TEST_F(JobHostTest, JobsOfAProgramThatDiedAreFailed) {
  std::string path = dir_.path() + "/other.sqlite";
  JobInfo job;
  job.request.verb = "build";
  job.submitted = 1;
  int64_t id = *(*JobLog::Open(path, 1))->Add(job);
  auto info = (*JobLog::Open(path, 7))->Get(id);
  EXPECT_EQ(info->state, JobState::kFailed);
  EXPECT_EQ(info->ended, 7);
  EXPECT_EQ(info->error.message, "the program ended");
}

}  // namespace
}  // namespace souk::app
