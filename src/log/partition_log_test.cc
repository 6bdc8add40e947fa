#include "log/partition_log.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/files.h"
#include "log/syncer.h"
#include "log/test_batches.h"

namespace souk::log {
namespace {

constexpr Micros kNow = 1'764'331'470'123'456;
constexpr int64_t kNowMs = kNow / 1000;

class PartitionLogTest : public testing::Test {
 protected:
  void Open() {
    log_.reset();
    PartitionLog::Setup setup;
    setup.files = &PosixFiles();
    setup.clock = &clock_;
    setup.directory = dir_.path();
    setup.name = "orders-0";
    setup.options = options_;
    setup.checkpoint = checkpoint_;
    setup.save = [this](const Checkpoint& checkpoint, bool) {
      checkpoint_ = checkpoint;
      return Status();
    };
    auto log = PartitionLog::Open(std::move(setup));
    ASSERT_TRUE(log) << log.error().message;
    log_ = std::move(*log);
  }
  void CleanStop() {
    auto closed = log_->Close();
    ASSERT_TRUE(closed) << closed.error().message;
    checkpoint_ = *closed;
  }
  AppendResult Append(const std::string& batch) {
    auto result = log_->Append(batch);
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(AppendResult());
  }
  void AppendMany(int from, int to, int64_t timestamp = kNowMs) {
    for (int i = from; i < to; ++i) Append(MakeBatch({{"k", std::to_string(i), timestamp + i}}));
  }
  // Records `from` to `to` - 1 are there, each with its number as value.
  void ExpectNumbers(int from, int to) {
    auto records = ReadRecords(*log_, from, 500);
    ASSERT_TRUE(records) << records.error().message;
    ASSERT_EQ(records->size(), static_cast<size_t>(to - from));
    for (int i = from; i < to; ++i) {
      EXPECT_EQ((*records)[static_cast<size_t>(i - from)], (StoredRecord{i, "k", std::to_string(i)}));
    }
  }
  std::string Path(int64_t offset, const std::string& ending) const {
    return fmt::format("{}/{:020}{}", dir_.path(), offset, ending);
  }
  void Flip(const std::string& path, uint64_t position) {
    auto file = PosixFiles().Open(path, OpenMode::kWrite).value();
    char byte;
    ASSERT_EQ(file->ReadAt(position, &byte, 1).value(), 1u);
    byte = static_cast<char>(byte ^ 0x10);
    ASSERT_TRUE(file->WriteAt(position, {std::string_view(&byte, 1)}));
  }

  TempDir dir_;
  FakeClock clock_{kNow};
  LogOptions options_;
  Checkpoint checkpoint_;
  std::unique_ptr<PartitionLog> log_;
};

TEST_F(PartitionLogTest, GivesBackWhatWasAppended) {
  Open();
  EXPECT_EQ(log_->end_offset(), 0);
  AppendMany(0, 100);
  EXPECT_EQ(log_->end_offset(), 100);
  EXPECT_EQ(log_->high_watermark(), 100);
  for (int from : {0, 1, 50, 99, 100}) ExpectNumbers(from, 100);
}

TEST_F(PartitionLogTest, StoresABatchAsItCameButForItsOffset) {
  Open();
  Append(MakeBatch("first"));
  BatchHeader header = FromProducer(7, 3, 0);
  header.attributes = static_cast<uint16_t>(Compression::kZstd);
  std::string batch = MakeBatch({{"a", "1", 5}, {std::nullopt, std::nullopt, 6}}, header);
  AppendResult result = Append(batch);
  EXPECT_EQ(result.base_offset, 1);
  EXPECT_EQ(result.last_offset, 2);
  auto read = log_->Read(1, 1);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->ranges.size(), 1u);
  std::string stored = ReadRange(read->ranges[0]).value();
  EXPECT_EQ(stored.substr(16), batch.substr(16));
  EXPECT_EQ(ParseBatchHeader(stored)->base_offset, 1);
}

TEST_F(PartitionLogTest, RefusesWhatIsNoBatch) {
  Open();
  std::string batch = MakeBatch("value");
  EXPECT_EQ(Append("").refusal, Refusal::kCorrupt);
  for (size_t n = 0; n < batch.size(); ++n) {
    EXPECT_NE(Append(batch.substr(0, n)).refusal, Refusal::kNone) << n;
    std::string flipped = batch;
    flipped[n] = static_cast<char>(flipped[n] ^ 4);
    bool set_by_log = n < 8 || (n >= 12 && n < 16);
    EXPECT_EQ(Append(flipped).refusal == Refusal::kNone, set_by_log) << n;
  }
  std::string old = batch;
  old[16] = 1;
  EXPECT_EQ(Append(old).refusal, Refusal::kOldFormat);
  options_.max_batch_bytes = 10;
  log_->SetOptions(options_);
  EXPECT_EQ(Append(batch).refusal, Refusal::kTooLarge);
}

TEST_F(PartitionLogTest, OffsetsOutsideAreNotFound) {
  Open();
  AppendMany(0, 3);
  auto below = log_->Read(-1, 100);
  ASSERT_FALSE(below);
  EXPECT_EQ(below.error().code, Code::kNotFound);
  auto beyond = log_->Read(4, 100);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, Code::kNotFound);
  EXPECT_NE(beyond.error().message.find("orders-0@4"), std::string::npos) << beyond.error().message;
  EXPECT_EQ(log_->Read(3, 100)->bytes, 0u);
}

