#include "app/web_service.h"

#include "net/http_client.h"

namespace souk::app {
namespace {

constexpr Micros kHeartbeat = 15 * kMicrosPerSecond;
constexpr int64_t kStopGraceMs = 2000;

}  // namespace

WebService::WebService(net::HttpServerOptions options, std::shared_ptr<const serve::ApiParts> parts,
                       std::function<void(const std::string&)> on_listen, MoreRoutes more)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      on_listen_(std::move(on_listen)),
      more_(std::move(more)) {}

Status WebService::Start() {
  TRY(server_, net::HttpServer::Make(options_));
  serve::AddRoutes(*server_, parts_);
  TRY(behind_, more_(*server_));
  TRY_STATUS(server_->Start());
  options_.port = server_->port();  // a restart keeps the port that was printed
  on_listen_(server_->url());
  return {};
}

void WebService::Stop() {
  if (server_) server_->Stop(kStopGraceMs);
  server_.reset();
  behind_.reset();
}

Status WebService::Health() {
  Micros now = parts_->clock->Now();
  if (now - last_heartbeat_ < kHeartbeat) return {};
  last_heartbeat_ = now;
  parts_->changes->Publish({});  // a sign of life for open pages, and how a reader that left is noticed
  TRY(auto answer, net::HttpClient(server_->url(), 5000).Send("GET", "/api/status"));
  if (answer.status != 200) return Fail(Code::kUnavailable, "the page's server answers {}", answer.status);
  return {};
}

std::vector<Holding> WebService::Holds() { return {{"answers kept", parts_->answers->bytes()}}; }

}  // namespace souk::app
