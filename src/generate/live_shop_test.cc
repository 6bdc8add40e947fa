#include "generate/live_shop.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace souk::generate {
namespace {

using nlohmann::json;

constexpr Micros kBegin = 1'763'755'200 * kMicrosPerSecond;

LiveShopOptions Small() {
  LiveShopOptions options;
  options.history.users = 500;
  options.history.products = 200;
  options.begin = kBegin;
  options.records_per_second = 10;
  return options;
}

struct Heard {
  std::vector<json> clicks, lines;
  std::vector<LiveRecord> records;
  LiveCounts counts;
};

// `count` records, ten a second.
Heard Listen(const LiveShopOptions& options, size_t count) {
  auto shop = LiveShop::Make(options);
  EXPECT_TRUE(shop) << shop.error().message;
  Heard heard;
  for (size_t i = 0; i < count; ++i) {
    heard.records.push_back((*shop)->Next(options.begin + static_cast<Micros>(i) * 100'000));
    const LiveRecord& record = heard.records.back();
    (record.kind == LiveKind::kClick ? heard.clicks : heard.lines).push_back(json::parse(record.json));
  }
  heard.counts = (*shop)->counts();
  return heard;
}

TEST(LiveShopTest, AnHourOfBusiness) {
  Heard heard = Listen(Small(), 40'000);
  EXPECT_EQ(heard.counts.clicks, heard.clicks.size());
  // Orders are few beside clicks, and most are paid for.
  EXPECT_GT(heard.lines.size(), 700u);
  EXPECT_LT(heard.lines.size(), heard.clicks.size() / 10);
  EXPECT_GT(heard.counts.paid, heard.counts.orders * 8 / 10);
  EXPECT_GT(heard.counts.failed, 0u);
  EXPECT_GT(heard.counts.cancelled, 0u);
  EXPECT_GT(heard.counts.returned, 0u);

  std::set<std::string> events;
  for (const json& click : heard.clicks) EXPECT_TRUE(events.insert(click["event_id"]).second);

  // Every order that was bought on a page comes as lines, as pending first; what it becomes has a later time.
  std::map<std::string, std::vector<json>> versions;
  std::set<std::string> orders;
  for (const json& line : heard.lines) {
    versions[line["transaction_id"]].push_back(line);
    orders.insert(line["order_id"]);
  }
  EXPECT_EQ(orders.size(), heard.counts.orders);
  size_t ended = 0;
  for (const auto& [id, lines] : versions) {
    if (lines[0]["status"] == "returned") {
      EXPECT_LT(lines[0]["quantity"].get<int>(), 0);
      EXPECT_TRUE(orders.contains(lines[0]["order_id"]));
      continue;
    }
    EXPECT_EQ(lines[0]["payment_status"].get<std::string>(), "pending") << id;
    for (size_t i = 1; i < lines.size(); ++i) {
      EXPECT_GT(lines[i]["updated_at"].get<std::string>(), lines[i - 1]["updated_at"].get<std::string>());
      EXPECT_EQ(lines[i]["transaction_timestamp"], lines[0]["transaction_timestamp"]);
      EXPECT_EQ(lines[i]["total_amount"], lines[0]["total_amount"]);
    }
    ended += lines.size() > 1;
  }
  EXPECT_GT(ended, versions.size() * 8 / 10);
  for (const json& click : heard.clicks) {
    if (click["event_type"] != "purchase") continue;
    EXPECT_TRUE(orders.contains(click["order_id"]));
  }
}

TEST(LiveShopTest, WhatBelongsTogetherHasOneKey) {
  std::map<std::string, std::string> of_session;
  for (const LiveRecord& record : Listen(Small(), 5'000).records) {
    if (record.kind != LiveKind::kClick) continue;
    json click = json::parse(record.json);
    auto key = click[click["user_id"].is_null() ? "session_id" : "user_id"].get<std::string>();
    EXPECT_EQ(record.key, key);
    auto [at, fresh] = of_session.emplace(click["session_id"], record.key);
    EXPECT_EQ(at->second, record.key);
  }
}

TEST(LiveShopTest, TheSameBeginningGivesTheSameRecordsAnotherOneNone) {
  Heard first = Listen(Small(), 2'000), again = Listen(Small(), 2'000);
  for (size_t i = 0; i < first.records.size(); ++i) EXPECT_EQ(first.records[i].json, again.records[i].json);

  LiveShopOptions later = Small();
  later.begin += kMicrosPerSecond;
  std::set<std::string> ids;
  for (const json& click : first.clicks) ids.insert(click["event_id"]);
  for (const json& line : first.lines) ids.insert(line["transaction_id"]);
  Heard second = Listen(later, 2'000);
  for (const json& click : second.clicks) EXPECT_FALSE(ids.contains(click["event_id"]));
  for (const json& line : second.lines) EXPECT_FALSE(ids.contains(line["transaction_id"]));
}

TEST(LiveShopTest, TimesAreThoseOfTheCall) {
  auto shop = *LiveShop::Make(Small());
  for (int i = 0; i < 3'000; ++i) {
    LiveRecord record = shop->Next(kBegin + 5 * kMicrosPerSecond);
    if (record.kind != LiveKind::kClick) continue;
    EXPECT_EQ(json::parse(record.json)["event_time"].get<std::string>(), "2025-11-21T20:00:05.000Z");
  }
}

TEST(LiveShopTest, RefusesAShopWithNobody) {
  LiveShopOptions options = Small();
  options.history.users = 0;
  EXPECT_FALSE(LiveShop::Make(options));
  options = Small();
  options.history.time_zone = "Mars/Olympus";
  EXPECT_FALSE(LiveShop::Make(options));
}

}  // namespace
}  // namespace souk::generate
