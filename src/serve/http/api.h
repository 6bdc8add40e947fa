// All routes of the web server, and what they need from above.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metric.h"
#include "net/http_server.h"
#include "schedule/job_host.h"
#include "serve/feed.h"
#include "serve/live_board.h"
#include "sql/door.h"
#include "warehouse/report.h"
#include "warehouse/warehouse.h"

namespace souk::serve {

// One service of `souk up`, as the status shows it.
struct ServiceStatus {
  std::string name;
  std::string state;  // "running", "starting", "failed", "stopped"
  Micros since = 0;
  int restarts = 0;
  std::string error;
};

// Everything outlives the server.
struct ApiParts {
  std::string version;  // of the program
  std::string shop_name;
  std::string currency;
  std::string time_zone;
  const Clock* clock = nullptr;
  Micros started_at = 0;
  schedule::JobHost* jobs = nullptr;
  warehouse::Warehouse* warehouse = nullptr;
  warehouse::ReportBook* reports = nullptr;
  std::shared_ptr<sql::QueryDoor> door;
  std::shared_ptr<ChangeFeed> changes;
  std::shared_ptr<LiveBoard> live;  // nullptr = no stream runs here
  std::function<std::vector<ServiceStatus>()> services;
  MetricRegistry* metrics = nullptr;
};

void AddRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);

// The single groups, called by AddRoutes.
void AddReportRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);
void AddJobRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);
void AddQueryRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);
void AddStatusRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);
void AddLiveRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);
void AddMetricRoutes(net::HttpServer& server, MetricRegistry& metrics);
void AddPageRoutes(net::HttpServer& server);

// A handler that changes something: refused without the header X-Souk, which only a script of our own page or
// a program can send.
net::HttpHandler Guarded(net::HttpHandler handler);

}  // namespace souk::serve
