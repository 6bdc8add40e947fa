#include "net/http_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>

#include "base/log.h"
#include "net/event_stream.h"
#include "net/problem.h"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace souk::net {
namespace {

constexpr uint64_t kPieceBytes = 256 * 1024;
constexpr size_t kMaxHeaderBytes = 64 * 1024;

std::string HeaderText(const HttpResponse& response, size_t length, bool keep_alive) {
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status,
                  std::string(http::obsolete_reason(static_cast<http::status>(response.status))));
  if (response.status != 304) text += fmt::format("Content-Type: {}\r\n", response.content_type);
  if (response.status != 304 && response.status != 204) text += fmt::format("Content-Length: {}\r\n", length);
  text += "X-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  return text;
}

HttpResponse ServerFailed() {
  return ProblemResponse(500, "Internal error", "the request failed inside Souk; the log says more");
}

// Handlers have no exceptions of their own; what they use may.
template <typename Call>
void Guard(const std::string& path, Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    Log(LogLevel::kError, "net", "a handler failed", {{"path", path}, {"error", error.what()}});
  }
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, std::shared_ptr<ServerShared> shared)
      : stream_(std::move(socket)), shared_(std::move(shared)) {
    ++shared_->connections;
    shared_->metrics.ConnectionsBy(1);
    beast::error_code ignored;
    stream_.socket().non_blocking(true, ignored);  // for Left
  }
  ~Connection() {
    --shared_->connections;
    shared_->metrics.ConnectionsBy(-1);
  }

  void Read();
  void Close() {
    waits_.request_stop();
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

 private:
  void Continue();
  void OnRead(beast::error_code error);
  void Answer(HttpRequest request);
  void WatchClient();
  bool Left();
  void Respond(HttpResponse response);
  void RespondFromAnyThread(HttpResponse response);
  void SendPiece(uint64_t offset);
  HttpReply MakeReply();
  void BecomeStream(HttpRequest request, const StreamHandler& handler);
  bool Fill(HttpRequest& request, HttpResponse& refusal);
  void Count(size_t sent);

  beast::tcp_stream stream_;
  std::shared_ptr<ServerShared> shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  bool keep_alive_ = false;
  bool head_ = false;
  std::string_view method_;  // of the request in parser_
  std::string_view route_;   // its pattern; "" = none
  std::chrono::steady_clock::time_point received_;
  std::stop_source waits_{std::nostopstate};  // stopped when nobody waits for the answer any more
  uint64_t watches_ = 0;                      // of the client; only the latest counts
  HttpResponse response_;
  std::string header_;
};

void Connection::Read() {
  if (shared_->stopping) return Close();
  parser_.emplace();
  parser_->body_limit(shared_->options.max_request_bytes);
  parser_->header_limit(kMaxHeaderBytes);
  stream_.expires_after(std::chrono::milliseconds(shared_->options.idle_timeout_ms));
  // The first bytes may be awaited long (an idle connection); the rest of the request may not.
  http::async_read_header(
      stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, size_t) {
        if (error) return self->OnRead(error);
        self->stream_.expires_after(std::chrono::milliseconds(self->shared_->options.request_timeout_ms));
        self->Continue();
        http::async_read(self->stream_, self->buffer_, *self->parser_,
                         [self](beast::error_code inner, size_t) { self->OnRead(inner); });
      });
}

// Whoever asks first whether a large body may come is told so at once; it would wait in vain.
void Connection::Continue() {
  if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return;
  static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(kGoOn), [self = shared_from_this()](beast::error_code, size_t) {});
}

void Connection::OnRead(beast::error_code error) {
  keep_alive_ = false;
  head_ = false;
  received_ = std::chrono::steady_clock::now();
  method_ = route_ = {};
  waits_ = std::stop_source(std::nostopstate);
  if (error == http::error::body_limit)
    return Respond(ProblemResponse(413, "Payload too large", "the request body is too large"));
  if (error == http::error::header_limit)
    return Respond(ProblemResponse(431, "Headers too large", "the request's headers are too large"));
  if (error == http::error::end_of_stream || error == beast::error::timeout || error == asio::error::eof ||
      error == asio::error::connection_reset || error == asio::error::operation_aborted) {
    return Close();
  }
  if (error) return Respond(ProblemResponse(400, "Bad request", "this is not an HTTP request"));
  keep_alive_ = parser_->get().keep_alive() && !shared_->stopping;
  HttpRequest request;
  HttpResponse refusal;
  if (!Fill(request, refusal)) return Respond(std::move(refusal));
  Answer(std::move(request));
}

