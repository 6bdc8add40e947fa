#include "broker/fetch_sessions.h"

#include <gtest/gtest.h>

namespace souk::broker {
namespace {

using protocol::kafka::FetchRequest;

FetchRequest Request(int32_t session, int32_t epoch, std::vector<std::pair<int32_t, int64_t>> partitions) {
  FetchRequest request;
  request.session_id = session;
  request.session_epoch = epoch;
  if (partitions.empty()) return request;
  request.topics.emplace_back().topic = "orders";
  for (auto [partition, offset] : partitions) {
    auto& added = request.topics[0].partitions.emplace_back();
    added.partition = partition;
    added.fetch_offset = offset;
    added.partition_max_bytes = 1000;
  }
  return request;
}

std::vector<int32_t> Partitions(const FetchPlan& plan) {
  std::vector<int32_t> list;
  for (const FetchTarget& target : plan.targets) list.push_back(target.partition);
  return list;
}

TEST(FetchSessions, RemembersWhatIsReadAndTakesChanges) {
  FetchSessions sessions;
  FetchPlan first = sessions.Begin(Request(0, 0, {{0, 5}, {1, 6}, {2, 7}}));
  ASSERT_NE(first.session_id, 0);
  EXPECT_FALSE(first.incremental);

  FetchRequest change = Request(first.session_id, 1, {{1, 60}, {3, 8}});
  auto& forgotten = change.forgotten_topics_data.emplace_back();
  forgotten.topic = "orders";
  forgotten.partitions = {0};
  FetchPlan second = sessions.Begin(change);
  EXPECT_EQ(second.error, ErrorCode::kNone);
  EXPECT_TRUE(second.incremental);
  EXPECT_EQ(Partitions(second), (std::vector<int32_t>{1, 2, 3}));
  EXPECT_EQ(second.targets[0].fetch_offset, 60);
  EXPECT_EQ(second.targets[1].fetch_offset, 7);
}

TEST(FetchSessions, PartitionsThatHadRecordsGoToTheEnd) {
  FetchSessions sessions;
  FetchPlan plan = sessions.Begin(Request(0, 0, {{0, 0}, {1, 0}, {2, 0}}));
  plan.targets[0].told_high_watermark = 10;
  sessions.Finish(plan.session_id, plan.targets, {true, false, false});
  FetchPlan next = sessions.Begin(Request(plan.session_id, 1, {}));
  EXPECT_EQ(Partitions(next), (std::vector<int32_t>{1, 2, 0}));
  EXPECT_EQ(next.targets[2].told_high_watermark, 10);
}

TEST(FetchSessions, RefusesWrongEpochsAndUnknownSessions) {
  FetchSessions sessions;
  FetchPlan plan = sessions.Begin(Request(0, 0, {{0, 0}}));
  EXPECT_EQ(sessions.Begin(Request(plan.session_id, 7, {})).error, ErrorCode::kInvalidFetchSessionEpoch);
  EXPECT_EQ(sessions.Begin(Request(plan.session_id + 1, 1, {})).error, ErrorCode::kFetchSessionIdNotFound);
}

TEST(FetchSessions, TheLastEpochEndsASession) {
  FetchSessions sessions;
  FetchPlan plan = sessions.Begin(Request(0, 0, {{0, 0}}));
  EXPECT_EQ(sessions.size(), 1u);
  FetchPlan last = sessions.Begin(Request(plan.session_id, -1, {{0, 3}}));
  EXPECT_EQ(last.session_id, 0);
  EXPECT_EQ(Partitions(last), (std::vector<int32_t>{0}));
  EXPECT_EQ(sessions.size(), 0u);
}

TEST(FetchSessions, TheLongestUnusedOneMakesRoom) {
  FetchSessions sessions(2);
  int32_t one = sessions.Begin(Request(0, 0, {{0, 0}})).session_id;
  int32_t two = sessions.Begin(Request(0, 0, {{0, 0}})).session_id;
  EXPECT_EQ(sessions.Begin(Request(one, 1, {})).error, ErrorCode::kNone);
  sessions.Begin(Request(0, 0, {{0, 0}}));
  EXPECT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions.Begin(Request(two, 1, {})).error, ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(sessions.Begin(Request(one, 2, {})).error, ErrorCode::kNone);
}

}  // namespace
}  // namespace souk::broker