TEST_F(PartitionLogTest, ReadsWholeBatchesUpToTheLimit) {
  Open();
  AppendMany(0, 10);
  uint64_t one = log_->bytes() / 10;
  EXPECT_EQ(log_->Read(0, 3 * one)->bytes, 3 * one);
  EXPECT_EQ(log_->Read(0, 3 * one - 1)->bytes, 2 * one);
  EXPECT_EQ(log_->Read(0, 1)->bytes, one);
  EXPECT_EQ(log_->Read(0, 1, false)->bytes, 0u);
}

TEST_F(PartitionLogTest, GoesOverSegments) {
  options_.segment_bytes = 500;
  options_.index_interval_bytes = 100;
  Open();
  AppendMany(0, 200);
  EXPECT_GT(ListFiles(dir_.path())->size(), 50u);
  for (int from = 0; from <= 200; from += 7) ExpectNumbers(from, 200);
  CleanStop();
  Open();
  EXPECT_TRUE(log_->open_report().clean);
  EXPECT_EQ(log_->open_report().scanned_bytes, 0u);
  for (int from = 0; from <= 200; from += 7) ExpectNumbers(from, 200);
  AppendMany(200, 210);
  ExpectNumbers(0, 210);
}

TEST_F(PartitionLogTest, OpensAfterAKillWithoutLosingAnything) {
  for (bool indexes : {true, false}) {
    options_.segment_bytes = 3000;
    options_.index_interval_bytes = 100;
    Open();
    int from = static_cast<int>(log_->end_offset());
    AppendMany(from, from + 100);
    if (!indexes) {
      auto files = ListFiles(dir_.path()).value();
      for (const std::string& file : files) {
        if (file.find("index") != std::string::npos) {
          ASSERT_TRUE(RemoveTree(file));
        }
      }
    }
    Open();
    EXPECT_FALSE(log_->open_report().clean);
    EXPECT_EQ(log_->open_report().cut_bytes, 0u);
    EXPECT_TRUE(log_->open_report().damages.empty());
    for (int offset = 0; offset <= from + 100; offset += 3) ExpectNumbers(offset, from + 100);
  }
}

TEST_F(PartitionLogTest, CutsATailTornAtAnyByte) {
  Open();
  AppendMany(0, 3);
  ASSERT_TRUE(log_->Flush());
  checkpoint_ = log_->checkpoint();
  uint64_t before = log_->bytes();
  AppendMany(3, 4);
  uint64_t after = log_->bytes();
  log_.reset();
  std::string whole = ReadFile(Path(0, ".log")).value();
  for (uint64_t size = before; size <= after; ++size) {
    ASSERT_TRUE(WriteFileAtomic(Path(0, ".log"), whole.substr(0, size)));
    Open();
    EXPECT_EQ(log_->end_offset(), size == after ? 4 : 3) << size;
    EXPECT_EQ(log_->open_report().cut_bytes, size == after ? 0 : size - before);
    ExpectNumbers(0, size == after ? 4 : 3);
    Append(MakeBatch({{"k", std::to_string(log_->end_offset()), 1}}));
    ExpectNumbers(0, size == after ? 5 : 4);
    log_.reset();
  }
}

