#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>

#include "net/http_client.h"
#include "serve/http/api.h"

namespace souk::serve {
namespace {

using boost::asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kEndless = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";

class QueryRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    database_ = *sql::Database::Open({});
    auto parts = std::make_shared<ApiParts>();
    parts->door = std::make_shared<sql::QueryDoor>(database_, sql::DoorOptions{});
    net::HttpServerOptions options;
    options.port = 0;
    options.handler_threads = 1;
    server_ = *net::HttpServer::Make(options);
    ApiServer api(*server_);
    AddQueryRoutes(api, parts);
    ASSERT_TRUE(server_->Start());
  }

  static std::string Body(const std::string& sql) { return R"({"sql":")" + sql + "\"}"; }
  Result<net::HttpAnswer> Ask(const std::string& sql) {
    return net::HttpClient(server_->url(), 10'000).Send("POST", "/api/sql", Body(sql), {{"X-Souk", "1"}});
  }
  tcp::socket Begin(const std::string& sql) {
    tcp::socket socket(io_);
    socket.connect({boost::asio::ip::address_v4::loopback(), server_->port()});
    std::string body = Body(sql);
    boost::asio::write(
        socket, boost::asio::buffer(
                    "POST /api/sql HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
                    "\r\nX-Souk: 1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    return socket;
  }

  boost::asio::io_context io_;
  std::shared_ptr<sql::Database> database_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(QueryRoutesTest, AnswersSql) {
  auto answer = Ask("SELECT 1 + 1 AS two");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_NE(answer->body.find(R"("rows":[[2]])"), std::string::npos) << answer->body;
}

TEST_F(QueryRoutesTest, AQueryWhoseClientLeavesEndsAndFreesItsThread) {
  ASSERT_TRUE(Ask("SELECT 1"));
  tcp::socket client = Begin(kEndless);
  std::this_thread::sleep_for(milliseconds(300));
  auto left = SteadyClock::now();
  client.close();
  auto answer = Ask("SELECT 1");  // on the one thread that there is
  auto took = SteadyClock::now() - left;
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_LT(took, milliseconds(200));
}

}  // namespace
}  // namespace souk::serve
