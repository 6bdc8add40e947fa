#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

#include "stream/visit_book.h"

namespace souk::stream {
namespace {

constexpr Micros kSecond = kMicrosPerSecond, kMinute = 60 * kSecond;

constexpr const char* kFile =
    "windows: {minute: tumbling 1m}\n"
    "kpis:\n  - {name: sessions, label: Sessions, of: visits, value: count}\n"
    "gauges:\n"
    "  - {name: active, label: A, of: visits, where: ended_at >= now - 5m, value: distinct(visitor_id)}\n"
    "  - {name: young, label: Y, of: visits, where: started_at > now - 2m and cart != none, value: count}\n"
    "  - {name: long_ago, label: L, of: visits, where: not ended_at > now - 20m, value: sum(events)}\n"
    "  - {name: carts, label: C, of: visits, where: cart = open, value: sum(cart_value)}\n"
    "  - {name: visits, label: V, of: visits, value: count}\n";

// What is counted as visits change is what counting all of them anew gives.
TEST(GaugeTest, CountedOnTheWayAsCountedAnew) {
  Symbols symbols;
  auto book = KpiBook::Parse(kFile, "test.yml", symbols);
  ASSERT_TRUE(book) << book.error().message;
  VisitBook living(*book, symbols, {});
  Accumulator figures(*book, symbols);
  std::map<std::string, std::string> kept;  // the state in the store
  std::mt19937 random(3);
  Micros now = 1'700'000'000LL * kSecond;
  std::map<std::string, std::pair<int64_t, int64_t>> extremes;
  for (int step = 0; step < 600; ++step) {
    now += static_cast<Micros>(random() % 40) * kSecond;
    Micros watermark = now - 5 * kMinute;
    for (unsigned i = random() % 4; i > 0; --i) {
      VisitEvent event;
      event.time = now - static_cast<Micros>(random() % 240) * kSecond;
      std::string id = std::to_string(random()), user = "U" + std::to_string(random() % 5);
      event.id = id;
      if (random() % 2) event.user = user;
      event.type = static_cast<VisitEvent::Type>(random() % 4);
      event.cents = 100, event.items = 1;
      ASSERT_TRUE(living.Take("S" + std::to_string(random() % 12), event, watermark, figures));
    }
    ASSERT_TRUE(living.Advance(watermark, figures));
    std::vector<store::StateChange> changes;
    std::vector<store::StateRange> forgotten;
    ASSERT_TRUE(living.TakeChanges(changes, forgotten));
    for (const auto& range : forgotten) kept.erase(kept.begin(), kept.lower_bound(range.below));
    for (const auto& change : changes) kept[change.key] = *change.value;
    VisitBook anew(*book, symbols, {});
    for (const auto& [key, value] : kept) ASSERT_TRUE(anew.Restore(key, value, watermark));
    ASSERT_TRUE(anew.EndRestore(watermark));
    auto values = living.Measure(now);
    ASSERT_TRUE(values);
    ASSERT_EQ(*values, *anew.Measure(now)) << "step " << step;
    for (const auto& [name, value] : *values) {
      extremes.try_emplace(name, value, value);
      extremes[name] = {std::min(extremes[name].first, value), std::max(extremes[name].second, value)};
    }
  }
  for (const auto& [name, range] : extremes) EXPECT_LT(range.first, range.second) << name;
}

TEST(GaugeTest, AComparisonWithNowTurnsWhenItSaysSo) {
  Symbols symbols;
  auto book = KpiBook::Parse(kFile, "test.yml", symbols);
  ASSERT_TRUE(book) << book.error().message;
  std::vector<int64_t> values(book->gauge_use().fields().size(), 1);
  for (const Gauge& gauge : book->gauges()) {
    const Expression& where = gauge.measure.where;
    for (size_t i = 0; i < values.size(); ++i) {
      size_t field = book->gauge_use().fields()[i];
      if (field == kVisitStartedAt || field == kVisitEndedAt) values[i] = 1000 * kSecond;
    }
    Micros turn = where.NextTurn(values, 1000 * kSecond);
    if (turn == kNull) continue;
    for (Micros now : {1000 * kSecond + 1, turn - 1})
      EXPECT_EQ(where.Holds(values, now), where.Holds(values, 1000 * kSecond)) << gauge.name;
    EXPECT_TRUE(where.Holds(values, turn) != where.Holds(values, turn - 1) ||
                where.Holds(values, turn + 1) != where.Holds(values, turn))
        << gauge.name;
  }
}

}  // namespace
}  // namespace souk::stream
