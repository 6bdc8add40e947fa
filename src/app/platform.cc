#include "app/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "app/broker_service.h"
#include "app/builder_service.h"
#include "app/intake_parts.h"
#include "app/lake_service.h"
#include "app/local_job_host.h"
#include "app/metric_list.h"
#include "app/parts.h"
#include "app/pipeline_parts.h"
#include "app/process_metrics.h"
#include "app/service.h"
#include "app/stream_clients.h"
#include "app/stream_service.h"
#include "app/verb.h"
#include "app/version.h"
#include "app/web_service.h"
#include "base/files.h"
#include "broker/probe.h"
#include "net/http_client.h"
#include "net/port.h"

namespace souk::app {
namespace {

constexpr auto kWatchInterval = std::chrono::seconds(1);
constexpr size_t kAnswersBytes = 32'000'000;
constexpr auto kStopInterval = std::chrono::milliseconds(100);

Status CheckNames(const std::vector<std::string>& only) {
  auto names = ServiceNames();
  for (const std::string& name : only) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Fail(Code::kInvalid, "--only {}: there is no such service; there are {}", name,
                  fmt::join(names, ", "));
    }
  }
  return {};
}

Result<std::shared_ptr<serve::ApiParts>> MakeApiParts(Parts& parts, schedule::JobHost& jobs,
                                                      std::shared_ptr<serve::ChangeFeed> changes,
                                                      std::shared_ptr<serve::LiveBoard> live) {
  auto api = std::make_shared<serve::ApiParts>();
  api->version = kVersion;
  api->shop_name = parts.settings().Text("shop.name");
  api->currency = parts.settings().Text("shop.currency");
  api->time_zone = parts.settings().Text("shop.time_zone");
  api->clock = &parts.clock();
  api->started_at = parts.clock().Now();
  api->jobs = &jobs;
  TRY(api->warehouse, parts.Warehouse());
  TRY(api->reports, parts.Reports());
  api->answers = std::make_shared<serve::AnswerCache>(kAnswersBytes);
  TRY(api->door, parts.Door());
  api->changes = std::move(changes);
  api->live = std::move(live);
  api->cart_timeout = parts.settings().DurationMs("stream.cart_timeout") * 1000;
  api->metrics = &Metrics();
  return api;
}

Result<net::HttpServerOptions> WebOptions(const Settings& settings) {
  net::HttpServerOptions options;
  options.address = settings.Text("web.address");
  options.port = static_cast<uint16_t>(settings.Int("web.port"));
  for (const std::string& alias : settings.List("web.aliases")) {
    uint16_t port = 0;
    auto [end, error] = std::from_chars(alias.data(), alias.data() + alias.size(), port);
    if (error != std::errc() || end != alias.data() + alias.size() || port == 0)
      return Fail(Code::kInvalid, "web.aliases: '{}' is not a port", alias);
    options.aliases.push_back(port);
  }
  options.handler_threads = static_cast<int>(settings.Int("web.threads"));
  options.allowed_hosts = settings.List("web.allowed_hosts");
  options.metrics = &Metrics();
  options.max_request_bytes =
      std::max<size_t>(options.max_request_bytes, settings.Bytes("intake.max_request"));
  return options;
}

constexpr int64_t kCheckTimeoutMs = 5000;

// A running `souk up` holds the data open; what it answers is the proof.
std::vector<CheckResult> CheckRunning(const DirectoryOwner& owner) {
  std::vector<CheckResult> results;
  const std::string& url = owner.url;
  if (!owner.broker.empty()) {
    results.push_back({"kafka://" + owner.broker, broker::ProbeBroker(owner.broker, kCheckTimeoutMs)});
  }
  if (url.empty()) return results;
  for (const char* target : {"/api/status", "/api/shop", "/api/reports"}) {
    auto answer = net::HttpClient(url).Send("GET", target);
    Status status = answer ? Status() : Status(tl::unexpected(answer.error()));
    if (answer && answer->status != 200)
      status = Fail(Code::kUnavailable, "answered {}: {}", answer->status, answer->body);
    results.push_back({url + target, std::move(status)});
  }
  return results;
}

// Opens the log as the broker would and reads every batch.
Status CheckEventLog(const Settings& settings, const std::string& directory, const Clock& clock) {
  if (!PathExists(directory)) return {};
  auto options = BrokerServiceOptionsOf(settings, directory);
  options.log.background = false;
  TRY(auto store, log::LogStore::Open(directory, options.log, clock));
  TRY(auto damages, store->Check());
  TRY_STATUS(store->Close());
  if (damages.empty()) return {};
  return Fail(Code::kCorrupt, "{} of its batches cannot be read; the first: {}", damages.size(),
              damages[0].what);
}

}  // namespace

Status CheckPorts(const Settings& settings) {
  constexpr const char* kBroker = "choose another port with --set broker.port=0";
  if (settings.Text("kafka.url") == "embedded") {
    TRY_STATUS(net::CheckPortFree(settings.Text("broker.host"),
                                  static_cast<uint16_t>(settings.Int("broker.port")), kBroker));
  }
  TRY(net::HttpServerOptions web, WebOptions(settings));
  TRY_STATUS(net::CheckPortFree(web.address, web.port, "choose another port with --set web.port=0"));
  for (uint16_t alias : web.aliases) {
    TRY_STATUS(net::CheckPortFree(web.address, alias, "take it out of the setting web.aliases"));
  }
  return {};
}

