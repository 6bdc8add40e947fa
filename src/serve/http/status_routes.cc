#include <fmt/format.h>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

namespace souk::serve {
namespace {

std::string ServicesJson(const std::vector<ServiceStatus>& services) {
  std::string out = "[";
  for (const ServiceStatus& service : services) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},"state":{},"since":{},"restarts":{},"error":{}}})",
                       JsonString(service.name), JsonString(service.state), JsonTime(service.since),
                       service.restarts, service.error.empty() ? "null" : JsonString(service.error));
  }
  return out + "]";
}

// The latest build that ended, as the status shows it.
std::string LastBuildJson(const std::vector<schedule::JobInfo>& jobs) {
  for (const schedule::JobInfo& job : jobs) {
    if (job.request.verb != "build" || job.ended == 0) continue;
    return fmt::format(R"({{"id":{},"state":"{}","ended":{},"seconds":{:.3f},"error":{}}})", job.id,
                       JobStateName(job.state), JsonTime(job.ended),
                       static_cast<double>(job.ended - job.started) / kMicrosPerSecond,
                       job.error.message.empty() ? "null" : JsonString(job.error.message));
  }
  return "null";
}

std::string StatusJson(const ApiParts& parts) {
  auto jobs = parts.jobs->List(100);
  int running = 0, queued = 0;
  for (const schedule::JobInfo& job : jobs) {
    running += job.state == schedule::JobState::kRunning;
    queued += job.state == schedule::JobState::kQueued;
  }
  return fmt::format(
      R"({{"version":{},"started_at":{},"now":{},"services":{},"jobs":{{"running":{},"queued":{}}},)"
      R"("last_build":{}}})",
      JsonString(parts.version), JsonTime(parts.started_at), JsonTime(parts.clock->Now()),
      ServicesJson(parts.services()), running, queued, LastBuildJson(jobs));
}

std::string ChangeJson(const warehouse::WarehouseState& state) {
  return fmt::format(R"({{"version":"{}","built_at":{},"data_until":{}}})", state.version,
                     JsonTime(state.built_at), JsonTime(state.data_until));
}

}  // namespace

void AddStatusRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts) {
  server.Handle("GET", "/api/status",
                [parts](const net::HttpRequest&) { return JsonResponse(StatusJson(*parts)); });
  server.HandleStream(
      "/api/changes", [parts](const net::HttpRequest&, std::shared_ptr<net::EventStream> stream) {
        auto handle = parts->changes->Subscribe([stream](const warehouse::WarehouseState& state) {
          if (state.version == 0) {
            stream->Comment("still here");
          } else {
            stream->Send("change", ChangeJson(state));
          }
        });
        stream->OnClose([kept = std::move(handle)]() mutable { kept.reset(); });
      });
}

}  // namespace souk::serve
