#include "stream/visit_book.h"

#include <gtest/gtest.h>

#include <random>

#include "base/files.h"

namespace souk::stream {
namespace {

constexpr Micros kSecond = kMicrosPerSecond, kMinute = 60 * kSecond;
constexpr Micros kBegin = 1'700'000'000LL * kSecond;

constexpr const char* kFile =
    "windows: {minute: tumbling 1m}\n"
    "kpis:\n"
    "  - {name: sessions, label: S, of: visits, value: count}\n"
    "  - {name: abandoned, label: A, of: visits, where: cart = abandoned, value: sum(cart_value), at: "
    "last_add_at}\n"
    "gauges:\n  - {name: open, label: O, of: visits, value: count}\n";

// The book and what a hot store would have of it.
class VisitBookTest : public testing::Test {
 protected:
  void SetUp() override {
    auto parsed = KpiBook::Parse(kFile, "test.yml", symbols_);
    ASSERT_TRUE(parsed) << parsed.error().message;
    kpis_ = std::make_unique<KpiBook>(std::move(*parsed));
    figures_ = std::make_unique<Accumulator>(*kpis_, symbols_);
    book_ = Book();
  }

  std::unique_ptr<VisitBook> Book() {
    // So little that nearly all visits are in the file.
    ShelfOptions shelf{.memory_bytes = 1, .directory = directory_.path()};
    return std::make_unique<VisitBook>(*kpis_, symbols_, VisitOptions(), shelf);
  }
  void Take(const std::string& session, Micros time, VisitEvent::Type type = VisitEvent::Type::kView) {
    VisitEvent event;
    std::string id = session + std::to_string(time);
    event.time = time, event.id = id, event.type = type;
    event.cents = 100, event.items = 1;
    ASSERT_TRUE(book_->Take(session, event, watermark_, *figures_));
  }
  void Commit(Micros watermark) {
    watermark_ = watermark;
    std::vector<store::StateChange> changes;
    std::vector<store::StateRange> forgotten;
    ASSERT_TRUE(book_->Advance(watermark, *figures_));
    ASSERT_TRUE(book_->TakeChanges(changes, forgotten));
    for (const auto& range : forgotten) {
      auto& space = stored_[range.space];
      space.erase(space.begin(), space.lower_bound(range.below));
    }
    for (const auto& change : changes) {
      EXPECT_TRUE(change.fresh);
      EXPECT_TRUE(stored_[change.space].emplace(change.key, *change.value).second) << "written twice";
    }
  }
  void Restart() {
    book_ = Book();
    for (const auto& [key, value] : stored_[VisitBook::kOldSpace]) ASSERT_TRUE(book_->RestoreOld(key, value));
    for (const auto& [key, value] : stored_[VisitLog::kSpace])
      ASSERT_TRUE(book_->Restore(key, value, watermark_));
    ASSERT_TRUE(book_->EndRestore(watermark_));
  }
  std::map<std::string, int64_t> Figures() {
    std::map<std::string, int64_t> sums;
    for (const auto& window : figures_->TakeChanges()) sums_[window.key] = window.value;
    for (const auto& [key, value] : sums_) sums[key.kpi] += value;
    return sums;
  }
  int64_t Open() { return (*book_->Measure(watermark_)).at("open"); }
  size_t StoredBytes() {
    size_t bytes = 0;
    for (const auto& [key, value] : stored_[VisitLog::kSpace]) bytes += value.size();
    return bytes;
  }

