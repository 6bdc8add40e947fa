#include "app/broker_service.h"

#include "app/metric_list.h"
#include "base/log.h"
#include "base/metric.h"
#include "broker/probe.h"

namespace souk::app {
namespace {

constexpr Micros kCheckInterval = 15 * kMicrosPerSecond;
constexpr int64_t kCheckTimeoutMs = 5000;

// The topics that the platform's own parts write and read.
struct PlatformTopic {
  const char* name;
  int32_t partitions;
};
constexpr PlatformTopic kTopics[] = {
    {"ecommerce-transactions", 3}, {"ecommerce-clickstream", 3}, {"ecommerce-quarantine", 1}};

void SayLog(MetricSamples& out, const log::LogStore& store) {
  for (const auto& topic : store.Topics()) {
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      const log::PartitionLog& partition = *topic->partitions[i];
      LabelValues where{topic->name, std::to_string(i)};
      out.Add(metric::kLogSize, where, static_cast<double>(partition.bytes()));
      out.Add(metric::kLogStart, where, static_cast<double>(partition.start_offset()));
      out.Add(metric::kLogEnd, where, static_cast<double>(partition.end_offset()));
    }
  }
}

void SayLag(MetricSamples& out, const log::LogStore& store) {
  for (const auto& [group, state] : store.Groups()) {
    for (const auto& [where, committed] : store.Offsets(group)) {
      auto partition = store.FindPartition(where.topic, where.partition);
      if (!partition) continue;
      int64_t lag = std::max<int64_t>(0, partition->high_watermark() - committed.offset);
      out.Add(metric::kBrokerGroupLag, {group, where.topic, std::to_string(where.partition)},
              static_cast<double>(lag));
    }
  }
}

std::string ApiName(int16_t api_key) {
  for (const broker::ApiRange& api : broker::SupportedApis()) {
    if (api.api_key == api_key) return api.name;
  }
  return std::to_string(api_key);
}

void SayBroker(MetricSamples& out, const broker::Broker& broker) {
  using namespace metric;
  broker::BrokerStatus status = broker.status();
  out.Add(kBrokerReceived, {}, static_cast<double>(status.received_bytes));
  out.Add(kBrokerSent, {}, static_cast<double>(status.sent_bytes));
  out.Add(kBrokerAppended, {}, static_cast<double>(status.appended_records));
  out.Add(kBrokerRefused, {}, static_cast<double>(status.refused_batches));
  out.Add(kBrokerConnections, {}, static_cast<double>(status.connections));
  out.Add(kBrokerWaits, {}, static_cast<double>(status.fetch_waits));
  struct Use {
    uint64_t requests = 0, errors = 0;
  };
  std::map<std::string, Use> uses;
  for (const broker::ApiUse& use : broker.api_use()) {
    Use& of_api = uses[ApiName(use.api_key)];
    of_api.requests += use.requests;
    of_api.errors += use.errors;
  }
  for (const auto& [api, use] : uses) {
    out.Add(kBrokerRequests, {api}, static_cast<double>(use.requests));
    out.Add(kBrokerErrors, {api}, static_cast<double>(use.errors));
  }
}

}  // namespace

