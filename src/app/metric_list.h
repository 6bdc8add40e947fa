// The metrics that the platform itself reports, and the list of all there are. A new metric of any room goes
// into the list in metric_list.cc; docs/guide/metrics.md is made from it (`souk config metrics --markdown`).
#pragma once

#include <string>
#include <vector>

#include "base/metric.h"

namespace souk::app {

namespace metric {

using enum MetricKind;

inline constexpr MetricSpec kServiceUp{"souk_service_up", kGauge, "1 while the service runs, else 0.",
                                       "service"};
inline constexpr MetricSpec kServiceRestarts{"souk_service_restarts_total", kCounter,
                                             "How often the service was started again after a failure.",
                                             "service"};
inline constexpr MetricSpec kServiceHeld{"souk_service_held_bytes", kGauge,
                                         "Memory that the service counts by itself, by what it is.",
                                         "service,what"};

inline constexpr MetricSpec kBrokerRequests{"souk_broker_requests_total", kCounter,
                                            "Requests of Kafka clients, by API.", "api"};
inline constexpr MetricSpec kBrokerErrors{"souk_broker_errors_total", kCounter,
                                          "Answers to Kafka clients that hold an error, by API.", "api"};
inline constexpr MetricSpec kBrokerReceived{"souk_broker_received_bytes_total", kCounter,
                                            "Bytes that came from Kafka clients."};
inline constexpr MetricSpec kBrokerSent{"souk_broker_sent_bytes_total", kCounter,
                                        "Bytes that went to Kafka clients."};
inline constexpr MetricSpec kBrokerAppended{"souk_broker_appended_records_total", kCounter,
                                            "Records that producers wrote; those sent twice count once."};
inline constexpr MetricSpec kBrokerRefused{"souk_broker_refused_batches_total", kCounter,
                                           "Batches of producers that were not taken."};
inline constexpr MetricSpec kBrokerConnections{"souk_broker_connections", kGauge,
                                               "Connections of Kafka clients that are open."};
inline constexpr MetricSpec kBrokerWaits{"souk_broker_waiting_fetches", kGauge,
                                         "Consumers that wait for records to come."};
inline constexpr MetricSpec kLogSize{"souk_log_size_bytes", kGauge,
                                     "Size of a partition of the event log on disk.", "topic,partition"};
inline constexpr MetricSpec kLogStart{"souk_log_start_offset", kGauge,
                                      "Offset of the first record that is kept.", "topic,partition"};
inline constexpr MetricSpec kLogEnd{"souk_log_end_offset", kGauge,
                                    "Offset of the next record; its growth is the rate of the topic.",
                                    "topic,partition"};
inline constexpr MetricSpec kBrokerGroupLag{"souk_broker_group_lag_records", kGauge,
                                            "Records that the group has not committed yet.",
                                            "group,topic,partition"};

inline constexpr MetricSpec kStreamRecords{
    "souk_stream_records_total", kCounter,
    "Records read since the hot store was made, by what became of them: "
    "transactions and events, duplicates and updates among these, late, refused.",
    "result"};
inline constexpr MetricSpec kStreamRate{"souk_stream_rate_records_per_second", kGauge,
                                        "Records committed, over the last ten seconds."};
inline constexpr MetricSpec kStreamLag{"souk_stream_lag_records", kGauge, "Records that wait to be read.",
                                       "topic,partition"};
inline constexpr MetricSpec kStreamLatency{
    "souk_stream_latency_seconds", kGauge,
    "From a record's timestamp in its topic to its commit, over ten seconds.", "percentile"};
inline constexpr MetricSpec kStreamCommit{"souk_stream_commit_seconds", kGauge,
                                          "How long the last commit took."};
inline constexpr MetricSpec kStreamWatermark{"souk_stream_watermark_timestamp_seconds", kGauge,
                                             "What is older is late, since 1970."};
inline constexpr MetricSpec kStreamCommitted{"souk_stream_committed_timestamp_seconds", kGauge,
                                             "When live figures were last committed, since 1970."};
inline constexpr MetricSpec kHotSize{"souk_hot_size_bytes", kGauge, "Values of the rows in the hot store."};
inline constexpr MetricSpec kHotRows{"souk_hot_stored_rows", kGauge, "Rows in the hot store, by table.",
                                     "table"};

inline constexpr MetricSpec kSqlMemory{
    "souk_sql_memory_bytes", kGauge,
    "Memory of the warehouse's and the hot store's DuckDB, by what it is used for (sql.memory bounds it).",
    "use"};

inline constexpr MetricSpec kLakeRecords{"souk_lake_records_total", kCounter,
                                         "Records of topics that were put into the lake.", "topic"};
inline constexpr MetricSpec kLakeRefused{"souk_lake_refused_total", kCounter,
                                         "Records of topics that went into quarantine.", "topic"};
inline constexpr MetricSpec kLakeBytes{"souk_lake_written_bytes_total", kCounter,
                                       "Bytes of topics that were put into the lake.", "topic"};
inline constexpr MetricSpec kLakeFiles{"souk_lake_files_total", kCounter,
                                       "Files of topics that were put into the lake.", "topic"};
inline constexpr MetricSpec kLakeLag{"souk_lake_lag_records", kGauge,
                                     "Records of a topic that are not in the lake yet.", "topic"};

inline constexpr MetricSpec kJobsRunning{"souk_jobs_running", kGauge, "Jobs that run now."};
inline constexpr MetricSpec kJobsQueued{"souk_jobs_queued", kGauge, "Jobs that wait for another to end."};
inline constexpr MetricSpec kJobsEnded{"souk_jobs_ended_total", kCounter,
                                       "Jobs that ended, by verb and by how: done, failed or cancelled.",
                                       "verb,result"};
inline constexpr MetricSpec kJobSeconds{"souk_jobs_duration_seconds", kHistogram,
                                        "How long jobs ran, by verb.", "verb", kWorkSeconds};

inline constexpr MetricSpec kBuilds{
    "souk_builder_builds_total", kCounter,
    "Builds, by result: changed, unchanged, refused (by a data test) or failed.", "result"};
inline constexpr MetricSpec kBuildSeconds{"souk_builder_build_seconds", kHistogram,
                                          "How long builds took that changed something.", "", kWorkSeconds};
inline constexpr MetricSpec kBuildModels{"souk_builder_models_total", kCounter,
                                         "Models that builds ran, those up to date not counted."};
inline constexpr MetricSpec kBuildLast{
    "souk_builder_last_success_timestamp_seconds", kGauge,
    "When the last build ended well, since 1970; absent before the first since the start."};

inline constexpr MetricSpec kProcessInfo{"souk_process_info", kGauge, "Always 1; the version is its label.",
                                         "version"};
inline constexpr MetricSpec kProcessStart{"souk_process_start_timestamp_seconds", kGauge,
                                          "When the program was started, since 1970."};
inline constexpr MetricSpec kProcessCpu{"souk_process_cpu_seconds_total", kCounter,
                                        "Processor time used, of all threads."};
inline constexpr MetricSpec kProcessMemory{"souk_process_resident_memory_bytes", kGauge,
                                           "Memory in use (RSS)."};
inline constexpr MetricSpec kProcessFiles{"souk_process_open_fds", kGauge, "Open files and connections."};
inline constexpr MetricSpec kProcessFilesMost{"souk_process_max_fds", kGauge,
                                              "How many files and connections may be open."};
inline constexpr MetricSpec kProcessThreads{"souk_process_threads", kGauge, "Threads."};

}  // namespace metric

// In the order of the guide.
const std::vector<const MetricSpec*>& AllMetrics();
// Makes all known to the registry, so that each is shown from the start.
void DeclareMetrics(MetricRegistry& registry);
// The page docs/guide/metrics.md.
std::string MetricsPage();

}  // namespace souk::app
