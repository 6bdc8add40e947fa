#include "ingest/intake/intake.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

#include "ingest/intake/body.h"
#include "ingest/intake/intake_metrics.h"
#include "ingest/intake/json_split.h"

namespace souk::ingest {
namespace {

using nlohmann::json;

std::string Gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Takes records and reports them when told to.
struct FakeOutlet : EventOutlet {
  struct State {
    Status ready;
    Status send;  // of each Send
    bool hold = false;
    std::string fail_holding;  // records whose value holds this are not acknowledged
    std::vector<kafka::Message> sent;
    std::vector<kafka::DeliveryReport> reports;

    void ReportAll() {
      auto held = std::move(reports);
      reports.clear();
      size_t first = sent.size() - held.size();
      for (size_t i = 0; i < held.size(); ++i) Report(held[i], first + i);
    }
    void Report(const kafka::DeliveryReport& report, size_t i) {
      if (!fail_holding.empty() && sent[i].value->find(fail_holding) != std::string::npos) {
        return report(Fail(Code::kTimeout, "not acknowledged"));
      }
      report(kafka::Delivered{{sent[i].topic, 1}, static_cast<int64_t>(i)});
    }
  };
  explicit FakeOutlet(State& s) : state(s) {}
  Status Ready() override { return state.ready; }
  Status Send(kafka::Message message, kafka::DeliveryReport report) override {
    if (!state.send) return state.send;
    state.sent.push_back(std::move(message));
    if (state.hold) {
      state.reports.push_back(std::move(report));
    } else {
      state.Report(report, state.sent.size() - 1);
    }
    return {};
  }
  State& state;
};

class IntakeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.topics = {{"clickstream", "clicks"}, {"transactions", "orders"}};
    options_.max_request_bytes = 50'000;
    options_.max_record_bytes = 2000;
    options_.max_records = 50;
    options_.max_waiting_bytes = 5000;
    request_.method = "POST";
    request_.path = "/v1/events";
    request_.peer = "127.0.0.1";
    request_.headers["host"] = "127.0.0.1:8080";
  }

  // The answer to `body`; status 0 when there is none yet.
  net::HttpResponse Post(const std::string& body) {
    if (!intake_) {
      intake_ = std::make_unique<Intake>(options_, std::make_unique<FakeOutlet>(stream_), clock_, metrics_);
    }
    answer_.status = 0;
    request_.body = body;
    intake_->Take(request_, [this](net::HttpResponse response) { answer_ = std::move(response); });
    return answer_;
  }
  static std::string Click(const std::string& id, const std::string& more = "") {
    return R"({"event_id":")" + id + R"(","session_id":"S1","event_time":"2025-03-01T10:00:00Z",)" + more +
           R"("event_type":"view","page_url":"/"})";
  }
  static std::string HeaderOf(const net::HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  uint64_t Counted(const char* result) {
    return metrics_.CounterOf(kIntakeRecords, {"local", "clickstream", result}).value();
  }

  IntakeOptions options_;
  FakeOutlet::State stream_;
  FakeClock clock_{1'740'823'200'123'456};
  MetricRegistry metrics_;
  net::HttpRequest request_;
  net::HttpResponse answer_;
  std::unique_ptr<Intake> intake_;
};

TEST_F(IntakeTest, TakesOneAsItCame) {
  auto answer = Post(Click("E1", R"("user_id":"7.0", "other":[1,{"a":"]"}],)"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"accepted\":1,\"rejected\":0}\n");
  ASSERT_EQ(stream_.sent.size(), 1u);
  const kafka::Message& sent = stream_.sent[0];
  EXPECT_EQ(sent.topic, "clicks");
  EXPECT_EQ(sent.key, "7");
  EXPECT_EQ(sent.value, Click("E1", R"("user_id":"7.0", "other":[1,{"a":"]"}],)"));
  ASSERT_EQ(sent.headers.size(), 1u);
  EXPECT_EQ(sent.headers[0].first, "source");
  EXPECT_EQ(sent.headers[0].second, "local");
  Post(Click("E2"));
  EXPECT_EQ(stream_.sent[1].key, "S1");
  EXPECT_EQ(Counted("accepted"), 2u);
}

TEST_F(IntakeTest, TakesArraysAndLinesAndSaysWhere) {
  request_.query = {{"details", "1"}};
  auto answer = Post("[" + Click("E1") + " ,\n" + Click("E2") + "]");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body)["results"][1],
            json::parse(R"({"index":1,"status":"accepted","partition":1,"offset":1})"));
  request_.query.clear();
  EXPECT_EQ(Post(Click("E3") + "\r\n\n" + Click("E4") + "\n").body, "{\"accepted\":2,\"rejected\":0}\n");
  request_.headers["content-type"] = "application/x-ndjson";
  EXPECT_EQ(Post(Click("E5")).status, 200);
  EXPECT_EQ(stream_.sent.size(), 5u);
}

