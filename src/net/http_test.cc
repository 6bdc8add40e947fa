#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/http_client.h"
#include "net/http_metrics.h"
#include "net/http_server.h"
#include "net/port.h"

namespace souk::net {
namespace {

class HttpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpServerOptions options;
    options.port = 0;
    options.max_request_bytes = 1000;
    options.allowed_hosts = {"shop.example"};
    options.metrics = &metrics_;
    server_ = *HttpServer::Make(options);
    server_->Handle("GET", "/hello", [](const HttpRequest& request) {
      HttpResponse response;
      response.body = "hello " + request.QueryValue("name");
      return response;
    });
    server_->Handle("POST", "/echo", [](const HttpRequest& request) {
      HttpResponse response;
      response.body = request.body;
      return response;
    });
    server_->Handle("GET", "/files/", [](const HttpRequest& request) {
      HttpResponse response;
      response.static_body = "static";
      response.headers.emplace_back("X-Path", request.path);
      return response;
    });
    server_->Handle("GET", "/long/*", [](const HttpRequest& request) {
      bool fails = request.path == "/long/fails";
      HttpResponse response;
      auto read = [fails](uint64_t offset, uint64_t most) -> Result<std::string> {
        if (fails && offset > 0) return Fail(Code::kIo, "the disk is gone");
        std::string piece(most, '\0');
        for (uint64_t i = 0; i < most; ++i) piece[i] = static_cast<char>('a' + (offset + i) % 26);
        return piece;
      };
      response.long_body = std::make_shared<LongBody>(LongBody{1'000'003, read});
      return response;
    });
    server_->HandleLater(
        "POST", "/later",
        [this](const HttpRequest& request, HttpReply reply) {
          if (request.body == "drop") return;
          later_ = std::thread([reply, text = request.peer + " " + request.body] {
            HttpResponse response;
            response.body = text;
            reply(response);
            reply(response);  // the second one is nothing
          });
        },
        true);
    server_->HandleStream("/events", [this](const HttpRequest&, std::shared_ptr<EventStream> stream) {
      stream->OnClose([this] { ++closed_; });
      stream->Send("one", "a\nb");
      stream->Comment("heartbeat");
      stream->Send("two", "{}");
    });
    ASSERT_TRUE(server_->Start());
  }

  HttpClient Client() { return HttpClient(server_->url(), 2000); }

  void TearDown() override {
    if (later_.joinable()) later_.join();
  }

  std::atomic<int> closed_{0};
  std::thread later_;
  MetricRegistry metrics_;
  std::unique_ptr<HttpServer> server_;  // last, so that its threads end before what they use
};

TEST_F(HttpTest, LongBodiesComeInPieces) {
  auto answer = Client().Send("GET", "/long/whole");
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->body.size(), 1'000'003u);
  for (size_t i = 0; i < answer->body.size(); ++i)
    ASSERT_EQ(answer->body[i], static_cast<char>('a' + i % 26)) << i;
  EXPECT_FALSE(Client().Send("GET", "/long/fails")) << "an answer that ends early is no answer";
  EXPECT_EQ(Client().Send("GET", "/hello")->status, 200);
}

TEST_F(HttpTest, AnswersAndDecodesTheQuery) {
  auto answer = Client().Send("GET", "/hello?name=" + EncodeQuery("Ä & b"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello Ä & b");
  EXPECT_EQ(Client().Send("POST", "/echo", "body")->body, "body");
  EXPECT_EQ(Client().Send("GET", "/files/a/b")->body, "static");
  EXPECT_EQ(Client().Send("HEAD", "/hello")->status, 200);
}

TEST_F(HttpTest, RefusesWhatItShould) {
  EXPECT_EQ(Client().Send("GET", "/nothing")->status, 404);
  EXPECT_EQ(Client().Send("DELETE", "/hello")->status, 405);
  EXPECT_EQ(Client().Send("GET", "/hello?%zz")->status, 400);
  EXPECT_EQ(Client().Send("POST", "/echo", std::string(2000, 'x'))->status, 413);
  EXPECT_EQ(Client().Send("GET", "/hello", {}, {{"Host", "evil.example"}})->status, 421);
  EXPECT_EQ(Client().Send("GET", "/hello", {}, {{"Origin", "http://evil.example"}})->status, 403);
  EXPECT_EQ(Client().Send("GET", "/hello", {}, {{"Origin", "null"}})->status, 403);
}

TEST_F(HttpTest, CountsByRouteAndStatus) {
  Client().Send("GET", "/files/a");
  Client().Send("HEAD", "/files/b");
  Client().Send("POST", "/echo", "four");
  Client().Send("POST", "/echo", std::string(2000, 'x'));
  Client().Send("BREW", "/files/a");
  Client().Send("GET", "/nothing");
  auto requests = [&](const char* method, const char* route, const char* status) {
    return metrics_.CounterOf(kWebRequests, {method, route, status}).value();
  };
  EXPECT_EQ(requests("GET", "/files/", "200"), 1u);
  EXPECT_EQ(requests("HEAD", "/files/", "200"), 1u);
  EXPECT_EQ(requests("POST", "/echo", "200"), 1u);
  EXPECT_EQ(requests("other", "", "413"), 1u);
  EXPECT_EQ(requests("other", "", "405"), 1u);
  EXPECT_EQ(requests("GET", "", "404"), 1u);
  EXPECT_EQ(metrics_.CounterOf(kWebReceived).value(), 4u);
  Histogram& files = metrics_.HistogramOf(kWebSeconds, {"/files/"});
  uint64_t observed = 0;
  for (size_t i = 0; i <= files.upper().size(); ++i) observed += files.count(i);
  EXPECT_EQ(observed, 2u);
}

TEST_F(HttpTest, AnswersLaterAndPagesOfOthersWhereTheRouteSaysSo) {
  auto answer = Client().Send("POST", "/later", "hello", {{"Origin", "http://shop.example"}});
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "127.0.0.1 hello");
  EXPECT_EQ(Client().Send("POST", "/later", "drop")->status, 500);
  EXPECT_EQ(Client().Send("POST", "/echo", "hello", {{"Origin", "http://shop.example"}})->status, 403);
  EXPECT_EQ(Client().Send("GET", "/later", "", {{"Origin", "http://shop.example"}})->status, 403);
}

TEST_F(HttpTest, TellsAtOnceThatABodyMayCome) {
  auto started = std::chrono::steady_clock::now();
  std::string command =
      "curl -s --expect100-timeout 5 -H 'Expect: 100-continue' -d body " + server_->url() + "/echo";
  FILE* curl = popen(command.c_str(), "r");
  ASSERT_NE(curl, nullptr);
  char text[16] = {};
  EXPECT_NE(fgets(text, sizeof text, curl), nullptr);
  pclose(curl);
  EXPECT_STREQ(text, "body");
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(4));
}

