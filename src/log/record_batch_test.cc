#include "log/record_batch.h"

#include <gtest/gtest.h>

#include <random>

#include "base/files.h"
#include "log/compression.h"
#include "log/crc32c.h"
#include "log/test_batches.h"

namespace souk::log {
namespace {

constexpr Compression kAll[] = {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                Compression::kLz4, Compression::kZstd};

std::string RandomText(std::mt19937& random, size_t bytes) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random() % 16);
  return text;
}

TEST(Crc32cTest, KnownSums) {
  for (auto crc : {Crc32c, Crc32cPortable}) {
    EXPECT_EQ(crc("", 0), 0u);
    EXPECT_EQ(crc("123456789", 0), 0xe3069283u);
    EXPECT_EQ(crc(std::string(32, '\0'), 0), 0x8a9136aau);
    EXPECT_EQ(crc(std::string(32, '\xff'), 0), 0x62a8ab43u);
    EXPECT_EQ(crc("56789", crc("1234", 0)), 0xe3069283u);
  }
}

TEST(Crc32cTest, TheInstructionAndTheTableAgreeAtEveryLength) {
  std::mt19937 random(1);
  std::string text = RandomText(random, 40'000);
  for (size_t n = 0; n < text.size(); n += 1 + n / 5) {
    for (size_t from : {0, 1, 7}) {
      std::string_view part = std::string_view(text).substr(from, n);
      ASSERT_EQ(Crc32c(part), Crc32cPortable(part)) << n;
      ASSERT_EQ(Crc32c(part, 5), Crc32cPortable(part, 5)) << n;
    }
  }
}

TEST(CompressionTest, ComesBackAndIsBounded) {
  std::mt19937 random(2);
  for (Compression codec : kAll) {
    for (size_t bytes : {0, 1, 100, 70'000, 500'000}) {
      std::string text = RandomText(random, bytes);
      auto packed = Compress(codec, text);
      ASSERT_TRUE(packed) << packed.error().message;
      auto back = Decompress(codec, *packed, bytes);
      ASSERT_TRUE(back) << CompressionName(codec) << " " << bytes << ": " << back.error().message;
      EXPECT_EQ(*back, text);
      if (bytes < 2) continue;
      auto bounded = Decompress(codec, *packed, bytes - 1);
      ASSERT_FALSE(bounded) << CompressionName(codec);
      EXPECT_EQ(bounded.error().code, Code::kInvalid);
    }
  }
}

TEST(CompressionTest, WhatIsCutOffOrMeddledWithNeverCrashes) {
  std::mt19937 random(3);
  for (Compression codec : kAll) {
    if (codec == Compression::kNone) continue;
    std::string text = RandomText(random, 3000);
    std::string packed = Compress(codec, text).value();
    for (size_t n = 1; n < packed.size(); ++n) {
      EXPECT_NE(Decompress(codec, packed.substr(0, n), 1 << 20).value_or(""), text) << CompressionName(codec);
      std::string meddled = packed;
      meddled[n] = static_cast<char>(meddled[n] ^ (1 << (n % 8)));
      (void)Decompress(codec, meddled, 1 << 20);
    }
  }
}

// Batches made by kafka-python: six records, the third with two headers, the fifth without key, the last
// without value.
TEST(RecordBatchTest, ReadsWhatAnotherImplementationWrote) {
  for (Compression codec : kAll) {
    std::string batch =
        ReadFile(fmt::format("tests/fuzz/corpus/record_batch/{}.bin", CompressionName(codec))).value();
    BatchCheck check = CheckProduced(batch);
    ASSERT_EQ(check.refusal, Refusal::kNone) << CompressionName(codec) << ": " << check.reason;
    EXPECT_EQ(check.header.compression(), codec);
    EXPECT_EQ(check.header.producer_id, static_cast<int>(codec) % 2 ? 77 : -1);
    EXPECT_EQ(check.header.max_timestamp, 1764331475000);
    auto reader = RecordReader::Open(batch);
    ASSERT_TRUE(reader) << reader.error().message;
    BatchBuilder again(check.header);
    Record record;
    for (int i = 0; i < 6; ++i) {
      ASSERT_TRUE(reader->Next(record).value());
      EXPECT_EQ(record.offset, i);
      EXPECT_EQ(record.timestamp, 1764331470000 + i * 1000);
      EXPECT_EQ(record.key.has_value(), i != 4);
      EXPECT_EQ(record.value.has_value(), i != 5);
      EXPECT_EQ(record.key.value_or(fmt::format("key-{}", i)), fmt::format("key-{}", i));
      EXPECT_EQ(record.header_count, i == 2 ? 2 : 0);
      again.Add(record);
    }
    EXPECT_FALSE(reader->Next(record).value());
    if (codec != Compression::kNone) continue;
    EXPECT_EQ(again.Finish().value(), batch);
  }
}

TEST(RecordBatchTest, CutAtEveryByteItIsRefused) {
  std::string batch = ReadFile("tests/fuzz/corpus/record_batch/none.bin").value();
  for (size_t n = 0; n < batch.size(); ++n) {
    EXPECT_EQ(CheckProduced(batch.substr(0, n)).refusal, Refusal::kCorrupt) << n;
    EXPECT_EQ(CheckStored(batch.substr(0, n)).refusal, Refusal::kCorrupt) << n;
  }
}

TEST(RecordBatchTest, OnlyPlainDataBatchesAreTaken) {
  auto refusal = [](uint16_t attributes) {
    std::string batch = MakeBatch({{"k", "v"}});
    BatchHeader parsed = *ParseBatchHeader(batch);
    parsed.attributes = attributes;
    WriteBatchHeader(parsed, batch.data());
    parsed.crc = Crc32c(std::string_view(batch).substr(21));
    WriteBatchHeader(parsed, batch.data());
    return CheckProduced(batch).refusal;
  };
  EXPECT_EQ(refusal(0), Refusal::kNone);
  EXPECT_EQ(refusal(5), Refusal::kInvalid);
  EXPECT_EQ(refusal(0x20), Refusal::kInvalid);
  EXPECT_EQ(refusal(0x10), Refusal::kTransactional);
}

}  // namespace
}  // namespace souk::log
