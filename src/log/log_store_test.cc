#include "log/log_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <thread>

#include "base/files.h"
#include "log/test_batches.h"

namespace souk::log {
namespace {

constexpr Micros kNow = 1'764'331'470'123'456;

class LogStoreTest : public testing::Test {
 protected:
  void Open() {
    store_.reset();
    options_.background = false;
    auto store = LogStore::Open(dir_.path() + "/log", options_, clock_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  // As if the process had been killed: what is open now is forgotten, and what it does later is not seen.
  void OpenAfterKill() {
    TempDir copy;
    std::string command = fmt::format("cp -a {}/log {}/log", dir_.path(), copy.path());
    ASSERT_EQ(std::system(command.c_str()), 0);
    store_.reset();
    command = fmt::format("rm -r {0}/log && cp -a {1}/log {0}/log", dir_.path(), copy.path());
    ASSERT_EQ(std::system(command.c_str()), 0);
    Open();
  }
  void Commit(const std::string& group, const std::string& topic, int32_t partition, int64_t offset) {
    int done = 0;
    store_->CommitOffsets(group, {{{topic, partition}, {offset, 4, "note", 0}}}, [&](Status status) {
      EXPECT_TRUE(status);
      ++done;
    });
    EXPECT_EQ(done, 1);
  }

  TempDir dir_;
  FakeClock clock_{kNow};
  StoreOptions options_;
  std::unique_ptr<LogStore> store_;
};

TEST_F(LogStoreTest, TopicsAreThereAfterAStopAndAfterAKill) {
  Open();
  auto topic = store_->CreateTopic("orders", 3, {{"retention.ms", "5000"}});
  ASSERT_TRUE(topic) << topic.error().message;
  EXPECT_EQ((*topic)->partitions.size(), 3u);
  EXPECT_EQ((*topic)->options.retention_ms, 5000);
  std::string id = UuidText((*topic)->id);
  EXPECT_EQ(id.size(), 22u);
  ASSERT_TRUE(store_->FindPartition("orders", 2)->Append(MakeBatch("hello")));
  std::string cluster = store_->cluster_id();
  for (bool kill : {true, false}) {
    if (kill) {
      OpenAfterKill();
    } else {
      Open();
    }
    EXPECT_EQ(store_->report().clean, !kill);
    EXPECT_EQ(store_->cluster_id(), cluster);
    ASSERT_TRUE(store_->FindTopic("orders"));
    EXPECT_EQ(UuidText(store_->FindTopic("orders")->id), id);
    EXPECT_EQ(store_->FindTopic("orders")->options.retention_ms, 5000);
    EXPECT_EQ(store_->FindPartition("orders", 2)->end_offset(), 1);
    EXPECT_EQ(ReadRecords(*store_->FindPartition("orders", 2), 0)->front().value, "hello");
    EXPECT_FALSE(store_->FindPartition("orders", 3));
    EXPECT_FALSE(store_->FindPartition("other", 0));
  }
}

TEST_F(LogStoreTest, SaysWhatATopicCannotBe) {
  Open();
  ASSERT_TRUE(store_->CreateTopic("a", 1, {}));
  auto code = [](const auto& result) { return result ? "ok" : CodeName(result.error().code); };
  EXPECT_STREQ(code(store_->CreateTopic("a", 1, {})), CodeName(Code::kAlreadyExists));
  EXPECT_STREQ(code(store_->CreateTopic("a/b", 1, {})), CodeName(Code::kInvalid));
  EXPECT_STREQ(code(store_->CreateTopic("..", 1, {})), CodeName(Code::kInvalid));
  EXPECT_STREQ(code(store_->CreateTopic("b", 0, {})), CodeName(Code::kInvalid));
  EXPECT_STREQ(code(store_->CreateTopic("b", 1, {{"retention.ms", "soon"}})), CodeName(Code::kInvalid));
  EXPECT_STREQ(code(store_->CreateTopic("b", 1, {{"colour", "red"}})), CodeName(Code::kInvalid));
  EXPECT_STREQ(code(store_->DeleteTopic("b")), CodeName(Code::kNotFound));
  EXPECT_STREQ(code(store_->AddPartitions("a", 1)), CodeName(Code::kInvalid));
  EXPECT_EQ(store_->Topics().size(), 1u);
}

TEST_F(LogStoreTest, ADeletedTopicTakesItsOffsetsAlong) {
  Open();
  ASSERT_TRUE(store_->CreateTopic("a", 1, {}));
  ASSERT_TRUE(store_->CreateTopic("b", 1, {}));
  ASSERT_TRUE(store_->FindPartition("a", 0)->Append(MakeBatch("x")));
  Commit("g", "a", 0, 1);
  Commit("g", "b", 0, 1);
  ASSERT_TRUE(store_->DeleteTopic("a"));
  EXPECT_FALSE(PathExists(dir_.path() + "/log/topics/a"));
  EXPECT_EQ(store_->Offsets("g").size(), 1u);
  ASSERT_TRUE(store_->CreateTopic("a", 1, {}));
  EXPECT_EQ(store_->FindPartition("a", 0)->end_offset(), 0);
  OpenAfterKill();
  EXPECT_EQ(store_->FindPartition("a", 0)->end_offset(), 0);
  EXPECT_EQ(store_->Offsets("g").size(), 1u);
}

TEST_F(LogStoreTest, WhatACrashLeftOfATopicIsTidiedUp) {
  Open();
  ASSERT_TRUE(store_->CreateTopic("a", 1, {}));
  store_.reset();
  std::string topics = dir_.path() + "/log/topics";
  ASSERT_TRUE(CreateDirectories(topics + "/ghost/AAAAAAAAAAAAAAAAAAAAAA/0"));
  ASSERT_TRUE(WriteFileAtomic(topics + "/ghost/AAAAAAAAAAAAAAAAAAAAAA/0/00000000000000000000.log", "x"));
  ASSERT_TRUE(CreateDirectories(topics + "/a/AAAAAAAAAAAAAAAAAAAAAA/0"));
  Open();
  EXPECT_FALSE(PathExists(topics + "/ghost"));
  EXPECT_FALSE(PathExists(topics + "/a/AAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_TRUE(PathExists(topics + "/a/" + UuidText(store_->FindTopic("a")->id)));
}

TEST_F(LogStoreTest, PartitionsAndSettingsCanBeChanged) {
  Open();
  ASSERT_TRUE(store_->CreateTopic("a", 1, {}));
  ASSERT_TRUE(store_->AddPartitions("a", 3));
  ASSERT_TRUE(store_->SetTopicConfigs("a", {{"max.message.bytes", "100"}}));
  auto check = [&] {
    ASSERT_TRUE(store_->FindPartition("a", 2));
    auto refused = store_->FindPartition("a", 2)->Append(MakeBatch(std::string(200, 'x')));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->refusal, Refusal::kTooLarge);
  };
  check();
  OpenAfterKill();
  check();
}

TEST_F(LogStoreTest, OffsetsAndGroupsSurviveAKill) {
  for (FlushMode mode : {FlushMode::kOs, FlushMode::kInterval}) {
    options_.defaults.flush = mode;
    Open();
    std::string odd("g\0odd", 5);
    Commit("g", "a", 0, 5);
    Commit("g", "a", 12, 6);
    Commit("g", "a", 0, 7);
    Commit("g2", "a", 0, 8);
    Commit(odd, "a", 0, 9);
    store_->SaveGroup("members", "state", [](Status status) { EXPECT_TRUE(status); });
    OpenAfterKill();
    auto offsets = store_->Offsets("g");
    ASSERT_EQ(offsets.size(), 2u);
    EXPECT_EQ((offsets[{"a", 0}].offset), 7);
    EXPECT_EQ((offsets[{"a", 0}].metadata), "note");
    EXPECT_EQ((offsets[{"a", 0}].leader_epoch), 4);
    EXPECT_EQ((offsets[{"a", 0}].commit_time), kNow / 1000);
    EXPECT_EQ((store_->Offsets(odd)[{"a", 0}].offset), 9);
    auto groups = store_->Groups();
    EXPECT_EQ(groups.size(), 4u);
    EXPECT_EQ(groups["members"], "state");
    store_->DeleteOffsets("g", {{"a", 12}}, [](Status status) { EXPECT_TRUE(status); });
    store_->DeleteGroup("g2", [](Status status) { EXPECT_TRUE(status); });
    OpenAfterKill();
    EXPECT_EQ(store_->Offsets("g").size(), 1u);
    EXPECT_EQ(store_->Groups().size(), 3u);
  }
}

TEST_F(LogStoreTest, OldOffsetsOfIdleGroupsExpire) {
  Open();
  Commit("old", "a", 0, 1);
  Commit("busy", "a", 0, 1);
  clock_.Advance(8 * kMicrosPerDay);
  Commit("new", "a", 0, 1);
  ASSERT_TRUE(store_->ExpireOffsets({"busy"}));
  EXPECT_EQ(store_->Groups().size(), 2u);
  EXPECT_TRUE(store_->Offsets("old").empty());
}

TEST_F(LogStoreTest, ProducerIdsAreNeverGivenOutTwice) {
  std::set<int64_t> ids;
  for (int round = 0; round < 4; ++round) {
    if (round % 2) {
      OpenAfterKill();
    } else {
      Open();
    }
    for (int i = 0; i < 1500; ++i) EXPECT_TRUE(ids.insert(store_->AllocateProducerId().value()).second);
  }
}

TEST_F(LogStoreTest, TheStateIsMadeAnewWhenItHasGrown) {
  Open();
  for (int i = 0; i < 40'000; ++i) Commit("g", "a", i % 10, i);
  EXPECT_LT(FileSize(dir_.path() + "/log/state.log").value(), 1'100'000u);
  OpenAfterKill();
  EXPECT_EQ((store_->Offsets("g")[{"a", 9}].offset), 39'999);
}

TEST_F(LogStoreTest, DamageInTheMiddleOfTheStateIsReportedAndNothingRemoved) {
  options_.defaults.flush = FlushMode::kOs;
  Open();
  ASSERT_TRUE(store_->CreateTopic("first", 1, {}));
  uint64_t middle = FileSize(dir_.path() + "/log/state.log").value();
  ASSERT_TRUE(store_->CreateTopic("second", 1, {}));
  ASSERT_TRUE(store_->CreateTopic("third", 1, {}));
  store_.reset();
  std::string content = ReadFile(dir_.path() + "/log/state.log").value();
  content[middle + 40] = static_cast<char>(content[middle + 40] ^ 1);
  ASSERT_TRUE(WriteFileAtomic(dir_.path() + "/log/state.log", content));
  Open();
  EXPECT_FALSE(store_->report().clean);
  ASSERT_EQ(store_->report().notes.size(), 1u);
  EXPECT_NE(store_->report().notes[0].find("state.log was damaged"), std::string::npos);
  EXPECT_TRUE(store_->FindTopic("first"));
  EXPECT_FALSE(store_->FindTopic("second"));
  EXPECT_TRUE(store_->FindTopic("third"));
  EXPECT_TRUE(PathExists(dir_.path() + "/log/topics/second"));
  EXPECT_TRUE(PathExists(dir_.path() + "/log/state.log.damaged"));
}

TEST_F(LogStoreTest, TheThreadFlushesWhatIsDue) {
  options_.defaults.flush_interval_ms = 20;
  options_.background = true;
  auto store = LogStore::Open(dir_.path() + "/log", options_, SystemClock()).value();
  ASSERT_TRUE(store->CreateTopic("a", 1, {}));
  auto log = store->FindPartition("a", 0);
  ASSERT_TRUE(log->Append(MakeBatch("x")));
  for (int i = 0; i < 500 && log->checkpoint().recovery_point < 1; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(log->checkpoint().recovery_point, 1);
  ASSERT_TRUE(store->Close());
  EXPECT_FALSE(store->CreateTopic("b", 1, {}));
  EXPECT_FALSE(log->Append(MakeBatch("y")));
}

}  // namespace
}  // namespace souk::log