TEST_F(HttpTest, AcceptsItsOwnNames) {
  std::string port = std::to_string(server_->port());
  EXPECT_EQ(Client().Send("GET", "/hello", {}, {{"Host", "localhost:" + port}})->status, 200);
  EXPECT_EQ(Client().Send("GET", "/hello", {}, {{"Host", "shop.example"}})->status, 200);
  EXPECT_EQ(Client().Send("GET", "/hello", {}, {{"Origin", server_->url()}})->status, 200);
}

TEST_F(HttpTest, AnswersOnItsAliasesToo) {
  HttpServerOptions options;
  options.port = 0;
  uint16_t free_port = 0;
  {
    auto other = *HttpServer::Make(options);
    ASSERT_TRUE(other->Start());
    free_port = other->port();
  }
  options.aliases = {free_port};
  auto server = *HttpServer::Make(options);
  server->Handle("GET", "/hello", [](const HttpRequest&) { return HttpResponse(); });
  ASSERT_TRUE(server->Start());
  EXPECT_NE(server->port(), free_port);
  for (uint16_t port : {server->port(), free_port}) {
    std::string url = "http://127.0.0.1:" + std::to_string(port);
    EXPECT_EQ(HttpClient(url, 2000).Send("GET", "/hello", {}, {{"Origin", url}})->status, 200);
  }
  options.aliases = {server->port()};
  auto late = *HttpServer::Make(options);
  auto status = late->Start();
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("web.aliases"), std::string::npos);
}

TEST_F(HttpTest, StreamsEventsAndNoticesThatTheReaderLeft) {
  std::vector<std::string> seen;
  auto status = Client().Events("/events", [&](std::string_view event, std::string_view data) {
    seen.push_back(std::string(event) + "=" + std::string(data));
    return seen.size() < 2;
  });
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(seen, (std::vector<std::string>{"one=a\nb", "two={}"}));
  for (int i = 0; i < 200 && closed_ == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(closed_, 1);
}

TEST_F(HttpTest, StopEndsOpenStreams) {
  std::thread reader(
      [&] { (void)Client().Events("/events", [](std::string_view, std::string_view) { return true; }); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server_->Stop(50);
  reader.join();
  EXPECT_EQ(closed_, 1);
}

TEST_F(HttpTest, PortTakenSaysWhatToDo) {
  HttpServerOptions options;
  options.port = server_->port();
  auto second = *HttpServer::Make(options);
  auto status = second->Start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kUnavailable);
  EXPECT_NE(status.error().message.find("web.port"), std::string::npos);
  EXPECT_EQ(CheckPortFree("127.0.0.1", server_->port(), "take another").error().code, Code::kUnavailable);
  EXPECT_TRUE(CheckPortFree("127.0.0.1", 0, "take another"));
}

TEST(RouteMatches, ExactPrefixAndSegment) {
  EXPECT_TRUE(RouteMatches("/a/b", "/a/b"));
  EXPECT_FALSE(RouteMatches("/a/b", "/a/b/"));
  EXPECT_FALSE(RouteMatches("/a/b", "/a"));
  EXPECT_TRUE(RouteMatches("/a/", "/a/"));
  EXPECT_TRUE(RouteMatches("/a/", "/a/b/c"));
  EXPECT_FALSE(RouteMatches("/a/", "/ab"));
  EXPECT_TRUE(RouteMatches("/", "/anything"));
  EXPECT_TRUE(RouteMatches("/jobs/*/events", "/jobs/12/events"));
  EXPECT_FALSE(RouteMatches("/jobs/*/events", "/jobs//events"));
  EXPECT_FALSE(RouteMatches("/jobs/*/events", "/jobs/12/lines"));
  EXPECT_FALSE(RouteMatches("/jobs/*", "/jobs/12/events"));
}

TEST(HttpClient, NobodyListens) {
  auto answer = HttpClient("http://127.0.0.1:1", 1000).Send("GET", "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace souk::net
