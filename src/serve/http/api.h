// All routes of the web server, and what they need from above.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/metric.h"
#include "lake/quarantine.h"
#include "net/http_server.h"
#include "schedule/job_host.h"
#include "serve/answer_cache.h"
#include "serve/build_history.h"
#include "serve/feed.h"
#include "serve/http/api_server.h"
#include "serve/lake_browser.h"
#include "serve/live_board.h"
#include "serve/stream_access.h"
#include "serve/topic_watch.h"
#include "serve/upload_folder.h"
#include "sql/door.h"
#include "warehouse/lineage.h"
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
  std::optional<double> cores;  // that its threads kept busy over the last seconds
  std::vector<std::pair<std::string, uint64_t>> holds = {};  // memory that it counts by itself: what, bytes
};

// The program as a whole.
struct ProcessStatus {
  std::optional<double> cores;  // kept busy over the last seconds
  unsigned machine_cores = 0;
  uint64_t memory_bytes = 0;                    // resident
  uint64_t database_bytes = 0;                  // … of which DuckDB may take this much
  std::optional<uint64_t> database_used_bytes;  // … and has taken this much
  int threads = 0;
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
  std::shared_ptr<AnswerCache> answers;  // of reports
  std::shared_ptr<sql::QueryDoor> door;
  std::shared_ptr<ChangeFeed> changes;
  std::shared_ptr<LiveBoard> live;  // nullptr = no stream runs here
  Micros cart_timeout = 0;          // the setting stream.cart_timeout
  std::function<std::vector<ServiceStatus>()> services;
  std::function<ProcessStatus()> process;
  std::function<Status(const std::string& name)> restart;  // of a service; kNotFound
  MetricRegistry* metrics = nullptr;
  std::shared_ptr<StreamAccess> stream;
  std::shared_ptr<TopicWatch> topics;
  std::shared_ptr<LakeBrowser> lake;
  lake::Quarantine* quarantine = nullptr;
  std::shared_ptr<BuildHistory> builds;
  std::function<Result<warehouse::Lineage>()> lineage;  // of the models as they are now
  std::shared_ptr<UploadFolder> uploads;
};

void AddRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts);

// The single groups, called by AddRoutes.
using SharedParts = std::shared_ptr<const ApiParts>;
void AddReportRoutes(ApiServer& server, SharedParts parts);
void AddJobRoutes(ApiServer& server, SharedParts parts);
void AddQueryRoutes(ApiServer& server, SharedParts parts);
void AddStatusRoutes(ApiServer& server, SharedParts parts);
void AddLiveRoutes(ApiServer& server, SharedParts parts);
void AddStreamRoutes(ApiServer& server, SharedParts parts);
void AddLakeRoutes(ApiServer& server, SharedParts parts);
void AddQuarantineRoutes(ApiServer& server, SharedParts parts);
void AddBuildRoutes(ApiServer& server, SharedParts parts);
void AddUploadRoutes(ApiServer& server, SharedParts parts);
void AddMetricRoutes(ApiServer& server, MetricRegistry& metrics);
void AddPageRoutes(net::HttpServer& server, SharedParts parts);

}  // namespace souk::serve