TEST_F(IntakeTest, OneBrokenRecordSpoilsNoOther) {
  auto answer = Post("[" + Click("E1") + R"(,{"event_id":},7,)" + Click("E2", R"("price":"much",)") + "," +
                     Click("E3") + "]");
  EXPECT_EQ(answer.status, 207);
  auto said = json::parse(answer.body);
  EXPECT_EQ(said["accepted"], 2);
  EXPECT_EQ(said["rejected"], 3);
  ASSERT_EQ(said["results"].size(), 3u);
  EXPECT_EQ(said["results"][0]["index"], 1);
  EXPECT_TRUE(said["results"][0]["field"].is_null());
  EXPECT_EQ(said["results"][2]["index"], 3);
  EXPECT_EQ(said["results"][2]["field"], "price");
  EXPECT_EQ(stream_.sent.size(), 2u);
  auto lines = Post(Click("E4") + "\n{\"broken\":\n" + Click("E5"));
  EXPECT_EQ(lines.status, 207);
  EXPECT_EQ(json::parse(lines.body)["results"][0]["index"], 1);
  EXPECT_EQ(stream_.sent.size(), 4u);
  EXPECT_EQ(Post(R"({"event_type":"view"})").status, 422);
  EXPECT_EQ(Counted("rejected"), 5u);
}

TEST_F(IntakeTest, WhatCannotBeReadIsRefusedAsAWhole) {
  for (const char* body :
       {"", "  ", "hello", "\"text\"", "[", "[1,", "[{}] x", R"([{"a":"b},{}])", "[{} {}]", "[,]"}) {
    EXPECT_EQ(Post(body).status, 400) << body;
  }
  EXPECT_EQ(Post(R"({"a":"b)").status, 422);  // one record, which is broken
  EXPECT_EQ(Post("[]").body, "{\"accepted\":0,\"rejected\":0}\n");
  request_.path = "/v1/events/payments";
  EXPECT_EQ(Post(Click("E1")).status, 404);
  EXPECT_TRUE(stream_.sent.empty());
}

TEST_F(IntakeTest, TakesTransactionsByPathOrQuery) {
  std::string line =
      R"({"transaction_id":"T1","order_id":"O1","product_id":"P1","quantity":1,"unit_price":2.5,
 "transaction_timestamp":"2025-03-01T10:00:00Z"})";
  request_.path = "/v1/events/transactions";
  EXPECT_EQ(Post(line).status, 200) << answer_.body;
  request_.path = "/v1/events";
  request_.query = {{"record", "transactions"}};
  EXPECT_EQ(Post(line).status, 200);
  ASSERT_EQ(stream_.sent.size(), 2u);
  EXPECT_EQ(stream_.sent[0].topic, "orders");
  EXPECT_EQ(stream_.sent[0].key, "O1");
  EXPECT_EQ(stream_.sent[0].value->find('\n'), std::string::npos);
  EXPECT_EQ(json::parse(*stream_.sent[0].value), json::parse(line));
}

TEST_F(IntakeTest, FillsInWhatAPageLeavesOut) {
  options_.rules.origins = {"https://shop.example"};
  request_.headers["origin"] = "https://shop.example";
  request_.headers["user-agent"] = "Browser \"1\"";
  request_.headers["x-forwarded-for"] = "198.51.100.9, 203.0.113.77";
  options_.rules.sources = {{"tag", "public-key"}};
  request_.query = {{"key", "public-key"}};
  std::string bare = R"({"event_type":"view","page_url":"/","session_id":"S1" })";
  auto answer = Post(bare);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "https://shop.example");
  auto sent = json::parse(*stream_.sent.at(0).value);
  EXPECT_EQ(sent["event_time"], "2025-03-01T10:00:00.123456Z");
  EXPECT_EQ(sent["event_id"].get<std::string>().size(), 36u);
  EXPECT_EQ(sent["user_agent"], "Browser \"1\"");
  EXPECT_EQ(sent["ip_address"], "203.0.113.0");
  // What is there stays, and a program's own address is nobody's.
  Post(Click("E1", R"("ip":"192.0.2.1","useragent":"mine",)"));
  EXPECT_EQ(*stream_.sent.at(1).value, Click("E1", R"("ip":"192.0.2.1","useragent":"mine",)"));
  request_.headers.erase("origin");
  Post(Click("E2"));
  EXPECT_EQ(*stream_.sent.at(2).value, Click("E2"));
  // A time that is there and wrong is not replaced.
  auto wrong = Post(R"({"event_type":"view","session_id":"S1","event_time":"never"})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(json::parse(wrong.body)["results"][0]["field"], "event_time");
}

