// A client for tests: speaks to a broker over a socket, one message type at a time.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "log/record_batch.h"
#include "protocol/kafka/header.h"

namespace souk::broker {

class TestClient {
 public:
  explicit TestClient(uint16_t port, int receive_buffer = 0) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer > 0)
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~TestClient() { ::close(socket_); }
  TestClient(const TestClient&) = delete;

  bool connected() const { return connected_; }
  bool SendBytes(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  template <typename Request>
  static std::string Frame(const Request& request, int16_t version, int32_t correlation_id) {
    protocol::kafka::Writer out;
    protocol::kafka::WriteRequestHeader(out, {Request::kApiKey, version, correlation_id, "test"},
                                        version >= Request::kFlexibleFrom);
    request.Encode(out, version);
    std::string body = out.TakeBytes();
    protocol::kafka::Writer frame;
    frame.Bytes(body, false);
    return frame.TakeBytes();
  }

  // The next frame, "" when the broker closed the connection or nothing came in `timeout_ms`.
  std::string ReceiveFrame(int timeout_ms = 10'000) {
    std::string size = Receive(4, timeout_ms);
    if (size.size() < 4) return {};
    return Receive(static_cast<size_t>(protocol::kafka::Reader(size).Int32()), timeout_ms);
  }

  // Whether the broker closes the connection.
  bool Ended() { return ReceiveFrame(5000).empty() && ended_; }

  template <typename Response, typename Request>
  Response Ask(const Request& request, int16_t version) {
    EXPECT_TRUE(SendBytes(Frame(request, version, ++correlation_id_)));
    frame_ = ReceiveFrame();
    protocol::kafka::Reader in(frame_);
    EXPECT_EQ(in.Int32(), correlation_id_);
    if (version >= Response::kFlexibleFrom && Response::kApiKey != 18) in.SkipTags();
    Response response;
    EXPECT_TRUE(response.Decode(in, version)) << in.problem();
    EXPECT_EQ(in.left(), 0u);
    return response;
  }

 private:
  std::string Receive(size_t bytes, int timeout_ms) {
    std::string out;
    while (out.size() < bytes) {
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, timeout_ms) <= 0) return out;
      char buffer[65'536];
      ssize_t got = ::recv(socket_, buffer, std::min(sizeof buffer, bytes - out.size()), 0);
      if (got <= 0) {
        ended_ = true;
        return out;
      }
      out.append(buffer, static_cast<size_t>(got));
    }
    return out;
  }

  int socket_ = -1;
  bool connected_ = false, ended_ = false;
  int32_t correlation_id_ = 0;
  std::string frame_;
};

// A batch with these values.
inline std::string MakeBatch(const std::vector<std::string>& values, int64_t timestamp = 1'700'000'000'000) {
  log::BatchBuilder builder(log::BatchHeader{});
  int64_t offset = 0;
  for (const std::string& value : values) {
    log::Record record;
    record.offset = offset++;
    record.timestamp = timestamp;
    record.value = value;
    builder.Add(record);
  }
  return *builder.Finish();
}

}  // namespace souk::broker
