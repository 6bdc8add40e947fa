// A client that leaves before its answer is noticed, and what is worked on for it may end.
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "net/http_metrics.h"
#include "net/http_server.h"

namespace souk::net {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLong{20};

int Occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

class ClientGoneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpServerOptions options;
    options.port = 0;
    options.metrics = &metrics_;
    server_ = *HttpServer::Make(options);
    // Answers when it is let go, or when nobody waits any more.
    auto wait = [this](const HttpRequest& request) {
      std::unique_lock lock(mutex_);
      ++begun_;
      changed_.notify_all();
      std::stop_callback wake(request.gone, [this] { changed_.notify_all(); });
      changed_.wait_for(lock, kLong, [&] { return let_go_ || request.gone.stop_requested(); });
      left_ += request.gone.stop_requested();
      ++ended_;
      changed_.notify_all();
      HttpResponse response;
      response.body = "waited";
      return response;
    };
    server_->Handle("GET", "/wait", wait);
    server_->Handle("POST", "/wait", wait);
    server_->HandleLater(
        "GET", "/later",
        [this](const HttpRequest& request, HttpReply reply) {
          std::lock_guard lock(mutex_);
          later_.emplace(request.gone, [this] { Count(left_); });
          reply_ = std::move(reply);
          ++begun_;
          changed_.notify_all();
        },
        false);
    server_->Handle("GET", "/hello", [](const HttpRequest&) {
      HttpResponse response;
      response.body = "hello";
      return response;
    });
    ASSERT_TRUE(server_->Start());
  }

  void TearDown() override {
    LetGo();
    later_.reset();
    reply_ = nullptr;
    server_.reset();
  }

  void Count(int& counter) {
    std::lock_guard lock(mutex_);
    ++counter;
    changed_.notify_all();
  }
  void LetGo() {
    std::lock_guard lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }
  // Whether `counter` reaches `value` in that time.
  bool Reaches(const int& counter, int value, milliseconds within = kLong) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, within, [&] { return counter >= value; });
  }

  std::string Ask(const char* method, const char* path) const {
    return std::string(method) + " " + path +
           " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
           "\r\nContent-Length: 0\r\n\r\n";
  }
  tcp::socket Connect(const std::string& requests) {
    tcp::socket socket(io_);
    socket.connect({boost::asio::ip::address_v4::loopback(), server_->port()});
    boost::asio::write(socket, boost::asio::buffer(requests));
    return socket;
  }
  // Everything up to and with `end`.
  static std::string ReadUntil(tcp::socket& socket, const std::string& end) {
    std::string text;
    boost::system::error_code error;
    boost::asio::read_until(socket, boost::asio::dynamic_buffer(text), end, error);
    return error ? "only " + text : text;
  }
  uint64_t Answered(const char* route, const char* status) {
    return metrics_.CounterOf(kWebRequests, {"GET", route, status}).value();
  }

  MetricRegistry metrics_;
  boost::asio::io_context io_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool let_go_ = false;
  int begun_ = 0, ended_ = 0, left_ = 0;
  std::optional<std::stop_callback<std::function<void()>>> later_;
  HttpReply reply_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(ClientGoneTest, TheHandlerHearsOfItAndIsCounted) {
  tcp::socket client = Connect(Ask("GET", "/wait"));
  ASSERT_TRUE(Reaches(begun_, 1));
  EXPECT_FALSE(Reaches(ended_, 1, milliseconds(50))) << "a client that waits is not gone";
  client.close();
  EXPECT_TRUE(Reaches(left_, 1, milliseconds(200)));
  for (int i = 0; i < 200 && Answered("/wait", "499") == 0; ++i)
    std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(Answered("/wait", "499"), 1u);
  EXPECT_EQ(Answered("/wait", "200"), 0u);
}

TEST_F(ClientGoneTest, AHandlerThatAnswersLaterHearsOfItToo) {
  tcp::socket client = Connect(Ask("GET", "/later"));
  ASSERT_TRUE(Reaches(begun_, 1));
  client.close();
  EXPECT_TRUE(Reaches(left_, 1, milliseconds(200)));
}

TEST_F(ClientGoneTest, RequestsThatWaitInTheConnectionHideNothing) {
  tcp::socket client = Connect(Ask("GET", "/wait") + Ask("GET", "/hello"));
  ASSERT_TRUE(Reaches(begun_, 1));
  EXPECT_FALSE(Reaches(ended_, 1, milliseconds(50)));
  client.close();
  EXPECT_TRUE(Reaches(left_, 1, milliseconds(200)));
}

TEST_F(ClientGoneTest, RequestsSentMeanwhileAreAnsweredInTheirOrder) {
  tcp::socket client = Connect(Ask("GET", "/wait"));
  ASSERT_TRUE(Reaches(begun_, 1));
  for (int i = 0; i < 3; ++i) boost::asio::write(client, boost::asio::buffer(Ask("GET", "/hello")));
  std::this_thread::sleep_for(milliseconds(50));
  LetGo();
  std::string text;
  boost::system::error_code error;
  while (!error && text.size() < 16'000 && Occurrences(text, "hello") < 3)
    boost::asio::read(client, boost::asio::dynamic_buffer(text), boost::asio::transfer_at_least(1), error);
  EXPECT_EQ(Occurrences(text, "hello"), 3);
  EXPECT_LT(text.find("waited"), text.find("hello"));
  EXPECT_EQ(left_, 0);
}

TEST_F(ClientGoneTest, AnotherRequestFollowsOnTheSameConnection) {
  tcp::socket client = Connect(Ask("GET", "/wait"));
  ASSERT_TRUE(Reaches(begun_, 1));
  LetGo();
  EXPECT_EQ(ReadUntil(client, "waited").find("only"), std::string::npos);
  for (int i = 0; i < 3; ++i) {
    boost::asio::write(client, boost::asio::buffer(Ask("GET", "/hello")));
    EXPECT_EQ(ReadUntil(client, "hello").find("only"), std::string::npos);
  }
}

TEST_F(ClientGoneTest, WhatOnlyReadsIsNotBegunForNobody) {
  tcp::socket first = Connect(Ask("GET", "/wait")), second = Connect(Ask("GET", "/wait"));
  ASSERT_TRUE(Reaches(begun_, 2)) << "both handler threads are busy";
  tcp::socket reads = Connect(Ask("GET", "/wait")), changes = Connect(Ask("POST", "/wait"));
  std::this_thread::sleep_for(milliseconds(50));
  reads.close();
  changes.close();
  std::this_thread::sleep_for(milliseconds(50));
  LetGo();
  ASSERT_TRUE(Reaches(ended_, 3));
  for (int i = 0; i < 200 && Answered("/wait", "499") == 0; ++i)
    std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(Answered("/wait", "499"), 1u);
  EXPECT_EQ(begun_, 3) << "the one that changes something, and not the one that reads";
}

TEST_F(ClientGoneTest, AServerThatStopsWaitsForNobody) {
  tcp::socket client = Connect(Ask("GET", "/wait"));
  ASSERT_TRUE(Reaches(begun_, 1));
  auto begin = std::chrono::steady_clock::now();
  server_->Stop(50);
  EXPECT_EQ(left_, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
}

}  // namespace
}  // namespace souk::net
