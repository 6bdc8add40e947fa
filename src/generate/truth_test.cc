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
      record["_file"] = file;
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
  int64_t revenue = 0, gross = 0, discounts = 0, returns = 0, units = 0, cost = 0, transactions = 0, paid = 0,
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
    cost += quantity * Cents(line.at("_cost"));
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
  EXPECT_EQ(truth.at("profit"), Money(count.gross - count.discounts - count.returns - count.cost));
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
    setenv("TZ", zone.c_str(), 1);
    tzset();
    ReadVersions("users", "user_id", users, user_versions);
    ReadVersions("products", "product_id", products, product_versions);
    for (Record& line : lines) {
      int64_t at = Milliseconds(line.at("transaction_timestamp"));
      line["_cost"] = AsOf(product_versions, line.at("product_id"), at).at("cost");
      if (!line.at("user_id").empty())
        line["_segment"] = AsOf(user_versions, line.at("user_id"), at).at("segment");
    }
  }

  using Versions = std::map<std::string, std::map<int64_t, Record>>;  // by id and updated_at

  void ReadVersions(const std::string& folder, const std::string& key, std::map<std::string, Record>& first,
                    Versions& versions) {
    std::string root = directory.path() + "/" + folder;
    for (const Record& record : ReadCsv(root)) {
      int64_t at = Milliseconds(record.at("updated_at"));
      EXPECT_TRUE(versions[record.at(key)].emplace(at, record).second) << record.at(key);
    }
    for (const auto& [id, all] : versions) {
      first[id] = all.begin()->second;
      EXPECT_EQ(all.begin()->second.at("_file"), root + "/" + folder + ".csv");
      for (auto change = std::next(all.begin()); change != all.end(); ++change) {
        // A change lies in the folder of its day, and begins with it.
        EXPECT_EQ(change->second.at("_file"),
                  root + "/changes/" + LocalDay(change->first) + "/part-00000.csv");
        EXPECT_NE(LocalDay(change->first), LocalDay(change->first - 1));
      }
    }
  }

  static const Record& AsOf(const Versions& versions, const std::string& id, int64_t at) {
    const auto& all = versions.at(id);
    auto after = all.upper_bound(at);
    EXPECT_NE(after, all.begin()) << id << " was sold or bought before it was there";
    return std::prev(after)->second;
  }

  TempDir directory;
  std::vector<Record> lines, events;
  std::map<std::string, Record> users, products;  // the first versions
  Versions user_versions, product_versions;
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
  std::map<std::string, Count> days, categories, regions, segments, products;
  for (const Record& line : shop_.lines) {
    total.Add(line);
    days[Dashed(LocalDay(Milliseconds(line.at("transaction_timestamp"))))].Add(line);
    categories[shop_.products.at(line.at("product_id")).at("category")].Add(line);
    regions[line.at("region")].Add(line);
    segments[line.count("_segment") ? line.at("_segment") : ""].Add(line);
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
  EXPECT_EQ(shop_.truth["segments"].size(), segments.size());
  for (const json& group : shop_.truth["segments"]) {
    std::string name = group.at("segment").is_null() ? "" : group.at("segment").get<std::string>();
    ExpectSales(group, segments[name], "segment " + name);
  }

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
      const Record& user =
          Shop::AsOf(shop_.user_versions, line.at("user_id"), Milliseconds(line.at("transaction_timestamp")));
      if (line.at("status") != "returned") {  // what comes back is not sent anew
        EXPECT_EQ(user.at("city"), line.at("city"));
        EXPECT_EQ(user.at("country"), line.at("country"));
        EXPECT_EQ(user.at("region"), line.at("region"));
      }
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

TEST_F(GeneratedShop, LinesHaveThePriceOfTheirTime) {
  for (const Record& line : shop_.lines) {
    if (line.at("status") == "returned") continue;
    const Record& product = Shop::AsOf(shop_.product_versions, line.at("product_id"),
                                       Milliseconds(line.at("transaction_timestamp")));
    EXPECT_EQ(Cents(product.at("price")), Cents(line.at("unit_price")));
    EXPECT_EQ(product.at("active"), "true") << line.at("product_id");
  }
  for (const Record& event : shop_.events) {
    if (event.at("price").empty()) continue;
    const Record& product =
        Shop::AsOf(shop_.product_versions, event.at("product_id"), Milliseconds(event.at("event_time")));
    EXPECT_EQ(Cents(product.at("price")), Cents(event.at("price")));
  }
}

TEST_F(GeneratedShop, ThingsChange) {
  size_t users = 0, products = 0, prices = 0, segments = 0, cities = 0, gone = 0;
  for (const auto& [id, versions] : shop_.user_versions) {
    users += versions.size();
    for (auto now = std::next(versions.begin()); now != versions.end(); ++now) {
      const Record &before = std::prev(now)->second, &after = now->second;
      segments += before.at("segment") != after.at("segment");
      cities += before.at("city") != after.at("city");
      for (const char* same : {"name", "email", "phone", "signup_at", "birth_year", "acquisition_channel"})
        EXPECT_EQ(before.at(same), after.at(same));
      EXPECT_LE(Cents(before.at("lifetime_value")), Cents(after.at("lifetime_value")));
    }
  }
  for (const auto& [id, versions] : shop_.product_versions) {
    products += versions.size();
    for (auto now = std::next(versions.begin()); now != versions.end(); ++now) {
      const Record &before = std::prev(now)->second, &after = now->second;
      prices += before.at("price") != after.at("price");
      gone += before.at("active") == "true" && after.at("active") == "false";
      for (const char* same : {"name", "sku", "category", "brand", "created_at"})
        EXPECT_EQ(before.at(same), after.at(same));
    }
  }
  EXPECT_EQ(shop_.truth["versions"]["users"], users);
  EXPECT_EQ(shop_.truth["versions"]["products"], products);
  EXPECT_EQ(shop_.users.size(), 700u);
  EXPECT_EQ(shop_.products.size(), 150u);
  EXPECT_GT(segments, 20u);
  EXPECT_GT(cities, 1u);
  EXPECT_GT(prices, 20u);
  EXPECT_GT(gone, 0u);
}

TEST_F(GeneratedShop, StockFollowsTheSales) {
  std::map<std::string, std::map<int64_t, int64_t>> moved;  // by product and time
  for (const Record& line : shop_.lines) {
    const std::string &status = line.at("status"), &payment = line.at("payment_status");
    bool sale =
        (status == "completed" || status == "returned") && (payment == "paid" || payment == "refunded");
    if (sale)
      moved[line.at("product_id")][Milliseconds(line.at("transaction_timestamp"))] +=
          std::stoll(line.at("quantity"));
  }
  int deliveries = 0;
  for (const auto& [id, versions] : shop_.product_versions) {
    for (auto now = versions.begin(); now != versions.end(); ++now) {
      auto next = std::next(now);
      auto begin = moved[id].lower_bound(now->first);
      auto end = next == versions.end() ? moved[id].end() : moved[id].lower_bound(next->first);
      int64_t left = std::stoll(now->second.at("stock_quantity"));
      for (; begin != end; ++begin) left -= begin->second;
      EXPECT_GE(left, 0) << id;
      if (next == versions.end()) continue;
      int64_t delivered = std::stoll(next->second.at("stock_quantity")) - left;
      EXPECT_GE(delivered, 0) << id;
      EXPECT_EQ(delivered % 10, 0) << id;
      deliveries += delivered > 0;
    }
  }
  EXPECT_GT(deliveries, 10);
}

TEST_F(GeneratedShop, SamplesAreAsInTheFiles) {
  ASSERT_EQ(shop_.truth["sample_users"].size(), 5u);
  for (const json& user : shop_.truth["sample_users"]) {
    const auto& versions = shop_.user_versions.at(user.at("user_id"));
    ASSERT_EQ(user.at("versions").size(), versions.size());
    auto expected = versions.begin();
    for (const json& version : user.at("versions")) {
      EXPECT_EQ(version.at("valid_from"), expected->second.at("updated_at"));
      EXPECT_EQ(version.at("segment"), expected->second.at("segment"));
      EXPECT_EQ(version.at("city"), expected->second.at("city"));
      ++expected;
    }
  }
  ASSERT_EQ(shop_.truth["sample_products"].size(), 5u);
  for (const json& product : shop_.truth["sample_products"]) {
    const auto& versions = shop_.product_versions.at(product.at("product_id"));
    ASSERT_EQ(product.at("versions").size(), versions.size());
    auto expected = versions.begin();
    for (const json& version : product.at("versions")) {
      EXPECT_EQ(version.at("valid_from"), expected->second.at("updated_at"));
      for (const char* name : {"price", "cost"}) EXPECT_EQ(version.at(name), expected->second.at(name));
      EXPECT_EQ(version.at("active"), expected->second.at("active") == "true");
      EXPECT_EQ(version.at("stock_quantity"), std::stoll(expected->second.at("stock_quantity")));
      ++expected;
    }
  }
}

TEST_F(GeneratedShop, TastesAndLifetimesShowInTheFiles) {
  std::map<std::string, std::vector<Record>> by_user;
  for (const Record& line : shop_.lines)
    if (line.at("quantity")[0] != '-') by_user[line.at("user_id")].push_back(line);
  std::map<std::string, std::string> last_seen;
  for (const Record& event : shop_.events)
    last_seen[event.at("user_id")] = std::max(last_seen[event.at("user_id")], Dashed(event.at("_day")));
  const json& tastes = shop_.truth["tastes"];
  ASSERT_EQ(tastes["users"].size(), 100u);
  std::map<std::string, std::vector<int>> factors;
  for (const json& product : tastes["products"])
    factors[product.at("product_id")] = product.at("factors").get<std::vector<int>>();
  int lines = 0, favourite = 0, ended = 0;
  double fit = 0;
  for (const json& user : tastes["users"]) {
    std::string last = user.at("last_day");
    ended += last < "2025-11-01";
    EXPECT_LE(last_seen[user.at("user_id")], last);
    for (const Record& line : by_user[user.at("user_id")]) {
      EXPECT_LE(Dashed(line.at("_day")), last);
      const std::string& category = shop_.products.at(line.at("product_id")).at("category");
      ++lines;
      favourite += category == user.at("favourite_category").get<std::string>();
      auto found = factors.find(line.at("product_id"));
      if (found == factors.end()) continue;
      for (int i = 0; i < 4; ++i) fit += found->second[i] * user.at("factors")[i].get<int>();
    }
  }
  EXPECT_GT(ended, 5);
  EXPECT_LT(ended, 80);
  EXPECT_GT(favourite, lines / 4);
  EXPECT_GT(fit / lines, 1000);  // of products taken by chance: about 0
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
    if (line.count("_segment")) ++by_segment[line.at("_segment")];
  }
  EXPECT_GT(by_segment["VIP"] * members["Regular"], 8 * by_segment["Regular"] * members["VIP"]);
}

INSTANTIATE_TEST_SUITE_P(Zones, Truth,
                         testing::Values("Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC"));

}  // namespace
}  // namespace souk::generate
