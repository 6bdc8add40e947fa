#include "app/metric_list.h"

#include <fmt/format.h>

#include "ingest/intake/intake_metrics.h"
#include "net/http_metrics.h"

namespace souk::app {
namespace {

constexpr const char* kHead = R"(# Metrics

A running `souk up` tells what it does at `/metrics` of the web server, in the text format of Prometheus
(`text/plain; version=0.0.4`):

```
curl http://127.0.0.1:8080/metrics
```

For Prometheus, add to `prometheus.yml`:

```
scrape_configs:
  - job_name: souk
    static_configs:
      - targets: ["127.0.0.1:8080"]
```

A Prometheus on another machine needs `web.address` to listen there, and the name or address by which it comes in
`web.allowed_hosts`. Without the service `web` (`souk up --only broker`) there is no `/metrics`.

Counters begin at 0 when the program starts, those of the broker also when the service is restarted. A metric whose
service does not run has its help and no values.

Worth an alert: `souk_service_up == 0`, `increase(souk_service_restarts_total[10m]) > 0`,
`increase(souk_jobs_ended_total{result="failed"}[1h]) > 0`, a growing `souk_broker_group_lag_records` or
`souk_stream_lag_records`, `time() - souk_stream_committed_timestamp_seconds` while records come, and
`time() - souk_builder_last_success_timestamp_seconds` beyond what your data may be old.

This page is the output of `souk config metrics --markdown`.

| metric | type | labels | meaning |
|---|---|---|---|
)";

}  // namespace

const std::vector<const MetricSpec*>& AllMetrics() {
  using namespace metric;
  static const std::vector<const MetricSpec*> kAll = {
      &kServiceUp,
      &kServiceRestarts,
      &kServiceHeld,
      &kBrokerRequests,
      &kBrokerErrors,
      &kBrokerReceived,
      &kBrokerSent,
      &kBrokerAppended,
      &kBrokerRefused,
      &kBrokerConnections,
      &kBrokerWaits,
      &kBrokerGroupLag,
      &kLogSize,
      &kLogStart,
      &kLogEnd,
      &kStreamRecords,
      &kStreamRate,
      &kStreamLag,
      &kStreamLatency,
      &kStreamCommit,
      &kStreamWatermark,
      &kStreamCommitted,
      &kHotSize,
      &kHotRows,
      &kSqlMemory,
      &kLakeRecords,
      &kLakeRefused,
      &kLakeBytes,
      &kLakeFiles,
      &kLakeLag,
      &kBuilds,
      &kBuildSeconds,
      &kBuildModels,
      &kBuildLast,
      &kJobsRunning,
      &kJobsQueued,
      &kJobsEnded,
      &kJobSeconds,
      &ingest::kIntakeRecords,
      &ingest::kIntakeBytes,
      &ingest::kIntakeWaiting,
      &ingest::kIntakeSeconds,
      &ingest::kIntakeTurnedAway,
      &net::kWebRequests,
      &net::kWebSeconds,
      &net::kWebReceived,
      &net::kWebSent,
      &net::kWebConnections,
      &net::kWebStreams,
      &kProcessInfo,
      &kProcessStart,
      &kProcessCpu,
      &kProcessMemory,
      &kProcessFiles,
      &kProcessFilesMost,
      &kProcessThreads,
  };
  return kAll;
}

void DeclareMetrics(MetricRegistry& registry) {
  for (const MetricSpec* spec : AllMetrics()) registry.Declare(*spec);
}

std::string MetricsPage() {
  std::string page = kHead;
  for (const MetricSpec* spec : AllMetrics()) {
    std::string labels;
    for (std::string_view rest = spec->labels; !rest.empty();) {
      std::string_view name = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      labels += fmt::format("{}`{}`", labels.empty() ? "" : ", ", name);
    }
    page +=
        fmt::format("| `{}` | {} | {} | {} |\n", spec->name, MetricKindName(spec->kind), labels, spec->help);
  }
  return page;
}

}  // namespace souk::app
