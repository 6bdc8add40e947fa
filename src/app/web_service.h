// The web server as a service.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "app/service.h"
#include "net/http_server.h"
#include "serve/http/api.h"

namespace souk::app {

// Adds routes of its own to the server; what is returned is kept until the server has stopped.
using MoreRoutes = std::function<Result<std::shared_ptr<void>>(net::HttpServer& server)>;

class WebService : public Service {
 public:
  // `on_listen` hears the address each time the server starts.
  WebService(net::HttpServerOptions options, std::shared_ptr<const serve::ApiParts> parts,
             std::function<void(const std::string& url)> on_listen, MoreRoutes more);

  std::string_view name() const override { return "web"; }
  Status Start() override;
  void Stop() override;
  Status Health() override;
  std::vector<Holding> Holds() override;

 private:
  net::HttpServerOptions options_;
  std::shared_ptr<const serve::ApiParts> parts_;
  std::function<void(const std::string&)> on_listen_;
  MoreRoutes more_;
  std::shared_ptr<void> behind_;  // the other routes
  std::unique_ptr<net::HttpServer> server_;
  Micros last_heartbeat_ = 0;
};

}  // namespace souk::app
