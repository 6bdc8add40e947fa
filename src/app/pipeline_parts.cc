#include "app/pipeline_parts.h"

#include <mutex>
#include <thread>

#include "app/process_metrics.h"
#include "app/stream_clients.h"
#include "app/thread_use.h"
#include "sql/memory_use.h"

namespace souk::app {
namespace {

std::vector<serve::ServiceStatus> ServiceList(const ServiceHost& services, ThreadWatch& threads) {
  auto use = threads.Use();
  std::vector<serve::ServiceStatus> list;
  for (const ServiceInfo& info : services.Services()) {
    serve::ServiceStatus& one = list.emplace_back(serve::ServiceStatus{
        info.name, ServiceStateName(info.state), info.since, info.restarts, info.error, std::nullopt, {}});
    for (const Holding& holding : info.holds) one.holds.emplace_back(holding.what, holding.bytes);
    if (!use) continue;
    auto cores = use->cores.find(info.name);
    one.cores = cores == use->cores.end() ? 0 : cores->second;
  }
  return list;
}

// The memory of the warehouse's DuckDB, which the hot store shares. Asked at most every two seconds.
class DatabaseWatch {
 public:
  DatabaseWatch(std::shared_ptr<sql::Database> database, const Clock& clock)
      : database_(std::move(database)), clock_(clock) {}

  // Nothing when DuckDB does not say.
  std::optional<uint64_t> Bytes() {
    std::lock_guard lock(mutex_);
    Micros now = clock_.Now();
    if (looked_at_ != 0 && now >= looked_at_ && now - looked_at_ < kEvery) return bytes_;
    looked_at_ = now;
    bytes_.reset();
    auto uses = sql::MemoryUses(*database_);
    if (!uses) return bytes_;
    bytes_ = 0;
    for (const sql::MemoryUse& use : *uses) *bytes_ += use.bytes;
    return bytes_;
  }

 private:
  static constexpr Micros kEvery = 2 * kMicrosPerSecond;
  std::shared_ptr<sql::Database> database_;
  const Clock& clock_;
  std::mutex mutex_;
  Micros looked_at_ = 0;
  std::optional<uint64_t> bytes_;
};

serve::ProcessStatus ProcessNow(uint64_t database_bytes, DatabaseWatch& database, ThreadWatch& threads) {
  serve::ProcessStatus process;
  if (auto use = threads.Use()) {
    process.cores = use->all;
    process.threads = use->threads;
  }
  process.machine_cores = std::thread::hardware_concurrency();
  process.memory_bytes = static_cast<uint64_t>(ResidentBytes());
  process.database_bytes = database_bytes;
  process.database_used_bytes = database.Bytes();
  return process;
}

std::optional<serve::TopicBytes> SizesOf(const BrokerService* broker) {
  auto sizes = broker ? broker->TopicBytes() : std::nullopt;
  if (!sizes) return std::nullopt;
  serve::TopicBytes bytes;
  for (const auto& [where, size] : *sizes) bytes[{where.first, where.second}] = size;
  return bytes;
}

}  // namespace

Status AddPipelineParts(serve::ApiParts& api, Parts& parts, schedule::JobHost& jobs, ServiceHost& services,
                        const BrokerService* broker) {
  auto threads = std::make_shared<ThreadWatch>(parts.clock());
  api.services = [&services, threads] { return ServiceList(services, *threads); };
  TRY(auto database, parts.WarehouseDatabase());
  auto memory = std::make_shared<DatabaseWatch>(std::move(database), parts.clock());
  api.process = [threads, memory, bytes = parts.settings().Bytes("sql.memory")] {
    return ProcessNow(bytes, *memory, *threads);
  };
  api.restart = [&services](const std::string& name) { return services.Restart(name); };
  api.stream = std::make_shared<serve::StreamAccess>([&parts] { return StreamSettings(parts.settings()); });
  api.topics =
      std::make_shared<serve::TopicWatch>(*api.stream, parts.clock(), [broker] { return SizesOf(broker); });
  TRY(auto store, parts.Store());
  api.lake =
      std::make_shared<serve::LakeBrowser>(std::move(store), [&parts] { return parts.ScratchDatabase(); });
  TRY(api.quarantine, parts.Quarantine());
  TRY(api.builds, parts.Builds());
  api.lineage = [&parts] { return warehouse::Lineage::Load(WarehouseOptionsOf(parts.settings())); };
  api.uploads = std::make_shared<serve::UploadFolder>(
      parts.directory().uploads(), parts.settings().Bytes("web.max_upload"), [&jobs](int64_t id) {
        auto job = jobs.Get(id);
        return !job || job->ended != 0;
      });
  return {};
}

}  // namespace souk::app
