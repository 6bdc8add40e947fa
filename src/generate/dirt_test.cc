// Cleans a shop with dirt by the rules of docs/guide/simulator.md, in the plainest way, and counts what is
// left and what was thrown away: both are what truth.json says.

#include "generate/dirt.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/files.h"
#include "generate/history.h"
#include "generate/row_writer.h"
#include "sql/database.h"

namespace souk::generate {
namespace {

using nlohmann::json;

int64_t CentsOf(const json& amount) { return std::llround(amount.get<double>() * 100); }

// Milliseconds; `form` becomes how it was written.
int64_t Moment(const std::string& text, std::string& form) {
  tm time{};
  const char* rest = strptime(text.substr(0, 10).c_str(), "%Y-%m-%d", &time);
  EXPECT_TRUE(rest) << text;
  strptime(text.substr(11, 8).c_str(), "%H:%M:%S", &time);
  int64_t ms = timegm(&time) * 1000 + std::stoi(text.substr(20, 3));
  std::string zone = text.substr(23);
  form = text[10] == 'T' && zone == "Z" ? "usual" : "other";
  return zone == "+02:00" ? ms - 7'200'000 : ms;
}

struct Cleaned {
  std::map<std::string, json> records;  // by id, with "_ms"
  std::map<std::string, int64_t> dirt;
  int64_t written = 0;

  // `late` = the record lies in a late file; all others were added before.
  void Add(const std::string& text, bool late, const char* key, const char* time_key) {
    ++written;
    json record = json::parse(text, nullptr, false);
    if (record.is_discarded()) {
      ++dirt["malformed"];
      return;
    }
    const char* reason = Broken(record, time_key);
    if (reason) {
      ++dirt[reason];
      return;
    }
    std::string form;
    record["_ms"] = Moment(record.at(time_key), form);
    std::string year = record.at(time_key).get<std::string>().substr(0, 4);
    if (year < "1990" || year > "2100") {
      ++dirt["implausible_time"];
      return;
    }
    dirt["other_time_form"] += form == "other";
    auto [held, is_new] = records.emplace(record.at(key), record);
    if (is_new) {
      dirt["late"] += late;
    } else if (record.contains("updated_at") && record.at("updated_at") > held->second.at("updated_at")) {
      EXPECT_TRUE(late);
      ++dirt["update"];
      held->second = record;
    } else {
      ++dirt[late ? "later_duplicate" : "duplicate"];
      record["_ms"] = held->second["_ms"];
      EXPECT_EQ(record, held->second);
    }
  }

  static const char* Broken(const json& record, const char* time_key) {
    if (record.at(time_key).is_null()) return "missing_time";
    if (record.at(time_key) == "0000-00-00 00:00:00") return "unreadable_time";
    if (record.contains("event_type")) return record.at("event_type").is_null() ? "missing_field" : nullptr;
    if (record.at("unit_price").is_null() && record.at("total_amount").is_null()) return "missing_field";
    if (record.at("unit_price") > 99'999'999.9999) return "too_large";
    return record.at("unit_price") < 0 ? "negative_price" : nullptr;
  }
};

Cleaned Clean(const std::string& directory, const char* key, const char* time_key) {
  Cleaned cleaned;
  auto files = ListFiles(directory);
  for (bool late : {false, true}) {
    for (const std::string& file : files.value_or(std::vector<std::string>())) {
      if ((file.find("/late-") != file.npos) != late) continue;
      std::istringstream text(ReadFile(file).value_or(""));
      for (std::string line; std::getline(text, line);) cleaned.Add(line, late, key, time_key);
    }
  }
  return cleaned;
}

std::string MoneyText(int64_t cents) { return fmt::format("{}.{:02}", cents / 100, cents % 100); }

class DirtyShop : public testing::TestWithParam<DirtLevel> {
 protected:
  DirtyShop() {
    HistoryOptions options;
    options.directory = directory_.path();
    options.users = 700;
    options.products = 150;
    options.transactions = 20'000;
    options.events = 60'000;
    options.first_day = {2025, 10, 1};
    options.last_day = {2025, 11, 30};
    options.time_zone = "UTC";
    options.dirt = GetParam();
    options.transactions_format = options.clickstream_format = FileFormat::kJson;
    auto summary = GenerateHistory(options, SilentProgress());
    EXPECT_TRUE(summary) << summary.error().message;
    truth_ = json::parse(ReadFile(directory_.path() + "/truth.json").value_or("{}"));
  }

