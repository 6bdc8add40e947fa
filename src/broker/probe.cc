#include "broker/probe.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "protocol/kafka/header.h"
#include "protocol/kafka/message/api_versions.h"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace souk::broker {
namespace {

constexpr int32_t kCorrelationId = 1;
constexpr size_t kAnswerMost = 65'536;

std::string Request() {
  protocol::kafka::Writer out;
  protocol::kafka::WriteRequestHeader(
      out, {protocol::kafka::ApiVersionsRequest::kApiKey, 0, kCorrelationId, "souk-check"}, false);
  std::string body = out.TakeBytes();
  protocol::kafka::Writer frame;
  frame.Bytes(body, false);
  return frame.TakeBytes();
}

// One step of the conversation, or the end of its time.
template <typename Start>
boost::system::error_code Step(asio::io_context& io, tcp::socket& socket, int64_t timeout_ms, Start start) {
  boost::system::error_code result = asio::error::timed_out;
  start([&result](boost::system::error_code error, auto&&...) { result = error; });
  io.restart();
  io.run_for(std::chrono::milliseconds(timeout_ms));
  if (!io.stopped()) {
    socket.close();
    io.run();
    result = asio::error::timed_out;
  }
  return result;
}

Status Failed(const std::string& address, boost::system::error_code error, int64_t timeout_ms) {
  if (error == asio::error::timed_out)
    return Fail(Code::kTimeout, "the broker {} did not answer within {} ms", address, timeout_ms);
  return Fail(Code::kUnavailable, "cannot reach the broker {}: {}", address, error.message());
}

Status CheckAnswer(const std::string& address, std::string_view answer) {
  protocol::kafka::Reader in(answer);
  protocol::kafka::ApiVersionsResponse response;
  int32_t correlation_id = in.Int32();
  bool read = response.Decode(in, 0);
  if (!read || correlation_id != kCorrelationId || response.error_code != 0 || response.api_keys.empty())
    return Fail(Code::kUnavailable, "what listens at {} does not answer as a Kafka broker", address);
  return {};
}

}  // namespace

Status ProbeBroker(const std::string& address, int64_t timeout_ms) {
  size_t colon = address.rfind(':');
  if (colon == std::string::npos) return Fail(Code::kInvalid, "'{}' is not of the form host:port", address);
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  asio::io_context io;
  tcp::socket socket(io);
  boost::system::error_code error;
  auto endpoints = tcp::resolver(io).resolve(host, address.substr(colon + 1), error);
  if (error) return Failed(address, error, timeout_ms);
  error = Step(io, socket, timeout_ms, [&](auto done) { asio::async_connect(socket, endpoints, done); });
  if (error) return Failed(address, error, timeout_ms);
  std::string request = Request();
  error = Step(io, socket, timeout_ms,
               [&](auto done) { asio::async_write(socket, asio::buffer(request), done); });
  if (error) return Failed(address, error, timeout_ms);
  std::string size(4, '\0');
  error =
      Step(io, socket, timeout_ms, [&](auto done) { asio::async_read(socket, asio::buffer(size), done); });
  if (error) return Failed(address, error, timeout_ms);
  auto bytes = static_cast<uint32_t>(protocol::kafka::Reader(size).Int32());
  std::string answer(std::min<size_t>(bytes, kAnswerMost), '\0');
  error =
      Step(io, socket, timeout_ms, [&](auto done) { asio::async_read(socket, asio::buffer(answer), done); });
  if (error) return Failed(address, error, timeout_ms);
  return CheckAnswer(address, answer);
}

}  // namespace souk::broker