TEST_F(PartitionLogTest, KeepsWhatIsWholeBehindATear) {
  Open();
  AppendMany(0, 5);
  uint64_t one = log_->bytes() / 5;
  Flip(Path(0, ".log"), 3 * one + 65);
  Open();
  EXPECT_EQ(log_->end_offset(), 3);
  EXPECT_EQ(log_->open_report().cut_bytes, 2 * one);
  EXPECT_EQ(FileSize(Path(3, ".cut")).value_or(0), 2 * one);
  ExpectNumbers(0, 3);
}

TEST_F(PartitionLogTest, FlippedBitsAreFoundAndNeverServed) {
  options_.index_interval_bytes = 300;
  Open();
  AppendMany(0, 40);
  CleanStop();
  std::string whole = ReadFile(Path(0, ".log")).value();
  uint64_t one = whole.size() / 40;  // values of one and two digits differ by a byte
  for (uint64_t position = 20 * one; position < 21 * one; ++position) {
    ASSERT_TRUE(WriteFileAtomic(Path(0, ".log"), whole));
    Flip(Path(0, ".log"), position);
    Open();
    ASSERT_TRUE(log_->open_report().clean);
    auto damages = log_->Check();
    ASSERT_TRUE(damages) << damages.error().message;
    ASSERT_EQ(damages->size(), 1u) << position;
    int64_t damaged = damages->front().offset;
    EXPECT_NE(damages->front().what.find(fmt::format("orders-0@{}:", damaged)), std::string::npos);
    for (int64_t offset = 0; offset < 40; ++offset) {
      auto read = log_->Read(offset, 1);
      EXPECT_EQ(read.has_value(), offset != damaged) << "flipped byte " << position << ", offset " << offset;
      EXPECT_EQ(read ? Code::kCorrupt : read.error().code, Code::kCorrupt);
    }
  }
}

TEST_F(PartitionLogTest, WhatWasJustAppendedIsNotCheckedAgain) {
  Open();
  AppendMany(0, 10);
  uint64_t one = log_->bytes() / 10;
  ASSERT_EQ(log_->Read(0, 2 * one)->bytes, 2 * one);  // from here on it is known where batches begin
  Flip(Path(0, ".log"), 3 * one + 65);
  EXPECT_EQ(log_->Read(2, 8 * one)->bytes, 8 * one);
  clock_.Advance(59 * kMicrosPerSecond);
  AppendMany(10, 11);
  EXPECT_EQ(log_->Read(2, 8 * one)->bytes, 8 * one);
  clock_.Advance(2 * kMicrosPerSecond);
  EXPECT_EQ(log_->Read(2, 8 * one)->bytes, one) << "the damage ends the answer";
  auto damaged = log_->Read(3, 8 * one);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::kCorrupt);
  ExpectNumbers(4, 11);
  clock_.Set(kNow - 3600 * kMicrosPerSecond);  // a clock that is set back makes nothing fresh
  EXPECT_FALSE(log_->Read(3, 8 * one));
}

// Of large batches only the headers are read.
TEST_F(PartitionLogTest, LargeAndSmallBatchesAreReadTogether) {
  Open();
  std::vector<uint64_t> ends;
  for (int i = 0; i < 12; ++i) {
    size_t size = i % 3 == 2 ? 10 : 100'000 + static_cast<size_t>(i);
    Append(MakeBatch({{"k", std::string(size, static_cast<char>('a' + i)), kNowMs}}));
    ends.push_back(log_->bytes());
  }
  for (size_t i = 0; i < ends.size(); ++i) {
    auto all = log_->Read(0, ends[i]);
    EXPECT_EQ(all->bytes, ends[i]);
    EXPECT_EQ(all->cut, i + 1 < ends.size());
    EXPECT_EQ(log_->Read(0, ends[i] - 1)->bytes, i == 0 ? ends[0] : ends[i - 1]);
  }
  auto records = ReadRecords(*log_, 0, 200'000);
  ASSERT_EQ(records->size(), 12u);
  for (size_t i = 0; i < 12; ++i) EXPECT_EQ((*records)[i].value.front(), static_cast<char>('a' + i));

  Flip(Path(0, ".log"), ends[6] + 8);  // in the length of batch 7
  EXPECT_EQ(log_->Read(0, ends[11])->bytes, ends[6]);
  auto damaged = log_->Read(7, ends[11]);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::kCorrupt);
  EXPECT_EQ(log_->Read(8, ends[11])->bytes, ends[11] - ends[7]);
}