BrokerServiceOptions BrokerServiceOptionsOf(const Settings& settings, const std::string& directory) {
  BrokerServiceOptions options;
  options.directory = directory;
  log::LogOptions& log = options.log.defaults;
  log.flush = log::ParseFlushMode(settings.Text("broker.flush")).value_or(log::FlushMode::kInterval);
  log.flush_interval_ms = settings.DurationMs("broker.flush_interval");
  log.retention_ms = settings.DurationMs("broker.retention");
  uint64_t retention_bytes = settings.Bytes("broker.retention_bytes");
  log.retention_bytes = retention_bytes == 0 ? -1 : static_cast<int64_t>(retention_bytes);
  log.segment_bytes = static_cast<int64_t>(settings.Bytes("broker.segment"));
  log.max_batch_bytes = static_cast<int64_t>(settings.Bytes("broker.max_message"));
  options.log.offsets_retention_ms = settings.DurationMs("broker.offsets_retention");
  broker::BrokerOptions& broker = options.broker;
  broker.host = settings.Text("broker.host");
  broker.port = static_cast<uint16_t>(settings.Int("broker.port"));
  broker.advertised_host = settings.Text("broker.advertised_host");
  broker.advertised_port = static_cast<uint16_t>(settings.Int("broker.advertised_port"));
  broker.threads = static_cast<int>(settings.Int("broker.threads"));
  broker.max_connections = static_cast<size_t>(settings.Int("broker.max_connections"));
  broker.max_request_bytes = settings.Bytes("broker.max_request");
  broker.max_fetch_bytes = settings.Bytes("broker.max_fetch");
  broker.memory_bytes = settings.Bytes("broker.memory");
  broker.idle_timeout_ms = settings.DurationMs("broker.idle_timeout");
  broker.auto_create_topics = settings.Bool("broker.auto_create_topics");
  broker.default_partitions = static_cast<int32_t>(settings.Int("broker.partitions"));
  broker.initial_rebalance_delay_ms = settings.DurationMs("broker.rebalance_delay");
  return options;
}

BrokerService::BrokerService(BrokerServiceOptions options, const Clock& clock,
                             std::function<void(const std::string&)> on_listen)
    : options_(std::move(options)), clock_(clock), on_listen_(std::move(on_listen)) {}

Status BrokerService::Start() {
  TRY(store_, log::LogStore::Open(options_.directory, options_.log, clock_));
  for (const std::string& note : store_->report().notes) Log(LogLevel::kWarn, "log", note);
  Status started = CreateTopics();
  if (started) {
    auto made = broker::Broker::Make(options_.broker, *store_);
    started = made ? (*made)->Start() : Status(tl::unexpected(made.error()));
    if (started) broker_ = std::move(*made);
  }
  if (!started) {
    Stop();
    return started;
  }
  options_.broker.port = broker_->port();  // a restart keeps the port that was printed
  last_check_ = clock_.Now();
  metrics_ = Metrics().Collect([this](MetricSamples& out) {
    SayBroker(out, *broker_);
    SayLog(out, *store_);
    SayLag(out, *store_);
  });
  {
    std::lock_guard lock(mutex_);
    shown_ = store_.get();
  }
  on_listen_(broker_->address());
  return {};
}

std::optional<std::map<std::pair<std::string, int32_t>, uint64_t>> BrokerService::TopicBytes() const {
  std::lock_guard lock(mutex_);
  if (shown_ == nullptr) return std::nullopt;
  std::map<std::pair<std::string, int32_t>, uint64_t> sizes;
  for (const auto& topic : shown_->Topics()) {
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      sizes[{topic->name, static_cast<int32_t>(i)}] = topic->partitions[i]->bytes();
  }
  return sizes;
}

Status BrokerService::CreateTopics() {
  for (const PlatformTopic& topic : kTopics) {
    if (store_->FindTopic(topic.name)) continue;
    auto made = store_->CreateTopic(topic.name, topic.partitions, {});
    if (!made) return tl::unexpected(made.error());
  }
  return {};
}

void BrokerService::Stop() {
  {
    std::lock_guard lock(mutex_);
    shown_ = nullptr;
  }
  metrics_.reset();
  if (broker_) {
    broker_->Stop();
    for (const broker::ApiUse& use : broker_->api_use()) {
      Log(LogLevel::kDebug, "broker", "requests served",
          {{"name", use.name},
           {"api", std::to_string(use.api_key)},
           {"version", std::to_string(use.version)},
           {"requests", std::to_string(use.requests)},
           {"errors", std::to_string(use.errors)}});
    }
  }
  broker_.reset();
  if (!store_) return;
  if (Status closed = store_->Close(); !closed) {
    Log(LogLevel::kError, "app", "the event log did not stop cleanly; the next start looks through it",
        {{"error", closed.error().message}});
  }
  store_.reset();
}

Status BrokerService::Health() {
  Micros now = clock_.Now();
  if (now - last_check_ < kCheckInterval) return {};
  last_check_ = now;
  return broker::ProbeBroker(broker_->address(), kCheckTimeoutMs);
}

}  // namespace souk::app
