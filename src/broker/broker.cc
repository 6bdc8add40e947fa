#include "broker/broker.h"

#include <pthread.h>
#include <sys/resource.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <thread>

#include "base/log.h"
#include "broker/connection.h"
#include "broker/dispatch.h"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace souk::broker {
namespace {

constexpr auto kSweepInterval = std::chrono::seconds(5);
constexpr int kLoopbackSendBuffer = 100 * 1024;  // bytes
constexpr int kWorkerThreads = 2;
constexpr int64_t kStopGraceMs = 5000;

// One network thread with its connections, which no other thread touches.
struct Loop {
  explicit Loop(ConnectionLimits& limits) : blocks(limits.blocks) {}

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  BlockPool blocks;
  std::vector<std::weak_ptr<Connection>> connections;
  asio::steady_timer sweep{io};
  std::thread thread;
};

// Every connection is a file; the usual limit of 1024 is for programs with few.
void RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// sendfile(2) to a client that is gone raises SIGPIPE, which would end a program that does not ignore it.
void BlockPipeSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

class AsioBroker : public Broker {
 public:
  AsioBroker(BrokerOptions options, log::LogStore& store)
      : options_(options), core_(std::move(options), store) {
    limits_.max_request_bytes = options_.max_request_bytes;
    limits_.memory_bytes = options_.memory_bytes;
  }
  ~AsioBroker() override { Stop(); }

  Status Start() override;
  uint16_t port() const override { return port_; }
  std::string address() const override;
  BrokerStatus status() const override;
  std::vector<ApiUse> api_use() const override { return dispatcher_.use(); }
  void Stop() override;

 private:
  Status Listen();
  void Accept();
  void Adopt(Loop& loop, tcp::socket socket);
  void Sweep(Loop& loop);

  BrokerOptions options_;
  Core core_;
  ConnectionLimits limits_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<asio::thread_pool> workers_;
  Dispatcher dispatcher_{core_};
  RequestHandler handler_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<asio::steady_timer> accept_pause_;
  size_t next_loop_ = 0;
  uint16_t port_ = 0;
};

Status AsioBroker::Listen() {
  boost::system::error_code error;
  auto address = asio::ip::make_address(options_.host, error);
  if (error) {
    return Fail(Code::kInvalid,
                "the broker cannot listen on '{}': not an IP address; mend the setting broker.host",
                options_.host);
  }
  tcp::endpoint endpoint(address, options_.port);
  acceptor_ = std::make_unique<tcp::acceptor>(loops_[0]->io);
  accept_pause_ = std::make_unique<asio::steady_timer>(loops_[0]->io);
  acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Fail(Code::kUnavailable,
                "the broker cannot listen on {}:{}: {}; choose another port with --set broker.port=0",
                options_.host, options_.port, error.message());
  }
  port_ = acceptor_->local_endpoint().port();
  core_.SetPort(port_);
  return {};
}

Status AsioBroker::Start() {
  RaiseFileLimit();
  for (int i = 0; i < std::max(1, options_.threads); ++i) loops_.push_back(std::make_unique<Loop>(limits_));
  if (Status listening = Listen(); !listening) {
    loops_.clear();
    return listening;
  }
  workers_ = std::make_unique<asio::thread_pool>(kWorkerThreads);
  handler_ = [this](std::string_view request, std::shared_ptr<AnswerSink> sink,
                    std::function<void()> handled) {
    dispatcher_.Dispatch(request, std::move(sink), std::move(handled), *workers_);
  };
  core_.groups().Start();
  Accept();
  for (auto& loop : loops_) {
    Sweep(*loop);
    loop->thread = std::thread([&io = loop->io] {
      BlockPipeSignal();
      io.run();
    });
  }
  return {};
}