TEST_F(PartitionLogTest, DamageBeforeTheRecoveryPointIsReportedAndNotCut) {
  Open();
  AppendMany(0, 10);
  ASSERT_TRUE(log_->Flush());
  checkpoint_ = log_->checkpoint();
  AppendMany(10, 12);
  uint64_t one = log_->bytes() / 12;
  Flip(Path(0, ".log"), 5 * one + 65);
  Open();
  EXPECT_EQ(log_->end_offset(), 12);
  EXPECT_EQ(log_->open_report().cut_bytes, 0u);
  EXPECT_FALSE(log_->Read(5, 1));
  ExpectNumbers(6, 12);
}

TEST_F(PartitionLogTest, AWrongIndexIsNotBelieved) {
  options_.index_interval_bytes = 100;
  Open();
  AppendMany(0, 50);
  CleanStop();
  std::string index = ReadFile(Path(0, ".index")).value();
  for (size_t at = 0; at < index.size(); at += 5) {
    std::string wrong = index;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    ASSERT_TRUE(WriteFileAtomic(Path(0, ".index"), wrong));
    Open();
    for (int from = 0; from < 50; from += 9) ExpectNumbers(from, 50);
  }
}

TEST_F(PartitionLogTest, FindsOffsetsByTime) {
  options_.segment_bytes = 400;
  options_.index_interval_bytes = 100;
  Open();
  EXPECT_FALSE(log_->OffsetForTime(0)->has_value());
  // Times go up and down.
  std::vector<int64_t> times = {100, 300, 200, 250, 400, 350, 500, 450, 450, 700};
  for (int64_t time : times) Append(MakeBatch({{"k", "v", time}, {"k", "v", time + 10}}));
  for (int round = 0; round < 2; ++round) {
    for (int64_t time = 0; time < 720; time += 5) {
      int64_t expected = -1;
      for (size_t i = 0; i < times.size() * 2 && expected < 0; ++i) {
        if (times[i / 2] + static_cast<int64_t>(i % 2) * 10 >= time) expected = static_cast<int64_t>(i);
      }
      auto found = log_->OffsetForTime(time);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_EQ(*found ? (*found)->offset : -1, expected) << time;
    }
    EXPECT_EQ((*log_->MaxTimestamp())->timestamp, 710);
    EXPECT_EQ((*log_->MaxTimestamp())->offset, 19);
    CleanStop();
    Open();
  }
}

TEST_F(PartitionLogTest, ABatchSentTwiceIsStoredOnce) {
  Open();
  for (int i = 0; i < 8; ++i) Append(MakeBatch({{"k", std::to_string(i)}}, FromProducer(5, 0, i)));
  auto expect_state = [&] {
    AppendResult again = Append(MakeBatch({{"k", "7"}}, FromProducer(5, 0, 7)));
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.base_offset, 7);
    EXPECT_EQ(Append(MakeBatch({{"k", "3"}}, FromProducer(5, 0, 3))).base_offset, 3);
    EXPECT_EQ(Append(MakeBatch({{"k", "1"}}, FromProducer(5, 0, 1))).refusal, Refusal::kOldDuplicate);
    EXPECT_EQ(Append(MakeBatch({{"k", "9"}}, FromProducer(5, 0, 9))).refusal, Refusal::kOutOfOrder);
    EXPECT_EQ(Append(MakeBatch({{"k", "9"}}, FromProducer(5, 1, 9))).refusal, Refusal::kOutOfOrder);
    EXPECT_EQ(log_->end_offset(), 8);
  };
  expect_state();
  Open();  // after a kill
  expect_state();
  CleanStop();
  Open();
  EXPECT_TRUE(log_->open_report().clean);
  expect_state();
  EXPECT_EQ(Append(MakeBatch({{"k", "8"}}, FromProducer(5, 1, 0))).base_offset, 8);
  EXPECT_EQ(Append(MakeBatch({{"k", "8"}}, FromProducer(5, 0, 8))).refusal, Refusal::kOldEpoch);
  clock_.Advance(2 * kMicrosPerDay);
  log_->Trim();
  EXPECT_EQ(Append(MakeBatch({{"k", "8"}}, FromProducer(5, 0, 42))).base_offset, 9) << "forgotten by now";
}

