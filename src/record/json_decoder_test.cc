#include "record/json_decoder.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "record/same_taking.h"

namespace souk::record {
namespace {

const Schema& Transactions() { return **FindSchema("transactions"); }
const Schema& Clickstream() { return **FindSchema("clickstream"); }

constexpr std::string_view kLine =
    R"({"transaction_id":"T1","order_id":"O1","user_id":"U1","product_id":"P1","quantity":2,"unit_price":79.90,)"
    R"("discount":8.00,"tax":28.84,"shipping":4.90,"total_amount":185.54,"currency":"EUR",)"
    R"("payment_method":"paypal","payment_status":"paid","status":"completed","city":"Köln","country":"Germany",)"
    R"("transaction_timestamp":"2025-11-20T18:04:30.250Z","updated_at":"2025-11-20T18:04:31Z"})";
constexpr std::string_view kClick =
    R"({"event_id":"e1","session_id":"s1","event_time":"2025-11-20T18:01:12.480Z","event_type":"view","price":79.9,)"
    R"j("quantity":1,"page_url":"/a?b=1","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"})j";

// Good and odd values, as they stand in JSON.
const std::vector<std::string> kValues = {"null",
                                          "true",
                                          "false",
                                          "0",
                                          "-0",
                                          "1",
                                          "-1",
                                          "12.5",
                                          "1.50",
                                          "0.005",
                                          "-0.005",
                                          "1e3",
                                          "1E-3",
                                          "1e31",
                                          "1e400",
                                          "2.0",
                                          "2.5",
                                          "0e50",
                                          "123456789012345",
                                          "1234567890123456",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "99999999999.99",
                                          "9999999999.99",
                                          "9999999999.994",
                                          "9999999999.995",
                                          "0.1234567890123456789",
                                          "2.0000000000000000001",
                                          "01",
                                          "1.",
                                          ".5",
                                          "+1",
                                          "1e",
                                          "-",
                                          "--1",
                                          "1 2",
                                          "12x",
                                          "nul",
                                          "nulll",
                                          "True",
                                          "NaN",
                                          "\"\"",
                                          "\" \"",
                                          "\"\\t\"",
                                          "\"NULL\"",
                                          "\" NULL \"",
                                          "\"null\"",
                                          "\"NaN\"",
                                          "\"N/A\"",
                                          "\"\\\\N\"",
                                          "\"17850.0\"",
                                          "\"12\"",
                                          "\" 12 \"",
                                          "\"12.5\"",
                                          "\"1,5\"",
                                          "\"1e3\"",
                                          "\"0x1\"",
                                          "\"+7\"",
                                          "\"2025-11-20\"",
                                          "\"2025-11-20T18:04:30Z\"",
                                          "\"2025-11-20T18:04:30.1234567Z\"",
                                          "\"2025-11-20T18:04:30.123456Z\"",
                                          "\"2025-11-20 18:04:30\"",
                                          "\"2025-11-20T18:04:30+02:00\"",
                                          "\"2025-02-30T18:04:30Z\"",
                                          "\"2025-11-20T24:00:00Z\"",
                                          "\"2025-11-20T18:04Z\"",
                                          "\"2025-11-20T18:04:30 UTC\"",
                                          "\"2025-11-20T18:04:30.Z\"",
                                          "\"0000-11-20T18:04:30Z\"",
                                          "\"2025-11-20t18:04:30z\"",
                                          "\" 2025-11-20T18:04:30Z \"",
                                          "1700000000",
                                          "\"1700000000\"",
                                          "{}",
                                          "[]",
                                          "[1,{\"a\":2}]",
                                          "{\"a\":\"}\"}",
                                          "[1,]",
                                          "{\"a\"}",
                                          "[",
                                          "{",
                                          "\"a\\u0041b\"",
                                          "\"\\ud83d\\ude00\"",
                                          "\"\\ud83d\"",
                                          "\"\\x\"",
                                          "\"\\\"\"",
                                          "\"a\\",
                                          "\"tab\there\"",
                                          "\"\x01\"",
                                          "\"\xC3\"",
                                          "\"Zürich\"",
                                          "\"İ\"",
                                          "\"yes\"",
                                          "\"COMPLETED\"",
                                          "\"Credit Card\"",
                                          "\"unknown thing\"",
                                          "\"\\u0000\"",
                                          "\"a\"\"b\"",
                                          "\"a\"b",
                                          "\"a",
                                          "a\"",
                                          "'a'",
                                          "",
                                          ",",
                                          ":",
                                          "}"};

void ExpectSame(SameTaking& both, std::string_view line) {
  Taking decoder = both.Decoder(line);
  Taking check = both.Check(line);
  ASSERT_EQ(decoder.taken, check.taken) << line << "\n"
                                        << decoder.fault.reason << " / " << check.fault.reason;
  ASSERT_EQ(decoder.fault.reason, check.fault.reason) << line;
  ASSERT_EQ(decoder.fault.field, check.fault.field) << line;
}

std::string Line(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string line = "{";
  for (const auto& [key, value] : members) {
    line += (line.size() == 1 ? "\"" : ",\"") + key + "\":" + value;
  }
  return line + "}";
}

TEST(JsonDecoder, NamesMeanOneFieldEach) {
  for (const Schema& schema : Schemas()) {
    std::map<std::string, std::string> meanings;
    auto add = [&](std::string name, const Field& field) {
      std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      EXPECT_EQ(meanings.emplace(name, field.name).first->second, field.name) << schema.name << " " << name;
    };
    for (const Field& field : schema.fields) add(field.name, field);
    for (const Field& field : schema.fields) {
      for (const std::string& alias : field.aliases) {
        // "SKU" is an alias of the product's id where there is no sku.
        if (schema.name != "products" || alias != "SKU") add(alias, field);
      }
    }
  }
}

TEST(JsonDecoder, TakesEveryValueInEveryFieldAsFilesDo) {
  for (const Schema& schema : Schemas()) {
    SameTaking both(schema);
    std::vector<std::pair<std::string, std::string>> members;
    for (const Field& field : schema.fields) {
      bool number = field.type == FieldType::kInt || field.type == FieldType::kDecimal;
      bool bare = number || field.type == FieldType::kBool;
      members.emplace_back(field.name, bare ? field.example : "\"" + field.example + "\"");
      if (field.type == FieldType::kTimestamp) members.back().second = "\"2025-11-20T18:04:30Z\"";
      if (members.back().second.empty()) members.back().second = "null";
    }
    size_t taken = 0, refused = 0;
    for (size_t i = 0; i <= members.size(); ++i) {
      for (const std::string& value : kValues) {
        auto odd = members;
        if (i < members.size()) odd[i].second = value;
        if (i == members.size()) odd.emplace_back("something_else", value);
        ASSERT_NO_FATAL_FAILURE(ExpectSame(both, Line(odd)));
        ++(both.Decoder(Line(odd)).taken ? taken : refused);
      }
      if (i == members.size()) continue;
      auto fewer = members;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      ASSERT_NO_FATAL_FAILURE(ExpectSame(both, Line(fewer)));
    }
    EXPECT_GT(taken, 100u);
    EXPECT_GT(refused, 100u);
  }
}

TEST(JsonDecoder, TakesMangledLinesAsFilesDo) {
  std::mt19937 random(11);
  constexpr std::string_view kAlphabet = "{}[]\":,\\ \t\n\r01.-eE+truefalsn\x01\xC3\xA4";
  for (const Schema* schema : {&Transactions(), &Clickstream()}) {
    SameTaking both(*schema);
    std::string_view seed = schema == &Transactions() ? kLine : kClick;
    size_t taken = 0;
    for (int i = 0; i < 20'000; ++i) {
      std::string line(seed);
      for (unsigned changes = random() % 3 + 1; changes > 0; --changes) {
        size_t at = random() % line.size();
        char c = kAlphabet[random() % kAlphabet.size()];
        switch (random() % 3) {
          case 0: line[at] = c; break;
          case 1: line.insert(at, 1, c); break;
          default: line.erase(at, 1);
        }
      }
      ASSERT_NO_FATAL_FAILURE(ExpectSame(both, line));
      taken += both.Decoder(line).taken;
    }
    EXPECT_GT(taken, 2000u);
    EXPECT_LT(taken, 18'000u);
  }
}

TEST(JsonDecoder, RefusesALineThatEndsAnywhere) {
  SameTaking both(Transactions());
  ASSERT_TRUE(both.Decoder(kLine).taken);
  for (size_t size = 0; size < kLine.size(); ++size) {
    // In memory of its own, so that reading beyond it is seen.
    std::vector<char> cut(kLine.begin(), kLine.begin() + static_cast<std::ptrdiff_t>(size));
    Taking taking = both.Decoder({cut.data(), cut.size()});
    ASSERT_FALSE(taking.taken) << size;
    ASSERT_FALSE(taking.fault.reason.empty());
    ASSERT_NO_FATAL_FAILURE(ExpectSame(both, kLine.substr(0, size)));
  }
}

TEST(JsonDecoder, BearsLinesThatAreHugeOrDeep) {
  SameTaking both(Clickstream());
  std::string line(kClick);
  std::string long_text(1 << 20, 'x');
  line.insert(1, "\"referrer\":\"" + long_text + "\",");
  ASSERT_TRUE(both.Decoder(line).taken);
  EXPECT_EQ(both.record.values[6].text.size(), long_text.size());
  std::string deep(kClick);
  deep.insert(1, "\"x\":" + std::string(5000, '[') + std::string(5000, ']') + ",");
  EXPECT_EQ(both.Decoder(deep).fault.reason, "not JSON: nested too deeply");
  ASSERT_NO_FATAL_FAILURE(ExpectSame(both, deep));
  std::string many = "{";
  for (int i = 0; i < 30'000; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(both.Decoder(many + std::string(kClick.substr(1))).taken);
  EXPECT_TRUE(both.Decoder(kClick).taken);
}

TEST(JsonDecoder, RefusesAKeyThatComesTwice) {
  SameTaking both(Transactions());
  std::string line(kLine);
  line.insert(1, "\"status\":\"completed\",");
  EXPECT_EQ(both.Decoder(line).fault.reason, "the key 'status' comes twice");
  ASSERT_NO_FATAL_FAILURE(ExpectSame(both, line));
  line = kLine;
  line.insert(1, R"("st\u0061tus":"completed",)");
  EXPECT_EQ(both.Decoder(line).fault.reason, "the key 'status' comes twice");
  ASSERT_NO_FATAL_FAILURE(ExpectSame(both, line));
}

class JsonDecoderValues : public testing::Test {
 protected:
  // The record that the members make together with those a line needs; others win over these.
  void Decode(const std::string& members, const std::string& zone = "UTC") {
    JsonDecoderOptions options;
    options.currency = "GBP";
    options.time_zone = zone;
    decoder_ = *JsonDecoder::Make(Transactions(), options);
    Fault fault;
    ASSERT_TRUE(decoder_->Decode("{" + members + "}", record_, fault)) << fault.reason;
  }
  static size_t Place(std::string_view field) {
    return static_cast<size_t>(Transactions().Find(field) - Transactions().fields.data());
  }
  TypedValue At(std::string_view field) const { return record_.values[Place(field)]; }
  std::string Text(std::string_view field) const {
    TypedValue value = At(field);
    return value.present ? std::string(value.text) : "-";
  }
  int64_t Number(std::string_view field) const {
    EXPECT_TRUE(At(field).present) << field;
    return At(field).number;
  }

  static constexpr char kTime[] = R"("transaction_timestamp":"2025-11-20T18:04:30Z")";
  std::optional<JsonDecoder> decoder_;
  TypedRecord record_;
};

TEST_F(JsonDecoderValues, ReadsNumbersByTheirDigits) {
  Decode(
      std::string(kTime) +
      R"(,"transaction_id":"T","unit_price":1.00005,"tax":1.005,"discount":-0.125,"shipping":"2.675","quantity":"3.0","total_amount":1e1)");
  EXPECT_EQ(Number("unit_price"), 10'001);
  EXPECT_EQ(Number("tax"), 101);
  EXPECT_EQ(Number("discount"), -13);
  EXPECT_EQ(Number("shipping"), 268);
  EXPECT_EQ(Number("quantity"), 3);
  EXPECT_EQ(Number("total_amount"), 1000);
}

TEST_F(JsonDecoderValues, FillsInWhatIsMissing) {
  Decode(
      std::string(kTime) +
      R"(,"InvoiceNo":536365.0,"Description":"Lamp","total_amount":10,"quantity":3,"CustomerID":"17850.0","id":7,"discount":1.00)");
  EXPECT_EQ(Text("transaction_id"), "7");
  EXPECT_EQ(Text("order_id"), "536365");
  EXPECT_EQ(Text("user_id"), "17850");
  EXPECT_EQ(Text("product_id"), "Lamp");
  EXPECT_EQ(Number("unit_price"), 36'667);
  EXPECT_EQ(Text("currency"), "GBP");
  EXPECT_EQ(Text("payment_method"), "other");
  EXPECT_EQ(Text("payment_status"), "paid");
  EXPECT_EQ(Text("status"), "completed");
  EXPECT_EQ(Number("tax"), 0);
  EXPECT_EQ(Number("updated_at"), Number("transaction_timestamp"));
  EXPECT_EQ(decoder_->rejection(), "");
  EXPECT_EQ(decoder_->key(Place("order_id")), "InvoiceNo");
  EXPECT_EQ(decoder_->zone(Place("transaction_timestamp")), ZoneOfTime::kOffset);
}

TEST_F(JsonDecoderValues, TellsReturnsAndDerivesTotals) {
  Decode(std::string(kTime) +
         R"(,"transaction_id":"T","quantity":-2,"price":10.005,"tax":1,"Payment Method":"Visa")");
  EXPECT_EQ(Text("order_id"), "T");
  EXPECT_EQ(Text("payment_status"), "refunded");
  EXPECT_EQ(Text("status"), "returned");
  EXPECT_EQ(Number("total_amount"), -1901);
  EXPECT_EQ(Text("payment_method"), "credit_card");
}

TEST_F(JsonDecoderValues, SaysWhatABuildKeepsOut) {
  Decode(std::string(kTime) + R"(,"order_id":"A5","product_id":"B","price":1)");
  EXPECT_EQ(decoder_->exclusion(), "bad_debt");
  EXPECT_TRUE(Text("transaction_id").starts_with("A5-"));
  Decode(std::string(kTime) + R"(,"price":1,"status":"odd")");
  EXPECT_EQ(decoder_->rejection(), "unknown status");
  EXPECT_EQ(Text("transaction_id"), "-");
  EXPECT_EQ(Text("order_id"), "-");
  Decode(std::string(kTime) + R"(,"total":1,"quantity":0)");
  EXPECT_EQ(decoder_->rejection(), "quantity 0, so no unit price");
  Decode(std::string(kTime) + R"(,"total":1,"discount":200000000)");
  EXPECT_EQ(decoder_->rejection(), "amount out of range");
  Decode(std::string(kTime) + R"(,"total":9000000000)");
  EXPECT_EQ(decoder_->rejection(), "amount out of range");
  Decode(std::string(kTime) + R"(,"quantity":100,"price":89000000,"tax":800000000)");
  EXPECT_EQ(decoder_->rejection(), "amount out of range");
  Decode(std::string(kTime) + R"(,"quantity":100,"price":89000000,"tax":1)");
  EXPECT_EQ(decoder_->rejection(), "");
  Decode(R"("price":1,"timestamp":"1989-12-31T23:59:59Z")");
  EXPECT_EQ(decoder_->rejection(), "a time before 1990 or after 2099");
}

TEST_F(JsonDecoderValues, ReadsTimesOfTheShopsClock) {
  Decode(R"("transaction_id":"T","price":1,"date":"2025-07-01 12:00:00")", "Europe/Berlin");
  EXPECT_EQ(Number("transaction_timestamp"),
            DaysFromDay({2025, 7, 1}) * kMicrosPerDay + 10 * 3600 * kMicrosPerSecond);
  EXPECT_EQ(decoder_->zone(Place("transaction_timestamp")), ZoneOfTime::kWall);
}

TEST_F(JsonDecoderValues, PrefersTheFieldsOwnName) {
  Decode(std::string(kTime) +
         R"(,"id":"other","total":5,"price":3,"unit_price":4,"Unit Price":9,"transaction_id":"T")");
  EXPECT_EQ(Text("transaction_id"), "T");
  EXPECT_EQ(Number("unit_price"), 40'000);
  Decode(std::string(kTime) + R"(,"total":5,"unit_price":null,"price":3)");
  EXPECT_EQ(Number("unit_price"), 50'000);
}

TEST(JsonDecoder, KnowsRobotsByTheirUserAgent) {
  JsonDecoder decoder = *JsonDecoder::Make(Clickstream(), {});
  TypedRecord record;
  Fault fault;
  auto rejection = [&](const std::string& agent) {
    std::string line(kClick);
    line.replace(line.find("Mozilla"), line.find("\"}") - line.find("Mozilla"), agent);
    EXPECT_TRUE(decoder.Decode(line, record, fault)) << fault.reason;
    return std::string(decoder.rejection());
  };
  EXPECT_EQ(rejection("Mozilla/5.0"), "");
  EXPECT_EQ(rejection("Googlebot/2.1"), "a robot by its user agent");
  EXPECT_EQ(rejection("BOT"), "a robot by its user agent");
  EXPECT_EQ(rejection("CUBOT X18"), "");
  EXPECT_EQ(rejection("bottle"), "");
  EXPECT_EQ(rejection("Python-requests"), "a robot by its user agent");
}

TEST(JsonDecoder, RefusesAnUnknownTimeZone) {
  EXPECT_FALSE(JsonDecoder::Make(Transactions(), {"EUR", "Mars/Olympus"}));
}

}  // namespace
}  // namespace souk::record
