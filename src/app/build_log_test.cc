#include "app/build_log.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace souk::app {
namespace {

TEST(BuildLogTest, KeepsWhatEveryModelDid) {
  TempDir dir;
  std::string path = dir.path() + "/control.sqlite";
  auto log = BuildLog::Open(path);
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_TRUE((*log)->List(10)->empty());
  serve::BuildRun run;
  run.started = 1'000'000;
  run.ended = 3'500'000;
  run.cause = "new input";
  run.error = "1 data test failed";
  run.report.version = 7;
  run.report.changed = true;
  run.report.steps = {{"stg_users", "lake", true, "new input", "3 days", 12, 345},
                      {"dim_users", "table", false, "up to date", "nothing", 0, 0}};
  run.report.failures = {{"dim_users", "unique(user_id)", 2, ""}};
  run.report.warnings = {{"stg_users", "volume", 0, "few"}};
  ASSERT_TRUE((*log)->Add(run));
  run.error.clear();
  ASSERT_TRUE((*log)->Add(run));
  log->reset();
  auto again = BuildLog::Open(path);
  ASSERT_TRUE(again);
  auto runs = (*again)->List(10);
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 2u);
  EXPECT_EQ(runs->front().error, "") << "the newest first";
  const serve::BuildRun& first = runs->back();
  EXPECT_EQ(first.error, "1 data test failed");
  EXPECT_EQ(first.ended - first.started, 2'500'000);
  EXPECT_EQ(first.cause, "new input");
  EXPECT_EQ(first.report.version, 7);
  EXPECT_TRUE(first.report.changed);
  ASSERT_EQ(first.report.steps.size(), 2u);
  EXPECT_EQ(first.report.steps[0].model, "stg_users");
  EXPECT_TRUE(first.report.steps[0].runs);
  EXPECT_EQ(first.report.steps[0].rows, 12u);
  EXPECT_EQ(first.report.steps[0].milliseconds, 345);
  EXPECT_FALSE(first.report.steps[1].runs);
  ASSERT_EQ(first.report.failures.size(), 1u);
  EXPECT_EQ(first.report.failures[0].test, "unique(user_id)");
  EXPECT_EQ(first.report.warnings[0].says, "few");
  EXPECT_EQ((*again)->List(1)->size(), 1u);
}

TEST(BuildLogTest, KeepsTheLastFiveHundred) {
  TempDir dir;
  auto log = *BuildLog::Open(dir.path() + "/control.sqlite");
  for (int i = 0; i < 510; ++i) {
    serve::BuildRun run;
    run.started = i;
    ASSERT_TRUE(log->Add(run));
  }
  auto runs = log->List(1000);
  ASSERT_EQ(runs->size(), 500u);
  EXPECT_EQ(runs->back().started, 10);
}

}  // namespace
}  // namespace souk::app