TEST_F(PartitionLogTest, SequencesWrap) {
  Open();
  Append(MakeBatch({{"k", "0"}, {"k", "1"}}, FromProducer(5, 0, INT32_MAX - 1)));
  EXPECT_EQ(Append(MakeBatch({{"k", "2"}}, FromProducer(5, 0, 0))).base_offset, 2);
  EXPECT_TRUE(Append(MakeBatch({{"k", "0"}, {"k", "1"}}, FromProducer(5, 0, INT32_MAX - 1))).duplicate);
}

TEST_F(PartitionLogTest, AppendTimeNeverGoesBack) {
  options_.log_append_time = true;
  Open();
  EXPECT_EQ(Append(MakeBatch("a", 5)).append_time, kNowMs);
  clock_.Advance(-kMicrosPerDay);
  EXPECT_EQ(Append(MakeBatch("b", 5)).append_time, kNowMs);
  clock_.Advance(2 * kMicrosPerDay);
  EXPECT_EQ(Append(MakeBatch("c", 5)).append_time, kNowMs + 86'400'000);
  EXPECT_EQ((*log_->OffsetForTime(kNowMs + 1))->offset, 2);
  EXPECT_TRUE(log_->Check()->empty());
}

TEST_F(PartitionLogTest, RetentionByTimeAndBytes) {
  options_.segment_bytes = 500;
  options_.retention_ms = 10'000;
  Open();
  AppendMany(0, 50, kNowMs);
  auto read = log_->Read(0, 100).value();
  clock_.Set((kNowMs + 10'025) * 1000);
  ASSERT_TRUE(log_->ApplyRetention());
  int64_t start = log_->start_offset();
  EXPECT_GT(start, 15);
  EXPECT_LE(start, 25);
  ExpectNumbers(static_cast<int>(start), 50);
  EXPECT_FALSE(log_->Read(start - 1, 100));
  EXPECT_FALSE(ReadRange(read.ranges[0])->empty()) << "what was being sent stays readable";
  clock_.Set(kNow - kMicrosPerDay);
  ASSERT_TRUE(log_->ApplyRetention());
  EXPECT_EQ(log_->start_offset(), start) << "the clock went back";
  options_.retention_ms = -1;
  options_.retention_bytes = 1000;
  log_->SetOptions(options_);
  ASSERT_TRUE(log_->ApplyRetention());
  EXPECT_GE(log_->bytes(), 1000u);
  EXPECT_LT(log_->bytes(), 1500u);
  start = log_->start_offset();
  options_.retention_bytes = -1;
  options_.retention_ms = 1000;
  log_->SetOptions(options_);
  clock_.Set(kNow + kMicrosPerDay);
  ASSERT_TRUE(log_->ApplyRetention());
  EXPECT_EQ(log_->start_offset(), 50);
  EXPECT_EQ(log_->bytes(), 0u);
  Open();
  EXPECT_EQ(log_->end_offset(), 50) << "an empty log still knows its offsets";
  EXPECT_EQ(Append(MakeBatch("x")).base_offset, 50);
}

TEST_F(PartitionLogTest, DeletesRecordsUpToAnOffset) {
  options_.segment_bytes = 500;
  Open();
  AppendMany(0, 50);
  EXPECT_EQ(log_->DeleteRecordsBefore(33).value(), 33);
  EXPECT_EQ(log_->DeleteRecordsBefore(20).value(), 33);
  EXPECT_FALSE(log_->DeleteRecordsBefore(51));
  EXPECT_FALSE(log_->Read(32, 100));
  ExpectNumbers(33, 50);
  EXPECT_EQ(checkpoint_.start_offset, 33);
  Open();
  EXPECT_EQ(log_->start_offset(), 33);
  ExpectNumbers(33, 50);
}

TEST_F(PartitionLogTest, TruncatesTheEnd) {
  options_.segment_bytes = 500;
  options_.index_interval_bytes = 100;
  Open();
  for (int i = 0; i < 50; ++i)
    Append(MakeBatch({{"k", std::to_string(i), kNowMs + i}}, FromProducer(3, 0, i)));
  for (int end : {48, 30, 29, 7, 0}) {
    ASSERT_TRUE(log_->TruncateTo(end));
    EXPECT_EQ(log_->end_offset(), end);
    ExpectNumbers(0, end);
    EXPECT_EQ(Append(MakeBatch({{"k", std::to_string(end), 1}}, FromProducer(3, 0, end))).base_offset, end);
    ExpectNumbers(0, end + 1);
  }
}

TEST_F(PartitionLogTest, CompactionKeepsTheLastOfEachKey) {
  options_.segment_bytes = 800;
  options_.cleanup_compact = true;
  options_.cleanup_delete = false;
  options_.delete_retention_ms = 5000;
  Open();
  EXPECT_EQ(Append(MakeBatch({{std::nullopt, "x"}})).refusal, Refusal::kInvalid);
  BatchHeader gzip;
  gzip.attributes = static_cast<uint16_t>(Compression::kGzip);
  std::map<std::string, StoredRecord> expected;
  for (int i = 0; i < 120; ++i) {
    std::string a = "a" + std::to_string(i % 7);
    std::string b = "b" + std::to_string(i % 5);
    std::string value = std::to_string(i);
    // b3 is deleted in the end.
    std::optional<std::string> second = i % 5 == 3 && i > 20 ? std::nullopt : std::optional(value);
    Append(MakeBatch({{a, value}, {b, second}}, i % 2 ? gzip : BatchHeader()));
    expected[a] = {2 * i, a, value};
    expected[b] = {2 * i + 1, b, second.value_or("")};
  }
  auto last_of_each = [&] {
    auto records = ReadRecords(*log_, 0);
    EXPECT_TRUE(records) << records.error().message;
    std::map<std::string, StoredRecord> last;
    for (const StoredRecord& record : records.value_or(std::vector<StoredRecord>()))
      last[record.key] = record;
    return last;
  };
  uint64_t before = log_->bytes();
  ASSERT_TRUE(log_->Compact());
  EXPECT_LT(log_->bytes(), before / 3);
  EXPECT_EQ(last_of_each(), expected);
  EXPECT_EQ(log_->end_offset(), 240);
  EXPECT_TRUE(log_->Check()->empty());
  for (bool clean : {true, false}) {
    if (clean) {
      CleanStop();
    }
    checkpoint_.clean_end = clean ? checkpoint_.clean_end : -1;
    Open();
    EXPECT_EQ(log_->open_report().clean, clean);
    EXPECT_EQ(last_of_each(), expected);
  }
  for (int64_t offset = 0; offset < 240; ++offset) EXPECT_TRUE(log_->Read(offset, 10)) << offset;
  // The first time a tombstone is met it gets its time, and goes when that is over.
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 60; ++i) Append(MakeBatch({{"c", "x"}}));
    ASSERT_TRUE(log_->Compact());
    EXPECT_EQ(last_of_each().contains("b3"), round == 0);
    clock_.Advance(6 * kMicrosPerSecond);
  }
  expected.erase("b3");
  auto left = last_of_each();
  left.erase("c");
  EXPECT_EQ(left, expected);
}

TEST_F(PartitionLogTest, ManyWhoWaitShareOneSync) {
  options_.flush = FlushMode::kEach;
  Syncer syncer;
  PartitionLog::Setup setup;
  setup.files = &PosixFiles();
  setup.clock = &clock_;
  setup.syncer = &syncer;
  setup.directory = dir_.path();
  setup.name = "orders-0";
  setup.options = options_;
  auto log = PartitionLog::Open(std::move(setup)).value();
  std::atomic<int> advanced{0};
  log->OnAdvance([&] { ++advanced; });
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        AppendResult result = log->Append(MakeBatch("v")).value();
        log->WhenDurable(result.last_offset + 1, [&, offset = result.last_offset](Status status) {
          EXPECT_TRUE(status);
          EXPECT_GT(log->high_watermark(), offset);
          ++done;
        });
        if (i % 10 == 0) {
          EXPECT_TRUE(log->WaitDurable(result.last_offset + 1));
        }
        EXPECT_TRUE(ReadRecords(*log, log->start_offset()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(log->Flush());
  for (int i = 0; i < 500 && done < 400; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(done, 400);
  EXPECT_EQ(log->high_watermark(), 400);
  EXPECT_GT(advanced, 0);
}

}  // namespace
}  // namespace souk::log
