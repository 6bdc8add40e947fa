#include "record/json_lines.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

class JsonLinesTest : public testing::Test {
 protected:
  void SetUp() override {
    size_t objects = 0;
    auto columns = SampleJsonLines({kGood}, objects);
    ASSERT_EQ(objects, 1u);
    auto mapping = GuessMapping(**FindSchema("clickstream"), columns);
    ASSERT_TRUE(mapping) << mapping.error().message;
    check_ = *RecordCheck::Make(*mapping, columns);
    std::vector<std::string> names;
    for (const auto& column : columns) names.push_back(column.name);
    json_ = std::make_unique<JsonLines>(names);
  }

  // "" when the line is taken, else "field: reason".
  std::string Check(std::string line) {
    size_t size = line.size();
    line.resize(size + kJsonPadding);
    Fault fault;
    return json_->Check({line.data(), size}, check_, fault) ? "" : fault.field + ": " + fault.reason;
  }

  static constexpr std::string_view kGood =
      R"({"event_id":"e1","session_id":"s1","event_time":"2025-11-20T18:01:12.480Z","event_type":"view","price":79.9,)"
      R"("quantity":1,"page_url":"/"})";
  RecordCheck check_;
  std::unique_ptr<JsonLines> json_;
};

TEST_F(JsonLinesTest, TakesWhatFits) {
  EXPECT_EQ(Check(std::string(kGood)), "");
  EXPECT_EQ(
      Check(
          R"({"event_type":"buy","session_id":5,"event_time":"2025-11-20T18:01:12Z","price":"79.90","other":[1]})"),
      "");
  EXPECT_EQ(
      Check(
          R"({"event_type":"view","session_id":"s","event_time":"2025-11-20T18:01:12Z","price":null,"quantity":""})"),
      "");
  EXPECT_TRUE(check_.span().any);
  EXPECT_TRUE(check_.span().zoned);
}

TEST_F(JsonLinesTest, SaysWhyNot) {
  EXPECT_EQ(Check("[1]"), ": not a JSON object");
  EXPECT_EQ(Check("{\"a\":"),
            ": not JSON: an object does not end, or something else is where a value belongs");
  EXPECT_NE(Check("{\"a\":1} x"), "");
  EXPECT_NE(Check("{\"a\":NaN}"), "");
  EXPECT_EQ(Check("{\"a\":\"\xA3\"}"), ": not valid UTF-8");
  EXPECT_EQ(Check(R"({"event_type":"view","session_id":"s"})"), "event_time: event_time is empty");
  EXPECT_EQ(Check(R"({"event_type":"view","event_time":"2025-11-20T18:01:12Z"})"),
            "session_id: session_id is empty, and so is user_id");
  std::string head = R"({"event_type":"view","session_id":"s","event_time":"2025-11-20T18:01:12Z",)";
  EXPECT_EQ(Check(head + R"("price":"cheap"})"), "price: price: 'cheap' is not a number");
  EXPECT_EQ(Check(head + R"("price":1e12})"), "price: price: 1e+12 is too large for decimal(12,2)");
  EXPECT_EQ(Check(head + R"("quantity":1.5})"), "quantity: quantity: '1.5' is not a whole number");
  EXPECT_EQ(Check(head + R"("quantity":123456789012345678901234567890})"),
            "quantity: quantity: a number too large for any field");
  EXPECT_EQ(Check(head + R"("price":{"eur":1}})"),
            "price: price is a list or an object, a single value is expected");
  EXPECT_EQ(Check(R"({"event_type":"view","session_id":"s","event_time":"20.11.2025"})"),
            "event_time: event_time: '20.11.2025' is not a time in ISO 8601");
  EXPECT_EQ(Check(R"({"event_type":"view","session_id":"s","event_time":"2025-11-20 18:00:00"})"),
            "event_time: event_time: '2025-11-20 18:00:00' has no offset from UTC, unlike the other times of "
            "its column");
}

TEST_F(JsonLinesTest, RemembersUnknownKeys) {
  EXPECT_EQ(
      Check(
          R"({"event_type":"view","session_id":"s","event_time":"2025-11-20T18:01:12Z","search_results":7})"),
      "");
  EXPECT_EQ(Check(std::string(kGood)), "");
  auto unknown = json_->Unknown();
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_EQ(unknown[0].name, "search_results");
  EXPECT_EQ(unknown[0].type, FieldType::kInt);
}

TEST_F(JsonLinesTest, CutAtEveryByte) {
  for (size_t size = 0; size < kGood.size(); ++size)
    EXPECT_NE(Check(std::string(kGood.substr(0, size))), "") << size;
}

}  // namespace
}  // namespace souk::record
