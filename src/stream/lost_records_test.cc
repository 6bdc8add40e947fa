// A topic that has lost records which were counted, and has others at their offsets.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/embedded.h"
#include "store/memory_hot_store.h"
#include "stream/processor.h"

namespace souk::stream {
namespace {

constexpr Micros kNow = 1'764'331'200'000'000;  // 2025-11-28T12:00:00Z

class NoCategories : public ProductCategories {
 public:
  std::string CategoryOf(std::string_view) const override { return ""; }
};

std::string Click(int number) {
  return fmt::format(
      R"({{"event_id":"E{}","session_id":"S1","event_time":"2025-11-28T12:00:{:02}Z","event_type":"view",)"
      R"("page_url":"https://shop.example/","device_type":"mobile","traffic_source":"direct"}})",
      number, number);
}

StreamRecord At(int64_t offset, const std::string& value) { return {0, offset, kNow / 1000 + offset, value}; }

class LostRecordsTest : public ::testing::Test {
 protected:
  LostRecordsTest() { Begin(); }

  void Begin() {
    auto made = Processor::Make(*FindAsset("models/live.yml"), "models/live.yml", {}, *store_, categories_);
    ASSERT_TRUE(made) << made.error().message;
    processor_ = std::move(*made);
    ASSERT_TRUE(processor_->Restore());
    ASSERT_TRUE(processor_->AddPartition("ecommerce-clickstream", 0, next_));
  }

  void Take(const std::vector<StreamRecord>& records) {
    ASSERT_TRUE(processor_->Take(records, kNow));
    auto batch = processor_->Cut(kNow);
    ASSERT_TRUE(batch);
    if (*batch) {
      ASSERT_TRUE(store_->Commit(**batch));
      counters_ = (*batch)->counters;
    }
  }

  std::unique_ptr<store::HotStore> store_ = store::MakeMemoryHotStore();
  NoCategories categories_;
  std::unique_ptr<Processor> processor_;
  int64_t next_ = -1;
  std::map<std::string, int64_t> counters_;
};

TEST_F(LostRecordsTest, LastRecordIsKnownAfterRestart) {
  EXPECT_EQ(processor_->LastFingerprint(0), 0U);
  std::string first = Click(1), second = Click(2), other = Click(3);
  Take({At(0, first), At(1, second)});
  Begin();
  EXPECT_EQ(next_, 2);
  EXPECT_EQ(processor_->LastFingerprint(0), FingerprintOf(At(1, second)));
  EXPECT_NE(processor_->LastFingerprint(0), FingerprintOf(At(1, other)));
  StreamRecord later = At(1, second);
  ++later.timestamp_ms;
  EXPECT_NE(processor_->LastFingerprint(0), FingerprintOf(later));
}

TEST_F(LostRecordsTest, OthersAtTheirOffsetsCountAndThoseThatCameBackDoNot) {
  std::string first = Click(1), lost = Click(2), other = Click(3);
  Take({At(0, first), At(1, lost)});
  Begin();
  processor_->ContinueAt(0, 0);
  EXPECT_EQ(processor_->LastFingerprint(0), 0U);
  Take({At(0, first), At(1, other)});
  EXPECT_EQ(counters_[kCounterEvents], 4);
  EXPECT_EQ(counters_[kCounterDuplicates], 1);
  Begin();
  EXPECT_EQ(next_, 2);
  EXPECT_EQ(processor_->LastFingerprint(0), FingerprintOf(At(1, other)));
}

TEST_F(LostRecordsTest, PlaceIsKeptWithoutAnyRecord) {
  std::string first = Click(1);
  std::string second = Click(2);
  Take({At(0, first), At(1, second)});
  processor_->ContinueAt(0, 1);
  Take({});
  Begin();
  EXPECT_EQ(next_, 1);
  EXPECT_EQ(processor_->LastFingerprint(0), 0U);
}

}  // namespace
}  // namespace souk::stream