// Makes the request; false with the refusal when it may not be answered.
bool Connection::Fill(HttpRequest& request, HttpResponse& refusal) {
  auto& message = parser_->get();
  shared_->metrics.Received(message.body().size());
  request.method = std::string(message.method_string());
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers[name] = std::string(field.value());
  }
  request.body = std::move(message.body());
  method_ = {message.method_string().data(), message.method_string().size()};
  if (request.method == "HEAD") {
    head_ = true;
    request.method = "GET";
  }
  if (!HostAllowed(request.Header("host"), shared_->ports, shared_->options.allowed_hosts)) {
    refusal = ProblemResponse(
        421, "Misdirected request",
        "this Souk does not answer to that host name; add it to the setting web.allowed_hosts");
    return false;
  }
  if (!ParseTarget(std::string_view(message.target().data(), message.target().size()), request)) {
    refusal = ProblemResponse(400, "Bad request", "the address is malformed");
    return false;
  }
  beast::error_code ignored;
  auto peer = stream_.socket().remote_endpoint(ignored);
  request.peer = peer.address().to_string();
  return true;
}

void Connection::Answer(HttpRequest request) {
  bool path_known = false;
  const ServerShared::Route* route = shared_->Find(request.method, request.path, &path_known);
  bool own = OriginAllowed(request.Header("origin"), request.Header("host"));
  if (!own && (route == nullptr || !route->any_origin)) {
    return Respond(ProblemResponse(403, "Foreign origin", "a page of another site may not use this Souk"));
  }
  if (route == nullptr) {
    return Respond(path_known
                       ? ProblemResponse(405, "Method not allowed", "this address does not take that method")
                       : ProblemResponse(404, "Not found", "there is nothing at this address"));
  }
  route_ = route->path;
  waits_ = std::stop_source();
  request.gone = waits_.get_token();
  if (auto* streaming = std::get_if<StreamHandler>(&route->handler))
    return BecomeStream(std::move(request), *streaming);
  stream_.expires_never();
  WatchClient();
  if (auto* later = std::get_if<LaterHandler>(&route->handler)) {
    asio::post(*shared_->later_handlers, [later, request = std::move(request), reply = MakeReply()] {
      Guard(request.path, [&] { (*later)(request, reply); });
    });
    return;
  }
  asio::post(*shared_->handlers, [self = shared_from_this(), request = std::move(request), route] {
    HttpResponse response = ServerFailed();
    if (request.method == "GET" && request.gone.stop_requested()) {
      response = ProblemResponse(kClientGone, "Client gone", "the connection was closed before the answer");
    } else {
      Guard(request.path, [&] { response = std::get<HttpHandler>(route->handler)(request); });
    }
    self->RespondFromAnyThread(std::move(response));
  });
}

// Until the answer: something to read is the next request, which is kept, or the end.
void Connection::WatchClient() {
  stream_.socket().async_wait(asio::ip::tcp::socket::wait_read,
                              [self = shared_from_this(), watch = ++watches_](beast::error_code error) {
                                if (error || watch != self->watches_) return;
                                if (self->Left()) {
                                  self->waits_.request_stop();
                                } else if (self->buffer_.size() < kMaxHeaderBytes) {
                                  self->WatchClient();
                                }
                              });
}

bool Connection::Left() {
  beast::error_code error;
  buffer_.commit(stream_.socket().read_some(buffer_.prepare(4096), error));
  return error && error != asio::error::would_block;
}

void Connection::RespondFromAnyThread(HttpResponse response) {
  if (shared_->io.stopped()) return;  // the server is gone, and nobody would ever take it from the queue
  asio::post(shared_->io, [self = shared_from_this(), response = std::move(response)]() mutable {
    self->Respond(std::move(response));
  });
}

HttpReply Connection::MakeReply() {
  // Answers at its end when nobody used it.
  struct Once {
    explicit Once(std::shared_ptr<Connection> to) : connection(std::move(to)) {}
    ~Once() { Use(ServerFailed()); }
    void Use(HttpResponse response) {
      if (!used.exchange(true)) connection->RespondFromAnyThread(std::move(response));
    }
    std::shared_ptr<Connection> connection;
    std::atomic<bool> used{false};
  };
  return [once = std::make_shared<Once>(shared_from_this())](HttpResponse response) {
    once->Use(std::move(response));
  };
}

