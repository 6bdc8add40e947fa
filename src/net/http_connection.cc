#include "net/http_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <exception>
#include <mutex>

#include "base/log.h"
#include "net/problem.h"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace souk::net {
namespace {

constexpr size_t kMaxStreamBacklog = 1'000'000;
constexpr uint64_t kPieceBytes = 256 * 1024;

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

class Connection;

// The part of a connection that became an event stream. Send may be called from any thread; bytes are written
// on the network thread in order.
class Stream : public EventStream, public std::enable_shared_from_this<Stream> {
 public:
  Stream(std::shared_ptr<Connection> connection, asio::io_context& io)
      : connection_(std::move(connection)), io_(io) {}
  using EventStream::Send;
  bool Send(EventText text) override;
  bool Comment(std::string_view text) override {
    return Send(std::make_shared<const std::string>(fmt::format(": {}\n\n", text)));
  }
  void Close() override;
  void OnClose(std::function<void()> callback) override;

  // On the network thread:
  void Begin();
  void Write();
  void Closed();

 private:
  std::mutex mutex_;
  std::shared_ptr<Connection> connection_;
  asio::io_context& io_;
  std::deque<EventText> waiting_;
  size_t waiting_bytes_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  bool closing_ = false;
  std::function<void()> on_close_;
  char ignored_[64];
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, std::shared_ptr<ServerShared> shared)
      : stream_(std::move(socket)), shared_(std::move(shared)) {
    ++shared_->connections;
    shared_->metrics.ConnectionsBy(1);
  }
  ~Connection() {
    --shared_->connections;
    shared_->metrics.ConnectionsBy(-1);
  }

  void Read();
  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
  }
  beast::tcp_stream& stream() { return stream_; }
  RequestMetrics& metrics() { return shared_->metrics; }

 private:
  void Continue();
  void OnRead(beast::error_code error);
  void Answer(HttpRequest request);
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
  HttpResponse response_;
  std::string header_;
};

void Connection::Read() {
  if (shared_->stopping) return Close();
  parser_.emplace();
  parser_->body_limit(shared_->options.max_request_bytes);
  parser_->header_limit(64 * 1024);
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
  if (auto* streaming = std::get_if<StreamHandler>(&route->handler))
    return BecomeStream(std::move(request), *streaming);
  stream_.expires_never();
  if (auto* later = std::get_if<LaterHandler>(&route->handler)) {
    asio::post(*shared_->later_handlers, [later, request = std::move(request), reply = MakeReply()] {
      Guard(request.path, [&] { (*later)(request, reply); });
    });
    return;
  }
  asio::post(*shared_->handlers, [self = shared_from_this(), request = std::move(request), route] {
    HttpResponse response = ServerFailed();
    Guard(request.path, [&] { response = std::get<HttpHandler>(route->handler)(request); });
    self->RespondFromAnyThread(std::move(response));
  });
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
  shared_->metrics.Answered(method_, route_, response_.status, took.count());
  shared_->metrics.Sent(sent);
}

void Connection::BecomeStream(HttpRequest request, const StreamHandler& handler) {
  stream_.expires_never();
  response_.status = 200;
  Count(0);
  shared_->metrics.StreamsBy(1);
  auto events = std::make_shared<Stream>(shared_from_this(), shared_->io);
  header_ =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
  asio::async_write(stream_, asio::buffer(header_),
                    [self = shared_from_this(), events, &handler, request = std::move(request)](
                        beast::error_code error, size_t) {
                      if (error) return events->Closed();
                      events->Begin();
                      asio::post(*self->shared_->handlers,
                                 [self, events, &handler, request] { handler(request, events); });
                    });
}

bool Stream::Send(EventText text) {
  {
    std::lock_guard lock(mutex_);
    if (closed_ || closing_) return false;
    waiting_bytes_ += text->size();
    if (waiting_bytes_ > kMaxStreamBacklog) {
      closing_ = true;  // a reader this slow would only fill the memory
      waiting_.clear();
    } else {
      waiting_.push_back(std::move(text));
    }
  }
  asio::post(io_, [self = shared_from_this()] { self->Write(); });
  return true;
}

void Stream::Close() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  asio::post(io_, [self = shared_from_this()] { self->Write(); });
}

void Stream::OnClose(std::function<void()> callback) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_) {
      on_close_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Stream::Begin() {
  // Nothing is expected from the reader; a completed read means that it left.
  connection_->stream().async_read_some(
      asio::buffer(ignored_), [self = shared_from_this()](beast::error_code, size_t) { self->Closed(); });
}

void Stream::Write() {
  EventText next;
  std::shared_ptr<Connection> connection;
  {
    std::lock_guard lock(mutex_);
    if (closed_ || writing_) return;
    connection = connection_;
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_bytes_ -= next->size();
      writing_ = true;
    } else if (!closing_) {
      return;
    }
  }
  if (!next) return Closed();
  asio::async_write(connection->stream(), asio::buffer(*next),
                    [self = shared_from_this(), next, connection](beast::error_code error, size_t) {
                      {
                        std::lock_guard lock(self->mutex_);
                        self->writing_ = false;
                      }
                      if (error) return self->Closed();
                      self->Write();
                    });
}

void Stream::Closed() {
  std::function<void()> callback;
  std::shared_ptr<Connection> connection;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    callback = std::move(on_close_);
    connection = std::move(connection_);
  }
  connection->metrics().StreamsBy(-1);
  connection->Close();
  if (callback) callback();
}

}  // namespace

EventText MakeEvent(std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(event.size() + data.size() + 16);
  text.append("event: ").append(event).append("\n");
  while (true) {
    size_t end = std::min(data.find('\n'), data.size());
    text.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    data.remove_prefix(end + 1);
  }
  return std::make_shared<const std::string>(std::move(text) + "\n");
}

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
