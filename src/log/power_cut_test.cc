// The log over files that lose what was not synced: whatever happens, what was acknowledged is there
// afterwards, as far as the flush mode promises it, in order, once, and without gaps.
#include <gtest/gtest.h>

#include <future>

#include "base/log.h"
#include "log/log_store.h"
#include "log/lossy_files.h"
#include "log/test_batches.h"

namespace souk::log {
namespace {

constexpr Micros kNow = 1'764'331'470'123'456;
using Loss = LossyFiles::Loss;

// A store under random work, and what it has promised.
class Life {
 public:
  Life(uint32_t seed, FlushMode mode) : random_(seed), mode_(mode) {
    options_.background = false;
    options_.defaults.flush = mode;
    options_.defaults.segment_bytes = 20'000;
    options_.defaults.index_interval_bytes = 500;
  }

  void Open() {
    auto store = LogStore::Open("/log", options_, clock_, files_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    for (const std::string& note : store_->report().notes) {
      EXPECT_NE(note.find("torn tail"), std::string::npos) << note;
    }
    if (!store_->FindTopic("t")) {
      EXPECT_FALSE(created_) << "the topic is gone";
      auto topic = store_->CreateTopic("t", 1, {});
      created_ = topic.has_value();
    }
    log_ = store_->FindPartition("t", 0);
  }

  // False: the files fail already.
  bool TryOpen() {
    auto store = LogStore::Open("/log", options_, clock_, files_);
    if (!store) return false;
    store_ = std::move(*store);
    log_ = store_->FindPartition("t", 0);
    return log_ != nullptr;
  }

  void Work(int steps) {
    for (int i = 0; i < steps; ++i) Step();
  }

  void Cut(Loss loss) {
    files_.CutPower(loss, random_);
    log_.reset();
    store_.reset();
    files_.PowerOn();
  }

  // Compares what is there with what was promised, and takes it as the new truth.
  void Check(bool killed) {
    Open();
    if (testing::Test::HasFatalFailure() || !log_) return;
    int64_t least = killed ? acknowledged_ : durable_;
    EXPECT_GE(log_->end_offset(), least) << "acknowledged records are gone";
    EXPECT_LE(log_->end_offset(), static_cast<int64_t>(written_.size()));
    EXPECT_GE(log_->start_offset(), deleted_);
    int64_t start = log_->start_offset();
    auto records = ReadRecords(*log_, start, 3000);
    ASSERT_TRUE(records) << records.error().message;
    ASSERT_EQ(static_cast<int64_t>(records->size()), log_->end_offset() - start);
    for (size_t i = 0; i < records->size(); ++i) {
      int64_t offset = start + static_cast<int64_t>(i);
      ASSERT_EQ((*records)[i].offset, offset);
      ASSERT_EQ((*records)[i].value, written_[static_cast<size_t>(offset)]);
    }
    auto damages = log_->Check();
    ASSERT_TRUE(damages);
    for (const Damage& damage : *damages) ADD_FAILURE() << damage.what;
    CheckOffsets(killed);
    written_.resize(static_cast<size_t>(log_->end_offset()));
    acknowledged_ = log_->end_offset();
    durable_ = std::min(durable_, acknowledged_);
    ResumeProducer();
  }

  LossyFiles& files() { return files_; }
  std::mt19937& random() { return random_; }
  void Stop() {
    if (!store_) return;
    if (store_->Close()) durable_ = acknowledged_ = static_cast<int64_t>(written_.size());
    log_.reset();
    store_.reset();
  }

 private:
  void Step() {
    if (!log_) return;
    uint32_t what = random_() % 100;
    if (what < 80) {
      Append();
    } else if (what < 86) {
      if (log_->Flush()) durable_ = log_->end_offset();
    } else if (what < 90) {
      Commit();
    } else if (what < 93) {
      (void)store_->Maintain();
    } else if (what < 96) {
      clock_.Advance(500'000);
      if (store_->FlushDue()) NoteInterval();
    } else if (what < 98 && log_->high_watermark() > log_->start_offset() + 100) {
      int64_t offset = log_->start_offset() + 50;
      if (log_->DeleteRecordsBefore(offset)) deleted_ = offset;
    } else {
      SendAgain();
    }
  }

  void Append() {
    int count = 1 + static_cast<int>(random_() % 5);
    std::vector<TestRecord> records;
    for (int i = 0; i < count; ++i) {
      records.push_back({"k", Value(++serial_, random_() % 900), kNow / 1000});
    }
    std::string batch = MakeBatch(records, FromProducer(1, epoch_, sequence_));
    int64_t end = log_->end_offset();
    auto result = log_->Append(batch);
    if (!result) {
      EXPECT_EQ(log_->end_offset(), end) << "a failed append left something";
      return;
    }
    ASSERT_EQ(result->refusal, Refusal::kNone) << result->reason;
    ASSERT_EQ(result->base_offset, static_cast<int64_t>(written_.size()));
    for (const TestRecord& record : records) written_.push_back(*record.value);
    sequence_ += count;
    last_batch_ = batch;
    last_offset_ = result->base_offset;
    if (!log_->WaitDurable(result->last_offset + 1)) return;
    acknowledged_ = result->last_offset + 1;
    if (mode_ == FlushMode::kEach) durable_ = acknowledged_;
  }

  // Different at every byte from all others: what two failed writes left must not make a third one whole.
  static std::string Value(int serial, size_t bytes) {
    std::string value = fmt::format("{}:", serial);
    while (value.size() < bytes) value += value;
    return value;
  }

  void SendAgain() {
    if (last_batch_.empty()) return;
    auto again = log_->Append(last_batch_);
    if (!again) return;
    EXPECT_TRUE(again->duplicate) << again->reason;
    EXPECT_EQ(again->base_offset, last_offset_);
  }

  void Commit() {
    int64_t offset = ++commits_;
    std::promise<bool> answer;
    store_->CommitOffsets("g", {{{"t", 0}, {offset, -1, "", 0}}},
                          [&](Status status) { answer.set_value(status.has_value()); });
    if (!answer.get_future().get()) return;
    committed_ = offset;
    if (mode_ == FlushMode::kEach) durable_commit_ = offset;
  }

  void NoteInterval() {
    if (mode_ == FlushMode::kInterval) durable_ = std::max(durable_, log_->checkpoint().recovery_point);
  }

  void CheckOffsets(bool killed) {
    auto offsets = store_->Offsets("g");
    int64_t found = offsets.empty() ? 0 : offsets.begin()->second.offset;
    EXPECT_LE(found, commits_);
    EXPECT_GE(found, killed ? committed_ : durable_commit_);
    committed_ = found;
    durable_commit_ = std::min(durable_commit_, found);
  }

  // What is there is known to be there, also to the producer that asks again; then it begins anew.
  void ResumeProducer() {
    if (last_offset_ < log_->end_offset()) SendAgain();
    last_batch_.clear();
    sequence_ = 0;
    ++epoch_;
  }

  std::mt19937 random_;
  FlushMode mode_;
  LossyFiles files_;
  FakeClock clock_{kNow};
  StoreOptions options_;
  std::unique_ptr<LogStore> store_;
  std::shared_ptr<PartitionLog> log_;
  bool created_ = false;
  std::vector<std::string> written_;  // value of every offset
  int64_t acknowledged_ = 0;          // of those: what the producer was told is there
  int64_t durable_ = 0;               // and what no power failure may take
  int64_t deleted_ = 0;
  int64_t commits_ = 0;
  int64_t committed_ = 0;
  int64_t durable_commit_ = 0;
  int serial_ = 0;
  int32_t sequence_ = 0;
  int16_t epoch_ = 0;
  std::string last_batch_;
  int64_t last_offset_ = 0;
};

class PowerCutTest : public testing::TestWithParam<std::tuple<FlushMode, Loss>> {
 protected:
  static void SetUpTestSuite() { (void)ConfigureLog({LogLevel::kOff, false, ""}); }
  static void TearDownTestSuite() { (void)ConfigureLog({}); }
};

TEST_P(PowerCutTest, WhatWasPromisedIsThere) {
  auto [mode, loss] = GetParam();
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Life life(seed, mode);
    life.Open();
    for (int round = 0; round < 4; ++round) {
      life.Work(static_cast<int>(life.random()() % 150));
      life.Cut(loss);
      life.Check(loss == Loss::kNothing);
      if (HasFailure()) return;
    }
    life.Stop();
    life.Check(true);
    if (HasFailure()) return;
  }
}

// The power goes at every change that work makes in the files, one after the other.
TEST_P(PowerCutTest, AtEveryChangeOfWork) {
  auto [mode, loss] = GetParam();
  bool reached = true;
  for (uint64_t n = 1; reached; n += 1 + n / 40) {
    SCOPED_TRACE(fmt::format("change {}", n));
    Life life(7, mode);
    life.Open();
    life.Work(40);
    life.files().FailAt(n, "the power is about to go", true);
    life.Work(60);
    reached = life.files().changes() >= n;
    life.Cut(loss);
    life.Check(loss == Loss::kNothing);
    if (HasFailure()) return;
    life.Work(10);
    life.Cut(Loss::kNothing);
    life.Check(true);
    if (HasFailure()) return;
  }
}

// And at every change that a start makes, which mends what the last cut left.
TEST_P(PowerCutTest, AtEveryChangeOfAStart) {
  auto [mode, loss] = GetParam();
  for (uint32_t seed = 0; seed < 5; ++seed) {
    bool reached = true;
    for (uint64_t n = 1; reached; ++n) {
      SCOPED_TRACE(fmt::format("seed {}, change {}", seed, n));
      Life life(seed, mode);
      life.Open();
      life.Work(100);
      life.Cut(loss);
      life.files().FailAt(n, "the power is about to go", true);
      (void)life.TryOpen();
      reached = life.files().changes() >= n;
      life.Cut(loss);
      life.Check(loss == Loss::kNothing);
      if (HasFailure()) return;
    }
  }
}

std::string CaseName(const testing::TestParamInfo<std::tuple<FlushMode, Loss>>& info) {
  constexpr const char* kLosses[] = {"Kill", "LosesAll", "LosesSome"};
  auto [mode, loss] = info.param;
  return fmt::format("{}{}", FlushModeName(mode), kLosses[static_cast<int>(loss)]);
}

INSTANTIATE_TEST_SUITE_P(All, PowerCutTest,
                         testing::Combine(testing::Values(FlushMode::kOs, FlushMode::kInterval,
                                                          FlushMode::kEach),
                                          testing::Values(Loss::kNothing, Loss::kEverything, Loss::kSome)),
                         CaseName);

// One failure, and the log goes on.
TEST(DiskTest, OneFailureAnywhereLosesNothing) {
  ASSERT_TRUE(ConfigureLog({LogLevel::kOff, false, ""}));
  bool reached = true;
  for (uint64_t n = 1; reached; n += 1 + n / 40) {
    SCOPED_TRACE(fmt::format("change {}", n));
    Life life(11, FlushMode::kEach);
    life.Open();
    life.Work(20);
    life.files().FailAt(n, "Input/output error", false);
    life.Work(60);
    reached = life.files().changes() >= n;
    life.Cut(Loss::kSome);
    life.Check(false);
    if (HasFailure()) return;
  }
  ASSERT_TRUE(ConfigureLog({}));
}

TEST(DiskTest, AFullDiskRefusesAndGoesOnWhenThereIsRoom) {
  LossyFiles files;
  FakeClock clock{kNow};
  StoreOptions options;
  options.background = false;
  options.defaults.segment_bytes = 5000;
  auto store = LogStore::Open("/log", options, clock, files).value();
  auto log = store->CreateTopic("t", 1, {}).value()->partitions[0];
  files.SetRoom(20'000);
  int64_t there = 0;
  Result<AppendResult> result;
  while ((result = log->Append(MakeBatch(std::string(300, 'x'))))) ++there;
  EXPECT_GT(there, 30);
  EXPECT_NE(result.error().message.find("No space left"), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find(fmt::format("t-0@{}", there)), std::string::npos)
      << result.error().message;
  EXPECT_EQ(log->end_offset(), there);
  EXPECT_EQ(static_cast<int64_t>(ReadRecords(*log, 0)->size()), there);
  EXPECT_FALSE(log->Append(MakeBatch(std::string(300, 'x'))));
  ASSERT_TRUE(log->DeleteRecordsBefore(there / 2)) << "deleting makes room";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(log->Append(MakeBatch("y"))->base_offset, there + i);
  EXPECT_TRUE(log->Check()->empty());
  std::mt19937 random(1);
  files.CutPower(Loss::kNothing, random);
  log.reset();
  store.reset();
  files.PowerOn();
  store = LogStore::Open("/log", options, clock, files).value();
  EXPECT_EQ(store->FindPartition("t", 0)->end_offset(), there + 10);
  EXPECT_TRUE(store->Check()->empty());
}

TEST(DiskTest, AFailedSyncStopsAppendsUntilItIsOpenedAgain) {
  ASSERT_TRUE(ConfigureLog({LogLevel::kOff, false, ""}));
  LossyFiles files;
  FakeClock clock{kNow};
  StoreOptions options;
  options.background = false;
  options.defaults.flush = FlushMode::kEach;
  auto store = LogStore::Open("/log", options, clock, files).value();
  auto log = store->CreateTopic("t", 1, {}).value()->partitions[0];
  ASSERT_TRUE(log->Append(MakeBatch("a")));
  ASSERT_TRUE(log->WaitDurable(1));
  ASSERT_TRUE(log->Append(MakeBatch("b")));
  files.FailAt(1, "Input/output error", false);
  EXPECT_FALSE(log->WaitDurable(2));
  EXPECT_FALSE(log->WaitDurable(2)) << "a second sync that works proves nothing";
  auto refused = log->Append(MakeBatch("c"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("t-0@1"), std::string::npos) << refused.error().message;
  EXPECT_EQ(log->high_watermark(), 1);
  EXPECT_EQ(ReadRecords(*log, 0)->size(), 1u);
  ASSERT_TRUE(ConfigureLog({}));
}

}  // namespace
}  // namespace souk::log