  TempDir directory_;
  Symbols symbols_;
  std::unique_ptr<KpiBook> kpis_;
  std::unique_ptr<Accumulator> figures_;
  std::unique_ptr<VisitBook> book_;
  std::map<std::string, std::map<std::string, std::string>> stored_;
  std::map<store::WindowKey, int64_t> sums_;
  Micros watermark_ = kBegin;
};

TEST_F(VisitBookTest, ManyVisitsAreInTheFileAndComeBack) {
  constexpr int kVisits = 30'000;
  using Type = VisitEvent::Type;
  auto session = [](int i) { return "session " + std::to_string(i); };
  for (int i = 0; i < kVisits; ++i) {
    Take(session(i), kBegin + i * kSecond / 1000, i % 3 == 0 ? Type::kAddToCart : Type::kView);
    if (i % 500 == 0) Commit(kBegin);
  }
  Commit(kBegin);
  EXPECT_EQ(Figures()["sessions"], kVisits);
  // Somebody comes back after 20 minutes, when the others have been written for longer.
  Commit(kBegin + 20 * kMinute);
  for (int i = 0; i < kVisits; i += 7) Take(session(i), kBegin + 25 * kMinute);
  Commit(kBegin + 20 * kMinute);
  Restart();
  EXPECT_EQ(Open(), kVisits);
  for (int i = 0; i < kVisits; i += 11) Take(session(i), kBegin + 26 * kMinute);
  Commit(kBegin + 21 * kMinute);
  auto figures = Figures();
  EXPECT_EQ(figures["sessions"], kVisits) << "somebody who came back is another visit";
  EXPECT_EQ(figures["abandoned"], 0);
  Commit(kBegin + 61 * kMinute);
  EXPECT_EQ(Figures()["abandoned"], kVisits / 3 * 100);
  Restart();
  EXPECT_EQ(Open(), 0);
  Commit(kBegin + 62 * kMinute + 2 * kMinute);
  EXPECT_EQ(book_->size(), 0U);
  EXPECT_TRUE(stored_[VisitLog::kSpace].empty());
}

// A robot's visit that never ends does not fill the store, nor does one of the far future.
TEST_F(VisitBookTest, TheLogStaysSmall) {
  Take("future", kBegin + 40LL * 365 * 24 * 60 * kMinute);
  size_t most = 0;
  for (int i = 0; i < 2000; ++i) {
    Take("robot", kBegin + i * kMinute);
    if (i % 3 == 0) Take("now and then", kBegin + i * kMinute);
    Commit(kBegin + (i - 5) * kMinute);
    most = std::max(most, StoredBytes());
    if (i % 400 == 0) Restart();
  }
  EXPECT_LT(most, 20'000U);
  EXPECT_EQ(Open(), 3);
}

TEST_F(VisitBookTest, EntriesOfTheEarlierFormatAreTakenOver) {
  Visit visit;
  visit.first = visit.last = kBegin;
  VisitEvent event;
  event.time = kBegin, event.id = "e", event.type = VisitEvent::Type::kAddToCart, event.cents = 500,
  event.items = 1;
  visit.Add(event);
  stored_[VisitBook::kOldSpace][IdBytes(IdOf("S1"))] = EncodeVisits({visit}, symbols_);
  Restart();
  EXPECT_EQ(Open(), 1);
  Commit(kBegin);
  EXPECT_TRUE(stored_[VisitBook::kOldSpace].empty());
  Restart();
  Take("S1", kBegin + kMinute);
  Commit(kBegin);
  EXPECT_EQ(Open(), 1);
  Commit(kBegin + 60 * kMinute);
  EXPECT_EQ(Figures()["abandoned"], 500);
}

TEST_F(VisitBookTest, DamagedEntriesAreRefused) {
  Take("S1", kBegin);
  Commit(kBegin);
  ASSERT_EQ(stored_[VisitLog::kSpace].size(), 1U);
  auto [key, value] = *stored_[VisitLog::kSpace].begin();
  for (size_t size = 1; size < value.size(); ++size) {
    auto book = Book();
    Status restored = book->Restore(key, value.substr(0, size), kBegin);
    if (restored) restored = book->EndRestore(kBegin);
    EXPECT_FALSE(restored) << size;
  }
  EXPECT_FALSE(Book()->Restore("short", value, kBegin));
}

}  // namespace
}  // namespace souk::stream
