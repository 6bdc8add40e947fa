#include "serve/live_board.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "store/memory_hot_store.h"

namespace souk::serve {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
constexpr Micros kNow = 1'764'331'470 * kMicrosPerSecond;  // 2025-11-28 12:04:30 UTC
constexpr Micros kThisMinute = kNow - 30 * kMicrosPerSecond;

constexpr const char* kFigures =
    "windows: {minute: tumbling 1m, half_hour: sliding 30m every 5m}\n"
    "kpis:\n"
    "  - {name: revenue, label: Revenue, of: transactions, value: sum(total_amount), by: [city]}\n"
    "  - {name: orders, of: transactions, value: distinct(order_id), by: [city]}\n"
    "  - {name: aov, value: revenue / orders}\n"
    "  - {name: views, of: visits, value: count, window: half_hour}\n"
    "gauges:\n"
    "  - {name: visitors, of: visits, value: distinct(visitor_id)}\n";

class LiveBoardTest : public testing::Test {
 protected:
  LiveBoardTest() : board_(*TimeZone::Find("Europe/Berlin"), clock_), store_(store::MakeMemoryHotStore()) {
    book_ = *stream::KpiBook::Parse(kFigures, "live.yml", symbols_);
  }
  static store::WindowValue Value(const std::string& kpi, Micros start, const std::string& city,
                                  int64_t value, Micros size = kMinute) {
    return {{kpi, start, start + size, city.empty() ? "" : "city", city}, value};
  }
  void Commit(std::vector<store::WindowValue> windows) {
    store::HotBatch batch;
    batch.windows = std::move(windows);
    batch.counters = {{"late", 3}, {"gauge.visitors", 7}};
    batch.committed_at = kNow;
    board_.Commit(batch, {});
  }
  nlohmann::json Read() { return nlohmann::json::parse(board_.Json()); }
  nlohmann::json Kpi(const std::string& name) {
    nlohmann::json document = Read();
    for (const auto& kpi : document["kpis"]) {
      if (kpi["name"].get<std::string>() == name) return kpi;
    }
    return nullptr;
  }