TEST_F(IntakeTest, OnlyWhoMaySends) {
  request_.peer = "192.0.2.1";
  EXPECT_EQ(Post(Click("E1")).status, 401);
  request_.peer = "127.0.0.1";
  request_.headers["x-forwarded-for"] = "192.0.2.1";
  EXPECT_EQ(Post(Click("E1")).status, 401);  // a proxy on this machine speaks for others
  request_.headers.erase("x-forwarded-for");
  request_.headers["origin"] = "https://elsewhere.example";
  EXPECT_EQ(Post(Click("E1")).status, 403);
  EXPECT_EQ(HeaderOf(answer_, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(intake_->Preflight(request_).status, 403);
  request_.headers["origin"] = "http://127.0.0.1:8080";
  EXPECT_EQ(Post(Click("E1")).status, 200);
  EXPECT_EQ(stream_.sent.size(), 1u);
}

TEST_F(IntakeTest, KeysNameTheSource) {
  options_.rules.sources = {{"app", "first-key"}, {"till", "second-key"}};
  EXPECT_EQ(Post(Click("E1")).status, 401);
  EXPECT_EQ(HeaderOf(answer_, "WWW-Authenticate"), "Bearer");
  request_.headers["authorization"] = "Bearer first-ke";
  EXPECT_EQ(Post(Click("E1")).status, 401);
  request_.peer = "192.0.2.1";
  request_.headers["authorization"] = "bearer first-key";
  EXPECT_EQ(Post(Click("E1")).status, 200);
  request_.headers.erase("authorization");
  request_.headers["x-souk-key"] = "second-key";
  EXPECT_EQ(Post(Click("E1")).status, 200);
  ASSERT_EQ(stream_.sent.size(), 2u);
  EXPECT_EQ(stream_.sent[0].headers[0].second, "app");
  EXPECT_EQ(stream_.sent[1].headers[0].second, "till");
}

TEST_F(IntakeTest, BrowsersMayAskFirst) {
  options_.rules.origins = {"https://shop.example"};
  Post(Click("E1"));
  request_.headers["origin"] = "https://shop.example";
  auto answer = intake_->Preflight(request_);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(HeaderOf(answer, "Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_EQ(HeaderOf(answer, "Vary"), "Origin");
}

TEST_F(IntakeTest, Gzip) {
  request_.headers["content-encoding"] = "gzip";
  std::string packed = Gzip(Click("E1"));
  EXPECT_EQ(Post(packed).status, 200);
  EXPECT_EQ(*stream_.sent.at(0).value, Click("E1"));
  for (size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(Post(packed.substr(0, size)).status, 400) << size;
  }
  EXPECT_EQ(Post(packed + "x").status, 400);
  EXPECT_EQ(Post("no gzip").status, 400);
  EXPECT_EQ(Post(Gzip(std::string(100'000'000, ' '))).status, 413);  // a bomb
  EXPECT_EQ(Post(Gzip(Click("E1") + std::string(50'000 - Click("E1").size(), ' '))).status, 200);
  EXPECT_EQ(Post(Gzip(Click("E1") + std::string(50'001 - Click("E1").size(), ' '))).status, 413);
  request_.headers["content-encoding"] = "br";
  EXPECT_EQ(Post(packed).status, 415);
}

TEST_F(IntakeTest, Sizes) {
  EXPECT_EQ(Post(std::string(50'001, ' ')).status, 413);
  auto answer =
      Post("[" + Click("E1") + "," + Click("E2", R"("other":")" + std::string(2000, 'x') + R"(",)") + "]");
  EXPECT_EQ(answer.status, 207);
  EXPECT_EQ(json::parse(answer.body)["results"][0]["reason"], "larger than 2000 bytes");
  std::string many = "[{}";
  for (int i = 0; i < 50; ++i) many += ",{}";
  EXPECT_EQ(Post(many + "]").status, 413);
  EXPECT_EQ(stream_.sent.size(), 1u);
}

TEST_F(IntakeTest, WithoutAStreamNothingIsTaken) {
  stream_.ready = Fail(Code::kUnavailable, "no broker runs; start it");
  auto answer = Post(Click("E1"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(HeaderOf(answer, "Retry-After"), "2");
  EXPECT_EQ(json::parse(answer.body)["remedy"], "start it");
  EXPECT_EQ(Post(R"({"event_type":"view"})").status, 422);  // that would not help it
  stream_.ready = {};
  EXPECT_EQ(Post(Click("E1")).status, 200);
}

TEST_F(IntakeTest, WhatWaitsIsBounded) {
  stream_.hold = true;
  std::string ten = Click("E");
  for (int i = 0; i < 9; ++i) ten += "\n" + Click("E");
  EXPECT_EQ(Post(ten).status, 0);
  EXPECT_EQ(Post(ten).status, 503);
  EXPECT_EQ(stream_.sent.size(), 10u);  // nothing of the second one
  EXPECT_GT(metrics_.GaugeOf(kIntakeWaiting).value(), 3000);
  stream_.ReportAll();
  EXPECT_EQ(answer_.status, 200);
  EXPECT_EQ(metrics_.GaugeOf(kIntakeWaiting).value(), 0);
  stream_.hold = false;
  EXPECT_EQ(Post(ten).status, 200);
}

TEST_F(IntakeTest, SaysWhichRecordsWereNotAcknowledged) {
  stream_.hold = true;
  Post(Click("E1") + "\n{}\n" + Click("E2") + "\n" + Click("E3"));
  stream_.fail_holding = "E2";
  stream_.ReportAll();
  EXPECT_EQ(answer_.status, 503);
  EXPECT_EQ(HeaderOf(answer_, "Retry-After"), "2");
  auto said = json::parse(answer_.body);
  EXPECT_EQ(said["accepted"], 2);
  EXPECT_EQ(said["rejected"], 1);
  EXPECT_EQ(said["failed"], 1);
  std::vector<std::string> statuses;
  for (const auto& result : said["results"]) statuses.push_back(result["status"]);
  EXPECT_EQ(statuses, (std::vector<std::string>{"accepted", "rejected", "failed", "accepted"}));
  stream_.hold = false;
  stream_.send = Fail(Code::kTimeout, "the queue is full");
  EXPECT_EQ(Post(Click("E4")).status, 503);
  EXPECT_EQ(Counted("failed"), 2u);
}

TEST(IntakeKeysTest, AreRead) {
  auto sources = ParseIntakeKeys({"app=a=long=key", "till=other-key"});
  ASSERT_TRUE(sources);
  EXPECT_EQ((*sources)[0].key, "a=long=key");
  for (std::vector<std::string> wrong : {std::vector<std::string>{"secret-without-name"},
                                         {"=12345678"},
                                         {"a=short"},
                                         {"a=12345678", "a=abcdefgh"},
                                         {"a=12345678", "b=12345678"}}) {
    auto refused = ParseIntakeKeys(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find("12345678"), std::string::npos);
    EXPECT_EQ(refused.error().message.find("secret"), std::string::npos);
  }
}

TEST(MaskAddressTest, KeepsTheNetwork) {
  EXPECT_EQ(MaskAddress("203.0.113.7"), "203.0.113.0");
  EXPECT_EQ(MaskAddress("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
  EXPECT_EQ(MaskAddress("nonsense"), "");
}

// Safe for any text: what is cut anywhere is split or refused, never read beyond.
TEST(SplitBodyTest, CutAnywhere) {
  std::string body = R"([{"a":"\\\"]","b":[1,{}]}, {"c":null} ,"x\\", 7])";
  ASSERT_EQ(SplitBody(body, BodyForm::kDetect, 10)->size(), 4u);
  EXPECT_EQ((*SplitBody(body, BodyForm::kDetect, 10))[2], R"("x\\")");
  for (size_t size = 0; size < body.size(); ++size) {
    std::string cut = body.substr(0, size);
    EXPECT_FALSE(SplitBody(cut, BodyForm::kDetect, 10)) << cut;
  }
  EXPECT_FALSE(SplitBody(body, BodyForm::kDetect, 3));
  EXPECT_EQ(SplitBody("\xEF\xBB\xBF{\n\"a\": 1\n}", BodyForm::kDetect, 10)->size(), 1u);
  EXPECT_EQ(SplitBody("{\"a\":1}\n{\"a\":1}", BodyForm::kDetect, 10)->size(), 2u);
}

}  // namespace
}  // namespace souk::ingest
