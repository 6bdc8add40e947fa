// One connection of the HTTP server: reads requests, has them answered, writes answers, or becomes an event
// stream. Private to the room.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "net/http_server.h"
#include "net/request_metrics.h"

namespace souk::net {

// What the connections of one server share. Handlers are read-only after Start.
struct ServerShared {
  explicit ServerShared(HttpServerOptions given) : options(std::move(given)), metrics(options.metrics) {}

  HttpServerOptions options;
  RequestMetrics metrics;
  std::vector<uint16_t> ports;  // the port, then its aliases
  boost::asio::io_context io{1};
  std::unique_ptr<boost::asio::thread_pool> handlers;
  std::unique_ptr<boost::asio::thread_pool> later_handlers;
  std::atomic<size_t> connections{0};
  std::atomic<bool> stopping{false};

  struct Route {
    std::string method;
    std::string path;  // ends in '/': every path below it
    std::variant<HttpHandler, LaterHandler, StreamHandler> handler;
    bool any_origin = false;
  };
  std::vector<Route> routes;

  // The longest route for that path; nullptr when there is none. `path_known` tells 404 from 405.
  const Route* Find(std::string_view method, std::string_view path, bool* path_known) const;
};

// Starts serving `socket`; the connection keeps itself and `shared` alive until it is closed. The returned
// function, called on the network thread, closes it.
std::function<void()> StartConnection(boost::asio::ip::tcp::socket socket,
                                      std::shared_ptr<ServerShared> shared);

}  // namespace souk::net
