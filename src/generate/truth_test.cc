// Reads a shop back from its CSV files and counts everything again, in the plainest way, with nothing of this
// room.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/files.h"
#include "generate/history.h"

namespace souk::generate {
namespace {

using Record = std::map<std::string, std::string>;
using nlohmann::json;

std::vector<std::string> SplitCsv(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

std::vector<Record> ReadCsv(const std::string& directory) {
  std::vector<Record> records;
  auto files = ListFiles(directory);
  for (const std::string& file : files.value_or(std::vector<std::string>())) {
    std::istringstream text(ReadFile(file).value_or(""));
    std::string line;
    std::getline(text, line);
    std::vector<std::string> names = SplitCsv(line);
    while (std::getline(text, line)) {
      std::vector<std::string> cells = SplitCsv(line);
      EXPECT_EQ(cells.size(), names.size()) << line;
      Record record;
      for (size_t i = 0; i < names.size(); ++i) record[names[i]] = cells.at(i);
      record["_day"] = file.substr(directory.size() + 1, 10);
      records.push_back(std::move(record));
    }
  }
  return records;
}

int64_t Cents(const std::string& text) { return std::llround(std::stod(text) * 100); }

int64_t Milliseconds(const std::string& iso) {
  tm time{};
  const char* rest = strptime(iso.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  return timegm(&time) * 1000 + std::stoi(std::string(rest + 1, 3));
}

// By the C library's zone tables, "2025/10/26".
std::string LocalDay(int64_t ms) {
  time_t seconds = ms / 1000;
  tm local{};
  localtime_r(&seconds, &local);
  char text[16];
  strftime(text, sizeof text, "%Y/%m/%d", &local);
  return text;
}

std::string Dashed(std::string day) {
  std::replace(day.begin(), day.end(), '/', '-');
  return day;
}

struct Count {
  int64_t revenue = 0, gross = 0, discounts = 0, returns = 0, units = 0, transactions = 0, paid = 0,
          failed = 0;
  std::set<std::string> orders, cancelled, sessions, buying, visitors;
  std::map<std::string, int64_t> reasons;

  void Add(const Record& line) {
    int64_t quantity = std::stoll(line.at("quantity"));
    int64_t amount = quantity * Cents(line.at("unit_price"));
    const std::string& status = line.at("status");
    const std::string& payment = line.at("payment_status");
    paid += payment == "paid";
    if (payment == "failed") ++failed, ++reasons[line.at("failure_reason")];
    if (status == "cancelled") cancelled.insert(line.at("order_id"));
    if (status != "completed" && status != "returned") return;
    if (payment != "paid" && payment != "refunded") return;
    revenue += Cents(line.at("total_amount"));
    units += quantity;
    if (quantity < 0) returns -= amount;
    if (quantity <= 0) return;
    gross += amount;
    discounts += Cents(line.at("discount"));
    ++transactions;
    orders.insert(line.at("order_id"));
  }
};

std::string Money(int64_t cents) {
  return fmt::format("{}{}.{:02}", cents < 0 ? "-" : "", std::abs(cents) / 100, std::abs(cents) % 100);
}

json Quotient(int64_t cents, size_t count) {
  if (count == 0) return nullptr;
  return Money(std::llround(static_cast<long double>(cents) / static_cast<long double>(count)));
}

json Share(size_t part, size_t whole) {
  if (whole == 0) return nullptr;
  return fmt::format("{:.6f}",
                     std::round(1e6 * static_cast<double>(part) / static_cast<double>(whole)) / 1e6);
}

void ExpectSales(const json& truth, const Count& count, const std::string& what) {
  SCOPED_TRACE(what);
  EXPECT_EQ(truth.at("revenue"), Money(count.revenue));
  EXPECT_EQ(truth.at("gross_sales"), Money(count.gross));
  EXPECT_EQ(truth.at("discounts"), Money(count.discounts));
  EXPECT_EQ(truth.at("returns"), Money(count.returns));
  EXPECT_EQ(truth.at("net_sales"), Money(count.gross - count.discounts - count.returns));
  EXPECT_EQ(truth.at("transactions"), count.transactions);
  EXPECT_EQ(truth.at("orders"), count.orders.size());
  EXPECT_EQ(truth.at("units"), count.units);
  EXPECT_EQ(truth.at("average_order_value"), Quotient(count.revenue, count.orders.size()));
  EXPECT_EQ(truth.at("average_transaction_value"),
            Quotient(count.revenue, static_cast<size_t>(count.transactions)));
  EXPECT_EQ(truth.at("failed_payments"), count.failed);
  EXPECT_EQ(truth.at("paid_payments"), count.paid);
  EXPECT_EQ(truth.at("failed_payment_rate"),
            Share(static_cast<size_t>(count.failed), static_cast<size_t>(count.failed + count.paid)));
  EXPECT_EQ(truth.at("cancelled_orders"), count.cancelled.size());
  for (const auto& [reason, number] : truth.at("failed_payments_by_reason").items()) {
    auto found = count.reasons.find(reason);
    EXPECT_EQ(number, found == count.reasons.end() ? 0 : found->second) << reason;
  }
}

void ExpectVisits(const json& truth, const Count& count, const std::string& what) {
  SCOPED_TRACE(what);
  EXPECT_EQ(truth.at("sessions"), count.sessions.size());
  EXPECT_EQ(truth.at("sessions_with_purchase"), count.buying.size());
  EXPECT_EQ(truth.at("visitors"), count.visitors.size());
  EXPECT_EQ(truth.at("conversion_rate"), Share(count.buying.size(), count.sessions.size()));
}

struct Shop {
  explicit Shop(const std::string& zone) {
    HistoryOptions options;
    options.directory = directory.path();
    options.users = 700;
    options.products = 150;
    options.transactions = 6000;
    options.events = 24'000;
    options.first_day = {2025, 10, 1};
    options.last_day = {2025, 11, 30};
    options.time_zone = zone;
    options.entities_format = options.transactions_format = options.clickstream_format = FileFormat::kCsv;
    auto summary = GenerateHistory(options, SilentProgress());
    EXPECT_TRUE(summary) << summary.error().message;
    lines = ReadCsv(directory.path() + "/transactions");
    events = ReadCsv(directory.path() + "/clickstream");
    truth = json::parse(ReadFile(directory.path() + "/truth.json").value_or("{}"));
    for (Record& user : ReadCsv(directory.path() + "/users")) users[user["user_id"]] = user;
    for (Record& product : ReadCsv(directory.path() + "/products")) products[product["product_id"]] = product;
    setenv("TZ", zone.c_str(), 1);
    tzset();
  }

  TempDir directory;
  std::vector<Record> lines, events;
  std::map<std::string, Record> users, products;
  json truth;
};

class GeneratedShop : public testing::Test {
 protected:
  Shop shop_{"Europe/Berlin"};
};

class Truth : public testing::TestWithParam<const char*> {
 protected:
  Shop shop_{GetParam()};
};

TEST_P(Truth, EqualsACountOfTheFiles) {
  Count total;
  std::map<std::string, Count> days, categories, regions, products;
  for (const Record& line : shop_.lines) {
    total.Add(line);
    days[Dashed(LocalDay(Milliseconds(line.at("transaction_timestamp"))))].Add(line);
    categories[shop_.products.at(line.at("product_id")).at("category")].Add(line);
    regions[line.at("region")].Add(line);
    products[line.at("product_id")].Add(line);
  }
  std::map<std::string, int64_t> begins;
  for (const Record& event : shop_.events) {
    int64_t at = Milliseconds(event.at("event_time"));
    auto [begin, added] = begins.emplace(event.at("session_id"), at);
    if (!added) begin->second = std::min(begin->second, at);
  }
  for (const Record& event : shop_.events) {
    const std::string& session = event.at("session_id");
    for (Count* count : {&total, &days[Dashed(LocalDay(begins.at(session)))]}) {
      count->sessions.insert(session);
      count->visitors.insert(event.at("user_id").empty() ? session : event.at("user_id"));
      if (event.at("event_type") == "purchase") count->buying.insert(session);
    }
  }
  ExpectSales(shop_.truth["totals"], total, "totals");
  ExpectVisits(shop_.truth["totals"], total, "totals");
  EXPECT_EQ(shop_.truth["days"].size(), 61u);
  for (const json& day : shop_.truth["days"]) {
    ExpectSales(day, days[day.at("day")], day.at("day"));
    ExpectVisits(day, days[day.at("day")], day.at("day"));
  }
  EXPECT_EQ(shop_.truth["categories"].size(), categories.size());
  for (const json& group : shop_.truth["categories"]) {
    ExpectSales(group, categories[group.at("category")], group.at("category"));
  }
  EXPECT_EQ(shop_.truth["regions"].size(), regions.size());
  for (const json& group : shop_.truth["regions"])
    ExpectSales(group, regions[group.at("region")], group.at("region"));

  std::vector<std::pair<int64_t, std::string>> top;
  for (const auto& [id, count] : products) top.emplace_back(-count.revenue, id);
  std::sort(top.begin(), top.end());
  ASSERT_EQ(shop_.truth["top_products"].size(), 10u);
  for (size_t i = 0; i < 10; ++i) {
    const json& product = shop_.truth["top_products"][i];
    const Count& count = products[top[i].second];
    EXPECT_EQ(product.at("product_id"), top[i].second);
    EXPECT_EQ(product.at("name"), shop_.products.at(top[i].second).at("name"));
    EXPECT_EQ(product.at("revenue"), Money(count.revenue));
    EXPECT_EQ(product.at("units"), count.units);
    EXPECT_EQ(product.at("orders"), count.orders.size());
  }
}

TEST_P(Truth, FilesLieInTheirDays) {
  std::map<std::string, int64_t> last;
  for (const Record& line : shop_.lines) {
    int64_t at = Milliseconds(line.at("transaction_timestamp"));
    EXPECT_EQ(LocalDay(at), line.at("_day"));
    EXPECT_GE(at, last["lines"]) << "lines follow each other in time";
    last["lines"] = at;
  }
  for (const Record& event : shop_.events) {
    int64_t at = Milliseconds(event.at("event_time"));
    EXPECT_EQ(LocalDay(at), event.at("_day"));
    EXPECT_GE(at, last["events"]);
    last["events"] = at;
  }
}

TEST_F(GeneratedShop, LinesAddUpAndBelongTogether) {
  std::set<std::string> ids;
  std::map<std::string, Record> sold;
  for (const Record& line : shop_.lines) {
    EXPECT_TRUE(ids.insert(line.at("transaction_id")).second);
    int64_t amount = std::stoll(line.at("quantity")) * Cents(line.at("unit_price"));
    EXPECT_EQ(Cents(line.at("total_amount")),
              amount - Cents(line.at("discount")) + Cents(line.at("tax")) + Cents(line.at("shipping")));
    EXPECT_EQ(line.at("payment_status") == "failed", !line.at("failure_reason").empty());
    bool card = line.at("payment_method") == "credit_card" || line.at("payment_method") == "debit_card";
    EXPECT_EQ(card, !line.at("card_number").empty());
    if (!line.at("user_id").empty()) {
      const Record& user = shop_.users.at(line.at("user_id"));
      EXPECT_EQ(user.at("city"), line.at("city"));
      EXPECT_EQ(user.at("country"), line.at("country"));
      EXPECT_LE(Milliseconds(user.at("signup_at")), Milliseconds(line.at("transaction_timestamp")));
    }
    std::string key = line.at("order_id") + " " + line.at("product_id");
    if (std::stoll(line.at("quantity")) > 0) {
      sold[key] = line;
      continue;
    }
    // A return follows a sale of an earlier day, which stays as it is.
    EXPECT_EQ(line.at("status"), "returned");
    EXPECT_EQ(line.at("payment_status"), "refunded");
    ASSERT_TRUE(sold.count(key)) << key;
    EXPECT_EQ(sold[key].at("status"), "completed");
    EXPECT_LT(sold[key].at("_day"), line.at("_day"));
    EXPECT_GE(std::stoll(sold[key].at("quantity")), -std::stoll(line.at("quantity")));
    EXPECT_EQ(sold[key].at("user_id"), line.at("user_id"));
  }
}

TEST_F(GeneratedShop, VisitsEndInRealOrders) {
  std::map<std::string, Record> lines;
  for (const Record& line : shop_.lines) {
    if (line.at("quantity")[0] != '-') lines[line.at("order_id") + " " + line.at("product_id")] = line;
  }
  std::map<std::string, std::vector<Record>> sessions;
  std::set<std::string> ids;
  for (const Record& event : shop_.events) {
    EXPECT_TRUE(ids.insert(event.at("event_id")).second);
    sessions[event.at("session_id")].push_back(event);
  }
  for (const auto& [id, events] : sessions) {
    std::set<std::string> viewed, carted;
    int64_t before = Milliseconds(events.front().at("event_time"));
    for (const Record& event : events) {
      int64_t at = Milliseconds(event.at("event_time"));
      EXPECT_LT(at - before, 30 * 60 * 1000) << id;
      before = at;
      EXPECT_EQ(event.at("user_id"), events.front().at("user_id"));
      EXPECT_EQ(event.at("_day"), events.front().at("_day"));
      const std::string& type = event.at("event_type");
      const std::string& product = event.at("product_id");
      if (type == "view") viewed.insert(product);
      EXPECT_EQ(type == "search", !event.at("search_query").empty());
      if (type == "add_to_cart") {
        EXPECT_TRUE(viewed.count(product));
        carted.insert(product);
      }
      if (type != "purchase") continue;
      EXPECT_TRUE(carted.count(product));
      const Record& line = lines.at(event.at("order_id") + " " + product);
      EXPECT_EQ(line.at("transaction_timestamp"), event.at("event_time"));
      EXPECT_EQ(line.at("user_id"), event.at("user_id"));
      EXPECT_EQ(line.at("device_type"), event.at("device_type"));
      EXPECT_EQ(line.at("traffic_source"), event.at("traffic_source"));
      EXPECT_NE(line.at("payment_status"), "failed");
    }
  }
}

TEST_F(GeneratedShop, LooksLikeAShop) {
  const json& totals = shop_.truth["totals"];
  auto rate = [&](const char* name) { return std::stod(totals.at(name).get<std::string>()); };
  EXPECT_GT(rate("failed_payment_rate"), 0.02);
  EXPECT_LT(rate("failed_payment_rate"), 0.06);
  EXPECT_GT(rate("conversion_rate"), 0.03);
  EXPECT_LT(rate("conversion_rate"), 0.06);
  EXPECT_GT(rate("returns"), 0.01 * rate("gross_sales"));
  EXPECT_LT(rate("returns"), 0.12 * rate("gross_sales"));
  // Zipf: in the largest category a handful of the products makes a third of the lines.
  std::map<std::string, int> sold;
  int lines = 0;
  for (const Record& line : shop_.lines) {
    if (shop_.products.at(line.at("product_id")).at("category") != "Fashion") continue;
    ++sold[line.at("product_id")];
    ++lines;
  }
  std::vector<int> counts;
  for (const auto& [id, count] : sold) counts.push_back(count);
  std::sort(counts.rbegin(), counts.rend());
  ASSERT_GT(counts.size(), 10u);
  EXPECT_GT(counts[0] + counts[1] + counts[2] + counts[3], lines / 3);
  EXPECT_GT(counts[0], 2 * counts[3]);
  // The active ones buy most of it.
  std::map<std::string, int> by_segment, members;
  for (const auto& [id, user] : shop_.users) ++members[user.at("segment")];
  for (const Record& line : shop_.lines) {
    if (!line.at("user_id").empty()) ++by_segment[shop_.users.at(line.at("user_id")).at("segment")];
  }
  EXPECT_GT(by_segment["VIP"] * members["Regular"], 8 * by_segment["Regular"] * members["VIP"]);
}

INSTANTIATE_TEST_SUITE_P(Zones, Truth,
                         testing::Values("Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC"));

}  // namespace
}  // namespace souk::generate