void AsioBroker::Accept() {
  Loop& loop = *loops_[next_loop_++ % loops_.size()];
  acceptor_->async_accept(loop.io, [this, &loop](boost::system::error_code error, tcp::socket socket) {
    if (core_.stopping() || error == asio::error::operation_aborted) return;
    if (error) {
      // Mostly: no file descriptors left. Trying again at once would only burn the processor.
      Log(LogLevel::kWarn, "broker", "a connection could not be taken", {{"error", error.message()}});
      accept_pause_->expires_after(std::chrono::milliseconds(100));
      return accept_pause_->async_wait([this](boost::system::error_code stopped) {
        if (!stopped && !core_.stopping()) Accept();
      });
    }
    if (limits_.connections >= options_.max_connections) {
      Log(LogLevel::kWarn, "broker", "a connection was refused; there are broker.max_connections already",
          {});
    } else {
      auto shared = std::make_shared<tcp::socket>(std::move(socket));
      asio::post(loop.io, [this, &loop, shared] { Adopt(loop, std::move(*shared)); });
    }
    Accept();
  });
}

void AsioBroker::Adopt(Loop& loop, tcp::socket socket) {
  if (core_.stopping()) return;
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  // On the same machine there is no delay that a larger one would fill; what waits in it only grows cold.
  if (socket.remote_endpoint(ignored).address().is_loopback())
    socket.set_option(tcp::socket::send_buffer_size(kLoopbackSendBuffer), ignored);
  auto connection = std::make_shared<Connection>(std::move(socket), loop.io, loop.blocks, limits_, handler_);
  loop.connections.push_back(connection);
  connection->Start();
}

void AsioBroker::Sweep(Loop& loop) {
  loop.sweep.expires_after(kSweepInterval);
  loop.sweep.async_wait([this, &loop](boost::system::error_code error) {
    if (error) return;
    int64_t now = SteadyMs();
    std::erase_if(loop.connections, [&](const std::weak_ptr<Connection>& weak) {
      auto connection = weak.lock();
      if (connection) connection->CloseIfStale(now, options_.idle_timeout_ms, options_.request_timeout_ms);
      return !connection || connection->closed();
    });
    Sweep(loop);
  });
}

std::string AsioBroker::address() const {
  bool any = options_.host == "0.0.0.0" || options_.host == "::";
  bool six = options_.host.find(':') != std::string::npos && !any;
  std::string host = any ? "127.0.0.1" : six ? "[" + options_.host + "]" : options_.host;
  return fmt::format("{}:{}", host, port_);
}

BrokerStatus AsioBroker::status() const {
  BrokerStatus status;
  status.connections = limits_.connections;
  status.fetch_waits = core_.fetch_waits().size();
  status.fetch_sessions = core_.fetch_sessions().size();
  status.request_bytes = limits_.memory_used + limits_.blocks * BlockPool::kBlockBytes;
  for (const ApiUse& use : dispatcher_.use()) status.requests += use.requests;
  status.received_bytes = limits_.received_bytes;
  status.sent_bytes = limits_.sent_bytes;
  status.appended_records = core_.appended_records;
  status.refused_batches = core_.refused_batches;
  return status;
}

void AsioBroker::Stop() {
  if (loops_.empty()) return;
  core_.SetStopping();
  asio::post(loops_[0]->io, [this] {
    boost::system::error_code ignored;
    acceptor_->close(ignored);
    accept_pause_->cancel();
  });
  core_.groups().Stop();
  core_.fetch_waits().WakeAll();
  workers_->join();
  for (auto& loop : loops_) {
    // After what is already queued: the answers that were just given.
    asio::post(loop->io, [&loop = *loop] {
      asio::post(loop.io, [&loop] {
        for (auto& weak : loop.connections) {
          if (auto connection = weak.lock()) connection->Close();
        }
        loop.sweep.cancel();
      });
    });
  }
  // An append may still be waiting for its sync; its connection is needed until that is through.
  int64_t deadline = SteadyMs() + kStopGraceMs;
  while (limits_.connections > 0 && SteadyMs() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (auto& loop : loops_) {
    loop->work.reset();
    loop->io.stop();
    loop->thread.join();
    if (limits_.connections > 0) (void)loop.release();  // better lost than used after its end
  }
  acceptor_.reset();
  accept_pause_.reset();
  loops_.clear();
}

}  // namespace

Result<std::unique_ptr<Broker>> Broker::Make(BrokerOptions options, log::LogStore& store) {
  return std::unique_ptr<Broker>(new AsioBroker(std::move(options), store));
}

}  // namespace souk::broker