void Connection::Respond(HttpResponse response) {
  beast::error_code ignored;
  ++watches_;
  stream_.socket().cancel(ignored);  // the watch
  if (waits_.stop_requested()) keep_alive_ = false;
  response_ = std::move(response);
  std::string_view body =
      response_.static_body.empty() ? std::string_view(response_.body) : response_.static_body;
  size_t length = response_.long_body ? response_.long_body->bytes : body.size();
  header_ = HeaderText(response_, length, keep_alive_);
  bool long_body = response_.long_body && !head_ && length > 0;
  if (head_ || response_.status == 304 || response_.long_body) body = {};
  Count(long_body ? length : body.size());
  stream_.expires_after(std::chrono::milliseconds(shared_->options.idle_timeout_ms));
  std::array<asio::const_buffer, 2> buffers{asio::buffer(header_), asio::buffer(body.data(), body.size())};
  asio::async_write(stream_, buffers,
                    [self = shared_from_this(), long_body](beast::error_code error, size_t) {
                      if (!error && long_body) return self->SendPiece(0);
                      if (error || !self->keep_alive_) return self->Close();
                      self->Read();
                    });
}

void Connection::SendPiece(uint64_t offset) {
  if (offset == response_.long_body->bytes) {
    response_.long_body.reset();
    return keep_alive_ ? Read() : Close();
  }
  stream_.expires_never();
  asio::post(*shared_->handlers, [self = shared_from_this(), body = response_.long_body, offset] {
    std::string piece;
    uint64_t most = std::min<uint64_t>(kPieceBytes, body->bytes - offset);
    Guard("a long body", [&] {
      if (auto read = body->read(offset, most); read && read->size() == most) piece = *std::move(read);
    });
    if (self->shared_->io.stopped()) return;
    asio::post(self->shared_->io, [self, offset, piece = std::move(piece)]() mutable {
      if (piece.empty()) return self->Close();
      self->response_.body = std::move(piece);
      self->stream_.expires_after(std::chrono::milliseconds(self->shared_->options.idle_timeout_ms));
      asio::async_write(self->stream_, asio::buffer(self->response_.body),
                        [self, offset](beast::error_code error, size_t sent) {
                          if (error) return self->Close();
                          self->SendPiece(offset + sent);
                        });
    });
  });
}

void Connection::Count(size_t sent) {
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - received_;
  int status = waits_.stop_requested() ? kClientGone : response_.status;
  shared_->metrics.Answered(method_, route_, status, took.count());
  shared_->metrics.Sent(sent);
}

void Connection::BecomeStream(HttpRequest request, const StreamHandler& handler) {
  stream_.expires_never();
  response_.status = 200;
  Count(0);
  shared_->metrics.StreamsBy(1);
  auto self = shared_from_this();
  auto events = std::make_shared<SocketStream>(SocketStream::Socket(self, &stream_), shared_->io, [self] {
    self->shared_->metrics.StreamsBy(-1);
    self->Close();
  });
  header_ =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
  asio::async_write(stream_, asio::buffer(header_),
                    [self, events, &handler, request = std::move(request)](beast::error_code error, size_t) {
                      if (error) return events->End();
                      events->Begin();
                      asio::post(*self->shared_->handlers,
                                 [self, events, &handler, request] { handler(request, events); });
                    });
}

}  // namespace

const ServerShared::Route* ServerShared::Find(std::string_view method, std::string_view path,
                                              bool* path_known) const {
  const Route* best = nullptr;
  size_t best_length = 0;
  *path_known = false;
  for (const Route& route : routes) {
    if (!RouteMatches(route.path, path)) continue;
    if (route.path.size() > 1) *path_known = true;  // "/" takes every path and proves nothing
    if (route.method == method && (best == nullptr || route.path.size() > best_length)) {
      best = &route;
      best_length = route.path.size();
    }
  }
  return best;
}

std::function<void()> StartConnection(asio::ip::tcp::socket socket, std::shared_ptr<ServerShared> shared) {
  auto connection = std::make_shared<Connection>(std::move(socket), std::move(shared));
  connection->Read();
  return [weak = std::weak_ptr<Connection>(connection)] {
    if (auto alive = weak.lock()) alive->Close();
  };
}

}  // namespace souk::net
