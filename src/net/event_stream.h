// A connection that became an event stream. Private to the room.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "net/http_server.h"

namespace souk::net {

// Send may be called from any thread; bytes are written on the network thread, in order.
class SocketStream : public EventStream, public std::enable_shared_from_this<SocketStream> {
 public:
  using Socket = std::shared_ptr<boost::beast::tcp_stream>;  // keeps its connection alive

  // `on_end` is called once, on the network thread, when nothing more is sent: it closes the socket.
  SocketStream(Socket socket, boost::asio::io_context& io, std::function<void()> on_end)
      : socket_(std::move(socket)), io_(io), on_end_(std::move(on_end)) {}

  using EventStream::Send;
  bool Send(EventText text) override;
  bool Comment(std::string_view text) override;
  void Close() override;
  void OnClose(std::function<void()> callback) override;

  // On the network thread:
  void Begin();
  void End();

 private:
  void Write();

  std::mutex mutex_;
  Socket socket_;
  boost::asio::io_context& io_;
  std::function<void()> on_end_;
  std::deque<EventText> waiting_;
  size_t waiting_bytes_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  bool closing_ = false;
  std::function<void()> on_close_;
  char ignored_[64];
};

}  // namespace souk::net
