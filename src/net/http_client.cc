#include "net/http_client.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace souk::net {
namespace {

struct Address {
  std::string host;
  std::string port;
};

Result<Address> ParseBase(const std::string& url) {
  std::string_view rest = url;
  if (!rest.starts_with("http://")) return Fail(Code::kInvalid, "'{}' is not an http:// address", url);
  rest.remove_prefix(7);
  rest = rest.substr(0, rest.find('/'));
  size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.ends_with(']')) return Address{std::string(rest), "80"};
  return Address{std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1))};
}

// One connection with a time limit on each step.
class Channel {
 public:
  explicit Channel(int64_t timeout_ms) : stream_(io_), timeout_(timeout_ms) {}

  Status Connect(const Address& address, const std::string& url) {
    boost::system::error_code error;
    std::string host = address.host;
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    auto endpoints = asio::ip::tcp::resolver(io_).resolve(host, address.port, error);
    if (!error) {
      Run(
          [&](auto handler) {
            stream_.async_connect(endpoints, [handler](auto e, const auto&) { handler(e); });
          },
          error);
    }
    if (error) return Fail(Code::kUnavailable, "cannot reach {}: {}", url, error.message());
    return {};
  }

  // Starts an operation, waits for it. The handler takes its error code.
  template <typename Start>
  void Run(Start start, boost::system::error_code& error) {
    bool done = false;
    stream_.expires_after(std::chrono::milliseconds(timeout_));
    start([&](boost::system::error_code result) {
      error = result;
      done = true;
    });
    io_.restart();
    while (!done && io_.run_one() > 0) {
    }
  }

  // As Run, but calls `idle` about every 100 ms; when that returns false the connection is closed.
  template <typename Start>
  void RunIdling(Start start, const std::function<bool()>& idle, boost::system::error_code& error) {
    bool done = false;
    stream_.expires_never();
    start([&](boost::system::error_code result) {
      error = result;
      done = true;
    });
    io_.restart();
    while (!done) {
      io_.run_one_for(std::chrono::milliseconds(100));
      if (!done && idle && !idle()) stream_.close();
    }
  }

  beast::tcp_stream& stream() { return stream_; }
  beast::flat_buffer& buffer() { return buffer_; }

 private:
  asio::io_context io_{1};
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  int64_t timeout_;
};

http::request<http::string_body> MakeRequest(std::string_view method, std::string_view target,
                                             const Address& address, std::string_view body) {
  http::request<http::string_body> request;
  request.version(11);
  request.method_string(beast::string_view(method.data(), method.size()));
  request.target(beast::string_view(target.data(), target.size()));
  request.set(http::field::host, address.port == "80" ? address.host : address.host + ":" + address.port);
  request.set(http::field::connection, "close");
  if (!body.empty()) {
    request.set(http::field::content_type, "application/json");
    request.body() = body;
  }
  request.prepare_payload();
  return request;
}

// Cuts complete events off the front of `text` and hands them over; false when the reader wants no more.
bool TakeEvents(std::string& text, const std::function<bool(std::string_view, std::string_view)>& on_event) {
  size_t end;
  while ((end = text.find("\n\n")) != std::string::npos) {
    std::string event, data;
    std::string_view block = std::string_view(text).substr(0, end);
    while (!block.empty()) {
      std::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(std::min(block.size(), line.size() + 1));
      if (line.starts_with("event: ")) event = line.substr(7);
      if (line.starts_with("data: ")) data += (data.empty() ? "" : "\n") + std::string(line.substr(6));
    }
    text.erase(0, end + 2);
    if (!event.empty() && !on_event(event, data)) return false;
  }
  return true;
}

}  // namespace

HttpClient::HttpClient(std::string base_url, int64_t timeout_ms)
    : base_url_(std::move(base_url)), timeout_ms_(timeout_ms) {}

Result<HttpAnswer> HttpClient::Send(std::string_view method, std::string_view target, std::string_view body,
                                    const std::vector<std::pair<std::string, std::string>>& headers) {
  TRY(Address address, ParseBase(base_url_));
  Channel channel(timeout_ms_);
  TRY_STATUS(channel.Connect(address, base_url_));
  auto request = MakeRequest(method, target, address, body);
  for (const auto& [name, value] : headers) request.set(name, value);
  boost::system::error_code error;
  channel.Run(
      [&](auto handler) {
        http::async_write(channel.stream(), request, [handler](auto e, size_t) { handler(e); });
      },
      error);
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(method == "HEAD");
  if (!error) {
    channel.Run(
        [&](auto handler) {
          http::async_read(channel.stream(), channel.buffer(), parser,
                           [handler](auto e, size_t) { handler(e); });
        },
        error);
  }
  if (error == beast::error::timeout)
    return Fail(Code::kTimeout, "{} did not answer within {} ms", base_url_, timeout_ms_);
  if (error) return Fail(Code::kUnavailable, "{} broke off: {}", base_url_, error.message());
  auto& message = parser.get();
  return HttpAnswer{static_cast<int>(message.result_int()), std::string(message[http::field::content_type]),
                    std::move(message.body())};
}

Status HttpClient::Events(std::string_view target,
                          const std::function<bool(std::string_view, std::string_view)>& on_event,
                          const std::function<bool()>& idle) {
  TRY(Address address, ParseBase(base_url_));
  Channel channel(timeout_ms_);
  TRY_STATUS(channel.Connect(address, base_url_));
  auto request = MakeRequest("GET", target, address, {});
  boost::system::error_code error;
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(boost::none);
  channel.Run(
      [&](auto handler) {
        http::async_write(channel.stream(), request, [handler](auto e, size_t) { handler(e); });
      },
      error);
  if (!error) {
    channel.Run(
        [&](auto handler) {
          http::async_read_header(channel.stream(), channel.buffer(), parser,
                                  [handler](auto e, size_t) { handler(e); });
        },
        error);
  }
  if (error) return Fail(Code::kUnavailable, "{} broke off: {}", base_url_, error.message());
  if (parser.get().result_int() != 200) {
    return Fail(Code::kNotFound, "{}{} answered {}", base_url_, target, parser.get().result_int());
  }
  std::string text;
  char chunk[8192];
  while (!parser.is_done()) {
    parser.get().body().data = chunk;
    parser.get().body().size = sizeof chunk;
    channel.RunIdling(
        [&](auto handler) {
          http::async_read_some(channel.stream(), channel.buffer(), parser,
                                [handler](auto e, size_t) { handler(e); });
        },
        idle, error);
    if (error == http::error::need_buffer) error = {};
    text.append(chunk, sizeof chunk - parser.get().body().size);
    if (!TakeEvents(text, on_event)) return {};
    if (error == http::error::end_of_stream || error == asio::error::eof) return {};
    if (error == asio::error::operation_aborted) return Fail(Code::kCancelled, "stopped on request");
    if (error) return Fail(Code::kUnavailable, "{} broke off: {}", base_url_, error.message());
  }
  return {};
}

std::string EncodeQuery(std::string_view text) {
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string encoded;
  for (char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace souk::net
