// Records that are decoded ahead give the same as records that are taken one batch after the other.
#include "stream/decode_ahead.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/embedded.h"
#include "store/memory_hot_store.h"
#include "stream/processor.h"

namespace souk::stream {
namespace {

constexpr Micros kNow = 1'764'331'200'000'000;  // 2025-11-28T12:00:00Z
constexpr int kBatches = 60, kEach = 50;

class Categories : public ProductCategories {
 public:
  std::string CategoryOf(std::string_view product_id) const override {
    return "category of " + std::string(product_id);
  }
};

// Of each batch some cities are new, so that both threads use the table of symbols; every fifth order is an
// update of the one before.
std::string Line(int number) {
  int order = number % 5 == 4 ? number - 1 : number;
  return fmt::format(
      R"({{"transaction_id":"T{}","order_id":"O{}","product_id":"P{}","quantity":{},"unit_price":2.5,)"
      R"("city":"city {}","transaction_timestamp":"2025-11-28T11:{:02}:00Z",)"
      R"("updated_at":"2025-11-28T11:{:02}:{:02}Z"}})",
      order, order, order % 7, 1 + number % 3, order / 20, 50 + order % 8, 50 + order % 8, 1 + number % 50);
}

std::string Click(int number) {
  return fmt::format(
      R"({{"event_id":"E{}","session_id":"S{}","event_time":"2025-11-28T11:{:02}:30Z",)"
      R"("event_type":"add_to_cart","price":3,"quantity":2,"page_url":"https://shop.example/",)"
      R"("device_type":"mobile","traffic_source":"source {}","user_id":"U{}"}})",
      number, number % 40, 50 + number % 8, number / 30, number % 11);
}

class DecodeAheadTest : public ::testing::Test {
 protected:
  DecodeAheadTest() {
    for (int i = 0; i < kBatches * kEach; ++i) {
      bool broken = i % 97 == 96;
      texts_.push_back(broken ? "{" : i % 2 == 0 ? Line(i / 2) : Click(i / 2));
    }
  }

  std::vector<StreamRecord> BatchOf(int number) const {
    std::vector<StreamRecord> records;
    for (int i = number * kEach; i < (number + 1) * kEach; ++i) {
      const std::string& text = texts_[static_cast<size_t>(i)];
      records.push_back({static_cast<size_t>(i % 2), i / 2, kNow / 1000 + i, text});
    }
    return records;
  }

  std::unique_ptr<Processor> Begin() {
    store_ = store::MakeMemoryHotStore();
    auto made = Processor::Make(*FindAsset("models/live.yml"), "models/live.yml", {}, *store_, categories_);
    EXPECT_TRUE(made);
    EXPECT_TRUE((*made)->Restore());
    int64_t next = 0;
    EXPECT_TRUE((*made)->AddPartition("ecommerce-transactions", 0, next));
    EXPECT_TRUE((*made)->AddPartition("ecommerce-clickstream", 0, next));
    return std::move(*made);
  }

  void Commit(Processor& processor) {
    auto batch = processor.Cut(kNow);
    ASSERT_TRUE(batch);
    if (*batch) {
      ASSERT_TRUE(store_->Commit(**batch));
    }
  }

  // Everything that the store has, as text.
  std::string Stored() {
    std::string text;
    auto window = [&](const store::WindowValue& value) -> Status {
      const store::WindowKey& key = value.key;
      text += fmt::format("{} {} {} {}={}: {}\n", key.start, key.end, key.kpi, key.dimension, key.member,
                          value.value);
      return {};
    };
    auto line = [&](const store::HotRecord& record) -> Status {
      for (size_t i = 0; i < record.record.size(); ++i)
        text += fmt::format("{} {},", record.record.value(i).text, record.record.value(i).number);
      text += fmt::format("@{}\n", record.offset);
      return {};
    };
    EXPECT_TRUE(store_->ReadWindows(0, std::numeric_limits<Micros>::max(), window));
    EXPECT_TRUE(store_->ReadLines(0, line));
    auto head = store_->Head();
    for (const auto& [name, value] : head->counters) text += fmt::format("{}: {}\n", name, value);
    for (const auto& [where, position] : head->positions)
      text += fmt::format("{}: {}\n", where.first, position.next_offset);
    return text;
  }

  std::vector<std::string> texts_;
  Categories categories_;
  std::unique_ptr<store::HotStore> store_;
};

TEST_F(DecodeAheadTest, GivesWhatTakeGives) {
  auto plain = Begin();
  for (int i = 0; i < kBatches; ++i) {
    auto records = BatchOf(i);
    ASSERT_TRUE(plain->Take(records, kNow));
    Commit(*plain);
  }
  std::string expected = Stored();
  ASSERT_NE(expected.find("updates: 1"), std::string::npos);  // and more digits
  ASSERT_EQ(expected.find("refused: 0\n"), std::string::npos);

  auto processor = Begin();
  DecodeAhead decoding(processor->decoder());
  DecodedBatch* decoded = nullptr;
  for (int i = 0; i <= kBatches; ++i) {
    std::vector<StreamRecord> records;
    if (i < kBatches) records = BatchOf(i);
    decoding.Begin(records);
    if (decoded != nullptr) {
      ASSERT_TRUE(processor->Count(*decoded, kNow));
      Commit(*processor);
    }
    decoded = &decoding.Finish();
  }
  EXPECT_EQ(decoded->records.size(), 0U);
  EXPECT_EQ(Stored(), expected);
}

}  // namespace
}  // namespace souk::stream
