#include "net/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "net/acceptor.h"
#include "net/http_connection.h"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace souk::net {
namespace {

class BeastHttpServer : public HttpServer {
 public:
  explicit BeastHttpServer(HttpServerOptions options)
      : shared_(std::make_shared<ServerShared>(std::move(options))) {}
  ~BeastHttpServer() override { Stop(0); }

  void Handle(std::string method, std::string path, HttpHandler handler) override {
    shared_->routes.push_back({std::move(method), std::move(path), std::move(handler), false});
  }
  void HandleLater(std::string method, std::string path, LaterHandler handler, bool any_origin) override {
    shared_->routes.push_back({std::move(method), std::move(path), std::move(handler), any_origin});
  }
  void HandleStream(std::string path, StreamHandler handler) override {
    shared_->routes.push_back({"GET", std::move(path), std::move(handler), false});
  }

  Status Start() override;
  uint16_t port() const override { return shared_->ports.empty() ? 0 : shared_->ports.front(); }
  std::string url() const override {
    const std::string& address = shared_->options.address;
    bool any = address == "0.0.0.0" || address == "::";
    std::string host = any                                      ? "127.0.0.1"
                       : address.find(':') != std::string::npos ? "[" + address + "]"
                                                                : address;
    return fmt::format("http://{}:{}", host, port());
  }
  void Stop(int64_t grace_ms) override;

 private:
  Status Listen(const asio::ip::address& address, uint16_t port, const char* remedy);
  void Accept(tcp::acceptor& acceptor);
  void Remember(std::function<void()> closer);

  std::shared_ptr<ServerShared> shared_;
  std::list<tcp::acceptor> acceptors_;        // the first is that of the port, then the aliases
  std::list<std::function<void()>> closers_;  // network thread only
  std::thread thread_;
};

Status BeastHttpServer::Start() {
  boost::system::error_code error;
  auto address = asio::ip::make_address(shared_->options.address, error);
  if (error) {
    return Fail(Code::kInvalid, "cannot listen on '{}': not an IP address; mend the setting web.address",
                shared_->options.address);
  }
  TRY_STATUS(Listen(address, shared_->options.port, "choose another port with --set web.port=0"));
  for (uint16_t alias : shared_->options.aliases) {
    if (alias == shared_->options.port) continue;
    TRY_STATUS(Listen(address, alias, "take it out of the setting web.aliases"));
  }
  shared_->handlers =
      std::make_unique<asio::thread_pool>(static_cast<size_t>(shared_->options.handler_threads));
  shared_->later_handlers =
      std::make_unique<asio::thread_pool>(static_cast<size_t>(shared_->options.later_threads));
  for (tcp::acceptor& acceptor : acceptors_) Accept(acceptor);
  thread_ = std::thread([this] { shared_->io.run(); });
  return {};
}

Status BeastHttpServer::Listen(const asio::ip::address& address, uint16_t port, const char* remedy) {
  TRY(tcp::acceptor acceptor, OpenAcceptor(shared_->io, {address, port}, remedy));
  shared_->ports.push_back(acceptor.local_endpoint().port());
  acceptors_.push_back(std::move(acceptor));
  return {};
}

void BeastHttpServer::Accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](boost::system::error_code error, tcp::socket socket) {
    if (shared_->stopping || error == asio::error::operation_aborted) return;
    if (!error && shared_->connections < shared_->options.max_connections) {
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      Remember(StartConnection(std::move(socket), shared_));
    } else if (error) {
      Log(LogLevel::kWarn, "net", "a connection could not be taken", {{"error", error.message()}});
    }
    Accept(acceptor);
  });
}

void BeastHttpServer::Remember(std::function<void()> closer) {
  closers_.push_back(std::move(closer));
  // The closers of connections long gone are harmless; drop old ones when there are far more than
  // connections.
  while (closers_.size() > 4 * shared_->options.max_connections) closers_.pop_front();
}

void BeastHttpServer::Stop(int64_t grace_ms) {
  if (!thread_.joinable()) return;
  shared_->stopping = true;
  asio::post(shared_->io, [this] {
    boost::system::error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_) acceptor.close(ignored);
  });
  // Handlers that run may finish and be answered; then everything still open is closed.
  auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(grace_ms);
  std::thread waiter([this] {
    shared_->handlers->join();
    shared_->later_handlers->join();
  });
  while (shared_->connections > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  asio::post(shared_->io, [this] {
    for (auto& close : closers_) close();
  });
  waiter.join();
  // Event streams hear of the end when their socket closes; give the network thread the chance to tell them.
  while (shared_->connections > 0 && std::chrono::steady_clock::now() < deadline + std::chrono::seconds(1)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  shared_->io.stop();
  thread_.join();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Make(HttpServerOptions options) {
  if (options.handler_threads < 1)
    return Fail(Code::kInvalid, "the web server needs at least one handler thread");
  return std::unique_ptr<HttpServer>(new BeastHttpServer(std::move(options)));
}

}  // namespace souk::net
