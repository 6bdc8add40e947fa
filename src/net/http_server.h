// An HTTP/1.1 server: requests in, answers or event streams out. Beast stays inside http_server.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metric.h"
#include "base/result.h"
#include "net/http_request.h"

namespace souk::net {

// A body too large to be held: asked for piece by piece on a handler thread. One that fails or is short
// closes the connection, so that the reader sees that something is missing.
struct LongBody {
  uint64_t bytes = 0;
  std::function<Result<std::string>(uint64_t offset, uint64_t most)> read;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string_view static_body;  // used instead of `body` when not empty; must live as long as the program
  std::shared_ptr<const LongBody> long_body;  // used instead of both when there is one
};

// One server-sent event as it goes over the wire. Many streams may send the same one without a copy each.
using EventText = std::shared_ptr<const std::string>;
EventText MakeEvent(std::string_view event, std::string_view data);

// A server-sent event stream. Threads: any. Slow readers: when more than 1 MB waits the stream is closed.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // False when the reader is gone.
  virtual bool Send(EventText event) = 0;
  bool Send(std::string_view event, std::string_view data) { return Send(MakeEvent(event, data)); }
  virtual bool Comment(std::string_view text) = 0;
  virtual void Close() = 0;
  // Called once, from any thread, when the reader is gone or the server stops.
  virtual void OnClose(std::function<void()> callback) = 0;
};

// What a handler gives back: an answer, or (answer with status 200 not needed) an event stream it will feed.
// A client that closes its side of the connection while it waits is gone: `request.gone` says so, and a GET
// that no handler has begun by then is not begun.
using HttpHandler = std::function<HttpResponse(const HttpRequest& request)>;
// May answer later: calls `reply` once, from any thread. A reply that is dropped unused answers 500.
using HttpReply = std::function<void(HttpResponse response)>;
using LaterHandler = std::function<void(const HttpRequest& request, HttpReply reply)>;
using StreamHandler = std::function<void(const HttpRequest& request, std::shared_ptr<EventStream> stream)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;           // 0 = any free port
  std::vector<uint16_t> aliases;  // ports that answer like `port`
  int handler_threads = 2;        // handlers run here, never on the network thread
  int later_threads = 2;  // those that answer later run here, so that slow answers do not hold them up
  size_t max_connections = 1000;
  size_t max_request_bytes = 16'000'000;
  int64_t idle_timeout_ms = 75'000;
  int64_t request_timeout_ms = 30'000;     // to receive one request completely
  std::vector<std::string> allowed_hosts;  // beside loopback names with our port
  MetricRegistry* metrics = nullptr;       // counts http_metrics.h there; outlives the server
};

// Refuses requests whose Host is not ours (421) or whose Origin is foreign (403), so that no page elsewhere
// can reach it but where a route allows it.
class HttpServer {
 public:
  // Routes are patterns as RouteMatches takes them; the longest match wins. Register before Start.
  static Result<std::unique_ptr<HttpServer>> Make(HttpServerOptions options);
  virtual ~HttpServer() = default;
  virtual void Handle(std::string method, std::string path, HttpHandler handler) = 0;
  // `any_origin`: pages of other sites reach the handler too; it looks at Origin itself.
  virtual void HandleLater(std::string method, std::string path, LaterHandler handler, bool any_origin) = 0;
  virtual void HandleStream(std::string path, StreamHandler handler) = 0;  // GET
  // Binds and serves. kUnavailable when the port is taken (says by setting which to change).
  virtual Status Start() = 0;
  // The real port; "http://127.0.0.1:8080".
  virtual uint16_t port() const = 0;
  virtual std::string url() const = 0;
  // Stops accepting, ends streams, waits for running handlers up to `grace_ms`, then closes: those that still
  // run find their client gone, and are waited for.
  virtual void Stop(int64_t grace_ms) = 0;
};

}  // namespace souk::net
