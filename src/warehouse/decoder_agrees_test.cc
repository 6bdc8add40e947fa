// A record that comes over a topic means the same as one in a file: what the decoder makes of a line is what
// staging makes of it.
#include <gtest/gtest.h>

#include <map>

#include "lake/json_form.h"
#include "record/json_decoder.h"
#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

using record::Field;
using record::FieldType;
using record::TypedRecord;

class DecoderAgrees : public ::testing::Test {
 protected:
  void SetUp() override { shop_.Open(); }

  std::string Text(const Field& field, const record::TypedValue& value) {
    if (!value.present) return "-";
    switch (field.type) {
      case FieldType::kText: return std::string(value.text);
      case FieldType::kBool: return value.number != 0 ? "true" : "false";
      default: return std::to_string(value.number);
    }
  }

  // The field as Text writes it.
  std::string Sql(const Field& field) {
    if (field.type == FieldType::kTimestamp) return fmt::format("epoch_us({})", field.name);
    if (field.type != FieldType::kDecimal) return field.name;
    int64_t unit = 1;
    for (int i = 0; i < field.scale; ++i) unit *= 10;
    return fmt::format("CAST({} * {} AS BIGINT)", field.name, unit);
  }

  // Puts the lines into as many raw files as they need, and notes what the decoder makes of them.
  void Take(const std::string& record, const std::vector<std::string>& lines) {
    const record::Schema& schema = **record::FindSchema(record);
    record::JsonDecoderOptions options;
    options.time_zone = "Europe/Berlin";
    auto decoder = *record::JsonDecoder::Make(schema, options);
    std::vector<std::pair<lake::JsonForm, std::string>> files;
    for (const std::string& line : lines) {
      TypedRecord typed;
      record::Fault fault;
      ASSERT_TRUE(decoder.Decode(line, typed, fault)) << line << ": " << fault.reason;
      auto file =
          std::find_if(files.begin(), files.end(), [&](auto& f) { return f.first.Take(decoder, typed); });
      if (file == files.end()) {
        files.emplace_back(lake::JsonForm(schema), "");
        file = files.end() - 1;
        ASSERT_TRUE(file->first.Take(decoder, typed));
      }
      file->second += line + "\n";
      if (!decoder.rejection().empty()) {
        ++rejected_[std::string(decoder.rejection())];
        continue;
      }
      std::string row;
      for (const Field& field : schema.fields) {
        row += Text(field, typed.values[static_cast<size_t>(&field - schema.fields.data())]) + "|";
      }
      row += decoder.exclusion().empty() ? "-" : decoder.exclusion();
      expected_.push_back(row);
    }
    for (auto& [form, content] : files) shop_.AddFile(record, "json", content, form.Format("Europe/Berlin"));
  }

  void Compare(const std::string& record, const std::string& exclusion) {
    const record::Schema& schema = **record::FindSchema(record);
    shop_.MustBuild();
    std::string columns;
    for (const Field& field : schema.fields) columns += Sql(field) + ", ";
    auto rows = shop_.Rows(fmt::format("SELECT {}{} FROM clean.stg_{}", columns, exclusion, record));
    std::sort(rows.begin(), rows.end());
    std::sort(expected_.begin(), expected_.end());
    ASSERT_EQ(rows.size(), expected_.size());
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], expected_[i]);
    std::map<std::string, int> rejected;
    for (const std::string& row : shop_.Rows(
             fmt::format("SELECT reject_reason, count(*) FROM clean.stg_{}_rejected GROUP BY 1", record))) {
      size_t bar = row.find('|');
      rejected[row.substr(0, bar)] = std::stoi(row.substr(bar + 1));
    }
    EXPECT_EQ(rejected, rejected_);
  }

  TestShop shop_;
  std::vector<std::string> expected_;
  std::map<std::string, int> rejected_;
};

constexpr char kTime[] = R"("transaction_timestamp":"2025-11-20T18:04:30.25Z")";