std::vector<std::string> ServiceNames() { return {"broker", "stream", "lake", "builder", "web"}; }

Status RunPlatform(const Settings& settings, const Clock& clock, const PlatformOptions& options) {
  TRY_STATUS(CheckNames(options.only));
  TRY(auto parts, Parts::Open(settings, clock));
  auto changes = std::make_shared<serve::ChangeFeed>();
  std::unique_ptr<LocalJobHost> host;
  schedule::JobHost* jobs = nullptr;
  ServiceHost services(clock);
  auto wanted = [&](std::string_view name) {
    return options.only.empty() ||
           std::find(options.only.begin(), options.only.end(), name) != options.only.end();
  };
  // The broker alone runs no jobs, and starts the quicker for it.
  if (wanted("builder") || wanted("web")) {
    TRY(auto log, JobLog::Open(parts->directory().control(), clock.Now()));
    host = std::make_unique<LocalJobHost>(JobKinds(*parts, *changes, &jobs), std::move(log), clock);
    jobs = host.get();
  }
  const BrokerService* own_broker = nullptr;
  // With a Kafka by URL there is nothing for a broker of our own to do.
  if (wanted("broker") && settings.Text("kafka.url") == "embedded") {
    auto listen = [&](const std::string& address) {
      (void)parts->directory().AnnounceBroker(address);
      if (options.on_listen) options.on_listen("kafka://" + address);
    };
    auto broker = BrokerServiceOptionsOf(settings, parts->directory().log());
    auto service = std::make_unique<BrokerService>(std::move(broker), clock, listen);
    own_broker = service.get();
    services.Add(std::move(service));
  }
  std::shared_ptr<serve::LiveBoard> live;
  if (wanted("stream")) {
    TRY(auto zone, TimeZone::Find(settings.Text("shop.time_zone")));
    live = std::make_shared<serve::LiveBoard>(std::move(zone), clock);
    services.Add(std::make_unique<StreamService>(*parts, live, changes));
  }
  if (wanted("lake")) services.Add(std::make_unique<LakeService>(*parts));
  if (options.live) services.Add(std::make_unique<LiveShopService>(settings, clock, *options.live));
  if (wanted("builder")) {
    TRY(auto* raw, parts->Raw());
    BuilderOptions builder;
    builder.debounce_ms = settings.DurationMs("warehouse.debounce");
    builder.max_wait_ms = settings.DurationMs("warehouse.max_wait");
    services.Add(std::make_unique<BuilderService>(*raw, *host, clock, builder));
  }
  if (wanted("web")) {
    TRY(auto api, MakeApiParts(*parts, *host, changes, live));
    TRY_STATUS(AddPipelineParts(*api, *parts, *host, services, own_broker));
    auto listen = [&](const std::string& url) {
      (void)parts->directory().Announce(url);
      if (options.on_listen) options.on_listen(url);
    };
    auto intake = [&](net::HttpServer& server) -> Result<std::shared_ptr<void>> {
      TRY(std::shared_ptr<ingest::Intake> made, MakeIntake(settings, clock));
      ingest::AddIntakeRoutes(server, *made);
      return made;
    };
    TRY(auto options_of_web, WebOptions(settings));
    services.Add(std::make_unique<WebService>(std::move(options_of_web), std::move(api), listen, intake));
  }
  DeclareMetrics(Metrics());
  auto metrics = Metrics().Collect([&services, started_at = clock.Now()](MetricSamples& out) {
    SayProcess(out, started_at);
    SayServices(out, services);
  });
  TRY_STATUS(services.Start());
  auto next_watch = std::chrono::steady_clock::now() + kWatchInterval;
  while (!options.should_stop()) {
    std::this_thread::sleep_for(kStopInterval);
    if (std::chrono::steady_clock::now() < next_watch && !services.restart_wanted()) continue;
    services.Watch();
    next_watch = std::chrono::steady_clock::now() + kWatchInterval;
  }
  services.Stop();
  if (host) host->Stop();
  return {};
}

std::vector<CheckResult> CheckAll(const Settings& settings, const Clock& clock) {
  auto owner = DataDirectory::FindOwner(settings.Text("data.dir"));
  std::vector<CheckResult> results;
  if (owner && !(owner->url.empty() && owner->broker.empty())) results = CheckRunning(*owner);
  if (auto stream = CheckRemoteStream(settings)) {
    results.push_back({std::move(stream->name), std::move(stream->status)});
  }
  if (owner && !(owner->url.empty() && owner->broker.empty())) return results;
  auto add = [&](std::string name, Status status) {
    results.push_back({std::move(name), std::move(status)});
  };
  auto drop = [](auto&& result) { return result ? Status() : Status(tl::unexpected(result.error())); };
  auto opened = Parts::Open(settings, clock);
  add("data directory " + settings.Text("data.dir"), drop(opened));
  if (!opened) return results;
  Parts& parts = **opened;
  auto store = parts.Store();
  add("lake", store ? (*store)->Check() : drop(store));
  add("job log", drop(JobLog::Open(parts.directory().control(), clock.Now())));
  add("warehouse", drop(parts.Warehouse()));
  auto door = parts.Door();
  add("query door", door ? drop((*door)->Run(governance::LocalOwner(), "SELECT 1")) : drop(door));
  add("reports", drop(parts.Reports()));
  add("event log", CheckEventLog(settings, parts.directory().log(), clock));
  return results;
}

}  // namespace souk::app