  void ExpectDirt(const Cleaned& cleaned, const char* record) {
    const json& said = truth_["dirt"][record];
    EXPECT_EQ(said["records_written"], cleaned.written);
    for (const auto& [kind, number] : said.items()) {
      if (kind == "records_written" || kind == "bot_sessions") continue;
      auto found = cleaned.dirt.find(kind);
      EXPECT_EQ(number, found == cleaned.dirt.end() ? 0 : found->second) << kind;
    }
  }

  TempDir directory_;
  json truth_;
};

TEST_P(DirtyShop, TransactionsAreAsTruthSaysAfterCleaning) {
  Cleaned cleaned = Clean(directory_.path() + "/transactions", "transaction_id", "transaction_timestamp");
  EXPECT_EQ(cleaned.records.size(), 20'000u);
  int64_t revenue = 0, units = 0, sold = 0, failed = 0, paid = 0;
  std::set<std::string> orders, cancelled;
  std::map<std::string, int64_t> days;
  for (const auto& [id, line] : cleaned.records) {
    int64_t quantity = line.at("quantity");
    int64_t expected = quantity * CentsOf(line.at("unit_price")) - CentsOf(line.at("discount")) +
                       CentsOf(line.at("tax")) + CentsOf(line.at("shipping"));
    cleaned.dirt["total_differs"] += std::abs(CentsOf(line.at("total_amount")) - expected) > 1;
    for (size_t word = 0; word < kMethodWords.size(); ++word) {
      bool known = word + kUnknownMethodWords < kMethodWords.size();
      if (line.at("payment_method") == std::string(kMethodWords[word].text))
        ++cleaned.dirt[known ? "method_word" : "unknown_method"];
    }
    std::string status = line.at("status"), payment = line.at("payment_status");
    paid += payment == "paid";
    failed += payment == "failed";
    if (status == "cancelled") cancelled.insert(line.at("order_id"));
    if (status != "completed" && status != "returned") continue;
    if (payment != "paid" && payment != "refunded") continue;
    revenue += CentsOf(line.at("total_amount"));
    time_t seconds = line.at("_ms").get<int64_t>() / 1000;
    char day[16];
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&seconds));
    days[day] += CentsOf(line.at("total_amount"));
    units += quantity;
    if (quantity < 0) continue;
    ++sold;
    orders.insert(line.at("order_id"));
  }
  const json& totals = truth_["totals"];
  EXPECT_EQ(totals["revenue"], MoneyText(revenue));
  EXPECT_EQ(totals["units"], units);
  EXPECT_EQ(totals["transactions"], sold);
  EXPECT_EQ(totals["orders"], orders.size());
  EXPECT_EQ(totals["failed_payments"], failed);
  EXPECT_EQ(totals["paid_payments"], paid);
  EXPECT_EQ(totals["cancelled_orders"], cancelled.size());
  for (const json& day : truth_["days"]) EXPECT_EQ(day["revenue"], MoneyText(days[day.at("day")]));
  ExpectDirt(cleaned, "transactions");
  for (const char* kind : {"duplicate", "update", "late", "malformed", "negative_price", "total_differs"})
    EXPECT_GT(cleaned.dirt[kind], 0) << kind;
}

TEST_P(DirtyShop, EventsAreAsTruthSaysAfterCleaning) {
  Cleaned cleaned = Clean(directory_.path() + "/clickstream", "event_id", "event_time");
  std::map<std::string, std::vector<json>> sessions;
  for (const auto& [id, event] : cleaned.records) sessions[event.at("session_id")].push_back(event);
  int64_t bots = 0, buying = 0, human = 0, events = 0;
  std::set<std::string> visitors;
  for (const auto& [id, visit] : sessions) {
    std::string agent = visit.front().at("user_agent");
    bool says_so = false;
    for (const char* word : {"bot", "python-requests", "curl", "Headless"})
      says_so = says_so || agent.find(word) != agent.npos;
    int64_t first = INT64_MAX, last = 0;
    for (const json& event : visit) {
      first = std::min(first, event.at("_ms").get<int64_t>());
      last = std::max(last, event.at("_ms").get<int64_t>());
    }
    auto count = static_cast<int64_t>(visit.size());
    bool too_fast = count >= 60 && last - first < 1000 * (count - 1);
    EXPECT_FALSE(says_so && too_fast);
    if (says_so) cleaned.dirt["bot_by_agent"] += count;
    if (too_fast) cleaned.dirt["bot_by_pace"] += count;
    bots += says_so || too_fast;
    if (says_so || too_fast) continue;
    ++human;
    events += count;
    visitors.insert(visit.front().at("user_id").is_null() ? id
                                                          : visit.front().at("user_id").get<std::string>());
    buying += std::any_of(visit.begin(), visit.end(),
                          [](const json& event) { return event.at("event_type") == "purchase"; });
  }
  EXPECT_EQ(events, 60'000);
  EXPECT_EQ(truth_["totals"]["sessions"], human);
  EXPECT_EQ(truth_["totals"]["visitors"], visitors.size());
  EXPECT_EQ(truth_["totals"]["sessions_with_purchase"], buying);
  EXPECT_EQ(truth_["dirt"]["clickstream"]["bot_sessions"], bots);
  ExpectDirt(cleaned, "clickstream");
  for (const char* kind : {"duplicate", "later_duplicate", "late", "malformed", "missing_field",
                           "unreadable_time", "bot_by_agent", "bot_by_pace"})
    EXPECT_GT(cleaned.dirt[kind], 0) << kind;
}

INSTANTIATE_TEST_SUITE_P(Levels, DirtyShop, testing::Values(DirtLevel::kUsual, DirtLevel::kHeavy));

TEST(Dirt, ParquetAndCsvHoldWhatTheyCan) {
  for (FileFormat format : {FileFormat::kParquet, FileFormat::kCsv}) {
    TempDir directory;
    HistoryOptions options;
    options.directory = directory.path();
    options.users = 700;
    options.products = 150;
    options.transactions = options.events = 30'000;
    options.first_day = {2025, 11, 1};
    options.last_day = {2025, 11, 20};
    options.dirt = DirtLevel::kHeavy;
    options.transactions_format = options.clickstream_format = format;
    ASSERT_TRUE(GenerateHistory(options, SilentProgress()));
    json dirt = json::parse(ReadFile(directory.path() + "/truth.json").value_or("{}"))["dirt"];
    auto database = sql::Database::Open({});
    ASSERT_TRUE(database);
    auto connection = (*database)->Connect();
    ASSERT_TRUE(connection);
    std::string reader = fmt::format(
        "read_{}('{}/transactions/**/*.{}'{})", FormatName(format), directory.path(), FormatName(format),
        format == FileFormat::kCsv ? ", all_varchar=true, ignore_errors=true" : "");
    auto table =
        connection->Query(fmt::format("SELECT count(*), count(*) FILTER (transaction_timestamp IS NULL), "
                                      "count(*) FILTER (unit_price IS NULL AND total_amount IS NULL), "
                                      "count(*) FILTER (CAST(unit_price AS DOUBLE) < 0) FROM {}",
                                      reader));
    ASSERT_TRUE(table) << table.error().message;
    auto number = [&](size_t column) { return std::stoll(sql::CellText(table->At(0, column))); };
    const json& lines = dirt["transactions"];
    EXPECT_EQ(number(0), lines["records_written"].get<int64_t>() - lines["malformed"].get<int64_t>());
    EXPECT_EQ(number(1), lines["missing_time"]);
    EXPECT_EQ(number(2), lines["missing_field"]);
    EXPECT_EQ(number(3), lines["negative_price"]);
    EXPECT_EQ(lines["malformed"] == 0, format == FileFormat::kParquet);
    EXPECT_EQ(lines["unreadable_time"] == 0, format == FileFormat::kParquet);
  }
}

}  // namespace
}  // namespace souk::generate
