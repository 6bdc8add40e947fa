#include <fmt/format.h>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

namespace souk::serve {
namespace {

constexpr std::string_view kServices = "/api/services/";

std::string CoresJson(const std::optional<double>& cores) {
  return cores ? fmt::format("{:.3f}", *cores) : "null";
}

std::string ProcessJson(const ProcessStatus& process) {
  return fmt::format(
      R"({{"cores":{},"machine_cores":{},"memory_bytes":{},"database_bytes":{},"database_used_bytes":{},)"
      R"("threads":{}}})",
      CoresJson(process.cores), process.machine_cores, process.memory_bytes, process.database_bytes,
      process.database_used_bytes ? std::to_string(*process.database_used_bytes) : "null", process.threads);
}

std::string HoldsJson(const ServiceStatus& service) {
  std::string out = "[";
  for (const auto& [what, bytes] : service.holds) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"what":{},"bytes":{}}})", JsonString(what), bytes);
  }
  return out + "]";
}

std::string ServicesJson(const std::vector<ServiceStatus>& services) {
  std::string out = "[";
  for (const ServiceStatus& service : services) {
    if (out.size() > 1) out += ',';
    out +=
        fmt::format(R"({{"name":{},"state":{},"since":{},"restarts":{},"error":{},"cores":{},"holds":{}}})",
                    JsonString(service.name), JsonString(service.state), JsonTime(service.since),
                    service.restarts, service.error.empty() ? "null" : JsonString(service.error),
                    CoresJson(service.cores), HoldsJson(service));
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
      R"({{"version":{},"started_at":{},"now":{},"process":{},"services":{},"jobs":{{"running":{},"queued":{}}},)"
      R"("last_build":{}}})",
      JsonString(parts.version), JsonTime(parts.started_at), JsonTime(parts.clock->Now()),
      ProcessJson(parts.process()), ServicesJson(parts.services()), running, queued, LastBuildJson(jobs));
}

std::string ChangeJson(const warehouse::WarehouseState& state) {
  return fmt::format(R"({{"version":"{}","built_at":{},"data_until":{}}})", state.version,
                     JsonTime(state.built_at), JsonTime(state.data_until));
}

}  // namespace

void AddStatusRoutes(ApiServer& server, SharedParts parts) {
  server.Get("/api/status", {"program", "How the program, its services and its last build are."},
             [parts](const net::HttpRequest&) { return JsonResponse(StatusJson(*parts)); });
  ApiDoc restart{"program",
                 "Stops a service and starts it again, within a second or so.",
                 {{"name", "path", "string", "As /api/status names it."}}};
  restart.status = 202;
  server.Post("/api/services/*/restart", restart, [parts](const net::HttpRequest& request) {
    std::string name = request.path.substr(kServices.size());
    name.resize(name.rfind('/'));
    if (Status wanted = parts->restart(name); !wanted) return ProblemOf(wanted.error());
    net::HttpResponse response = JsonResponse("{}");
    response.status = 202;
    return response;
  });
  ApiDoc changes{"warehouse", "New versions of the warehouse, as events `change`."};
  server.Stream("/api/changes", changes,
                [parts](const net::HttpRequest&, std::shared_ptr<net::EventStream> stream) {
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