  FakeClock clock_{kNow};
  LiveBoard board_;
  std::unique_ptr<store::HotStore> store_;
  stream::Symbols symbols_;
  stream::KpiBook book_;
};

TEST_F(LiveBoardTest, SaysWhatItsFiguresAre) {
  EXPECT_TRUE(board_.Definitions().empty());
  ASSERT_TRUE(board_.Begin(book_, *store_));
  auto figures = board_.Definitions();
  ASSERT_EQ(figures.size(), 5U);
  EXPECT_EQ(figures[2].name, "aov");
  EXPECT_EQ(figures[2].text, "name: aov\nvalue: revenue / orders\nwindow: minute, 60 s every 60 s\n");
}

TEST_F(LiveBoardTest, SaysWhatEachSecondAdded) {
  ASSERT_TRUE(board_.Begin(book_, *store_));
  Commit({Value("revenue", kThisMinute, "", 1050), Value("revenue", kThisMinute, "Bonn", 1050)});
  clock_.Advance(2 * kMicrosPerSecond);
  Commit({Value("revenue", kThisMinute, "", 3050), Value("revenue", kThisMinute - kMinute, "", 100)});
  auto seconds = Kpi("revenue")["seconds"];
  ASSERT_EQ(seconds.size(), 60U);
  EXPECT_EQ(seconds[59], 21.0);
  EXPECT_EQ(seconds[58], 0);
  EXPECT_EQ(seconds[57], 10.5);
  // What an order takes back is taken back when that is heard.
  clock_.Advance(59 * kMicrosPerSecond);
  Commit({Value("revenue", kThisMinute, "", 2050)});
  seconds = Kpi("revenue")["seconds"];
  EXPECT_EQ(seconds[59], -10.0);
  EXPECT_EQ(seconds[0], 21.0);
  EXPECT_TRUE(Kpi("aov")["seconds"].empty());
}

TEST_F(LiveBoardTest, SumsTheDayAndTheHour) {
  ASSERT_TRUE(board_.Begin(book_, *store_));
  Commit({Value("revenue", kThisMinute, "", 1050), Value("revenue", kThisMinute - 90 * kMinute, "", 200),
          Value("orders", kThisMinute, "", 4)});
  EXPECT_EQ(Kpi("revenue")["today"], 12.5);
  EXPECT_EQ(Kpi("revenue")["hour"], 10.5);
  EXPECT_EQ(Kpi("revenue")["minutes"][59][1], 10.5);
  EXPECT_EQ(Kpi("revenue")["minutes"][58][1], 0.0);
  EXPECT_EQ(Kpi("aov")["hour"], 2.63);  // 2.625, half away from zero
  // The same window again is a new value, not another one.
  Commit({Value("revenue", kThisMinute, "", 1000)});
  EXPECT_EQ(Kpi("revenue")["today"], 12.0);
}

TEST_F(LiveBoardTest, TheDayIsTheShops) {
  ASSERT_TRUE(board_.Begin(book_, *store_));
  Micros midnight = kNow - (13 * 60 + 4) * kMinute - 30 * kMicrosPerSecond;  // 23:00 UTC of the day before
  Commit({Value("revenue", midnight, "", 100), Value("revenue", midnight - kMinute, "", 800)});
  EXPECT_EQ(Kpi("revenue")["today"], 1.0);
}

TEST_F(LiveBoardTest, ShowsTheGreatestMembersOfHalfAnHour) {
  ASSERT_TRUE(board_.Begin(book_, *store_));
  Commit({Value("revenue", kThisMinute, "Berlin", 100), Value("revenue", kThisMinute, "Paris", 300),
          Value("revenue", kThisMinute - 20 * kMinute, "Berlin", 500),
          Value("revenue", kThisMinute - 40 * kMinute, "Rome", 900)});
  auto cities = Kpi("revenue")["by"]["city"];
  ASSERT_EQ(cities.size(), 2U);
  EXPECT_EQ(cities[0]["member"].get<std::string>(), "Berlin");
  EXPECT_EQ(cities[0]["value"], 6.0);
  EXPECT_EQ(cities[1]["value"], 3.0);
  clock_.Advance(15 * kMinute);
  Commit({});
  cities = Kpi("revenue")["by"]["city"];
  ASSERT_EQ(cities.size(), 2U);
  EXPECT_EQ(cities[0]["member"].get<std::string>(), "Paris");
  EXPECT_EQ(cities[1]["value"], 1.0);
}

TEST_F(LiveBoardTest, BeginsWithWhatTheStoreHas) {
  store::HotBatch batch;
  batch.windows = {Value("revenue", kThisMinute - kMinute, "", 4200),
                   Value("views", kThisMinute - 29 * kMinute, "", 11, 30 * kMinute)};
  batch.committed_at = kNow - kMinute;
  ASSERT_TRUE(store_->Commit(batch));
  ASSERT_TRUE(board_.Begin(book_, *store_));
  EXPECT_EQ(Kpi("revenue")["today"], 42.0);
  nlohmann::json document = Read();
  EXPECT_EQ(document["committed_at"].get<std::string>(), "2025-11-28T12:03:30Z");
  EXPECT_EQ(document["windows"][0]["name"].get<std::string>(), "views");
  EXPECT_EQ(document["windows"][0]["end"].get<std::string>(), "2025-11-28T12:05:00Z");
}

TEST_F(LiveBoardTest, TellsGaugesCountersAndWhyItEnded) {
  ASSERT_TRUE(board_.Begin(book_, *store_));
  std::string heard;
  auto subscription = board_.feed().Subscribe([&](const net::EventText& event) {
    ASSERT_TRUE(event->starts_with("event: live\ndata: {"));
    heard = event->substr(event->find('{'));
  });
  Commit({});
  nlohmann::json document = nlohmann::json::parse(heard);
  EXPECT_EQ(document["state"].get<std::string>(), "running");
  EXPECT_EQ(document["health"]["counters"]["late"], 3);
  EXPECT_EQ(document["gauges"][0]["value"], 7);
  board_.End("the \"disk\" is full");
  document = nlohmann::json::parse(heard);
  EXPECT_EQ(document["state"].get<std::string>(), "failed");
  EXPECT_EQ(document["error"].get<std::string>(), "the \"disk\" is full");
}

}  // namespace
}  // namespace souk::serve