TEST_F(DecoderAgrees, OnTransactions) {
  const std::vector<std::string> members = {
      R"("unit_price":79.90,"quantity":2,"discount":8.00,"tax":28.84,"shipping":4.90,"total_amount":185.54)",
      R"("unit_price":1.00005,"tax":1.005,"discount":-0.125,"shipping":"2.675","quantity":"3.0")",
      R"("total_amount":10,"quantity":3,"discount":1.00,"tax":null,"shipping":"")",
      R"("total_amount":-10.01,"quantity":-3)",
      R"("total_amount":-10.01)",
      R"("unit_price":0.0049999995,"quantity":1000)",
      R"("unit_price":"0.00499995000001","quantity":1000)",
      R"("unit_price":1e1,"quantity":2.0,"discount":12345678.125)",
      R"("unit_price":10.005,"quantity":-2,"tax":1)",
      R"("unit_price":0,"quantity":-2)",
      R"("unit_price":-5,"quantity":2)",
      R"("unit_price":1,"payment_method":"Credit Card","payment_status":"SUCCEEDED","status":" shipped ")",
      R"("unit_price":1,"payment_method":"cheque","device_type":"Phone","failure_reason":"Declined")",
      R"("unit_price":1,"payment_method":"NULL","payment_status":"","status":"N/A","city":"NaN")",
      R"("unit_price":1,"city":" NULL ","country":"  K\u00f6ln ","region":"  ","traffic_source":"\tx")",
      R"("unit_price":1,"city":17850.0,"country":1e3,"region":-0,"traffic_source":1.5e-7,"card_number":4111111111111111)",
      R"("unit_price":1,"city":true,"country":{"a" : [1, 2.50, "x\/y\u00e9"]},"region":[],"traffic_source":12345678901234567890)",
      R"("unit_price":1,"user_id":" 17850.0 ","product_id":"-5.00","order_id":"A5.0x")",
      R"("unit_price":1,"user_id":42,"product_id":17850.0,"order_id":"007.0")",
      R"("unit_price":1,"product_name":"Lamp","product_category":"Light","customer_name":"Ada")",
      R"("unit_price":1,"order_id":"A5","product_id":"B")",
      R"("unit_price":1,"status":"odd")",
      R"("unit_price":1,"payment_status":"odd")",
      R"("total_amount":1,"quantity":0)",
      R"("unit_price":89999999,"quantity":2000)",
      R"("unit_price":90000000)",
      R"("unit_price":1,"discount":900000000)",
      R"("total_amount":800000000,"quantity":2)",
      R"("unit_price":1,"updated_at":"1980-01-01")",
      R"("unit_price":1,"updated_at":"2025-11-21 10:00:00")",
      R"("unit_price":1,"updated_at":"2025-10-26 02:30:00")",
      R"("unit_price":1,"updated_at":"2025-03-30 02:30:00+05:30")",
      R"("Unit Price":1,"Units Sold":2,"InvoiceNo":536365,"CustomerID":"NaN","StockCode":"85123A")",
  };
  std::vector<std::string> lines;
  for (const std::string& some : members) {
    lines.push_back(fmt::format(R"({{"transaction_id":"T{}",{},{}}})", lines.size(), kTime, some));
    if (some.find("order_id") != std::string::npos || some.find("InvoiceNo") != std::string::npos) continue;
    // The same without an id of its own.
    lines.push_back(
        fmt::format(R"({{"transaction_id":null,"order_id":"O{}",{},{}}})", lines.size(), kTime, some));
    lines.push_back(
        fmt::format(R"({{"transaction_id":"","order_id":"O{}",{},{}}})", lines.size(), kTime, some));
    lines.push_back(fmt::format(R"({{"basket_id":"O{}",{},{}}})", lines.size(), kTime, some));
  }
  Take("transactions", lines);
  EXPECT_GT(expected_.size(), 80u);
  EXPECT_EQ(rejected_.size(), 5u);
  Compare("transactions", "exclusion");
}

TEST_F(DecoderAgrees, OnClickstream) {
  const std::vector<std::string> members = {
      R"("session_id":"s","event_time":"2025-11-20T18:01:12.480Z","event_type":"view","price":79.9,"quantity":1)",
      R"("user_id":"U1","event_time":"2025-11-20T18:01:12Z","event_type":"Page_View","device":"PC")",
      R"("session_id":"NULL","user_id":17.0,"time":"2025-11-20 18:01:12","action":"wish","utm_source":" email ")",
      R"("session_id":"s","event_time":"2025-11-20T18:01:12Z","event_type":"view","user_agent":"Googlebot/2.1")",
      R"("session_id":"s","event_time":"2025-11-20T18:01:12Z","event_type":"view","user_agent":"CUBOT X","price":1.005)",
      R"("session_id":"s","event_time":"2105-11-20T18:01:12Z","event_type":"view")",
      R"("session_id":"s","event_time":"2025-11-20T18:01:12Z","event_type":" BUY ","search_results":"12","search_query":"a\nb")",
      R"("session_id":"s","event_time":"2025-11-20T18:01:12Z","event_type":"BUY","search_results":null,"device_type":"watch")",
  };
  std::vector<std::string> lines;
  for (const std::string& some : members) {
    lines.push_back(fmt::format(R"({{"event_id":"e{}.0",{}}})", lines.size(), some));
  }
  Take("clickstream", lines);
  EXPECT_EQ(rejected_.size(), 2u);
  Compare("clickstream", "NULL");
}

}  // namespace
}  // namespace souk::warehouse
