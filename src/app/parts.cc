#include "app/parts.h"

#include <thread>

#include "app/metric_list.h"
#include "base/files.h"
#include "lake/parquet/compression.h"
#include "sql/memory_use.h"
#include "store/open_hot_store.h"

namespace souk::app {
namespace {

sql::DatabaseOptions DatabaseOptionsOf(const Settings& settings, const std::string& path,
                                       const std::string& scratch) {
  sql::DatabaseOptions options;
  options.path = path;
  options.memory_bytes = settings.Bytes("sql.memory");
  options.idle_bytes = settings.Bytes("sql.idle_memory");
  options.models_directory = settings.Text("warehouse.models");
  auto threads = static_cast<int>(settings.Int("sql.threads"));
  options.threads =
      threads > 0 ? threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  options.temp_directory = scratch + "/spill";
  options.time_zone = settings.Text("shop.time_zone");
  return options;
}

void SayMemory(MetricSamples& out, sql::Database& database) {
  auto uses = sql::MemoryUses(database);
  if (!uses) return;
  for (const sql::MemoryUse& use : *uses)
    out.Add(metric::kSqlMemory, {use.use}, static_cast<double>(use.bytes));
}

}  // namespace

warehouse::WarehouseOptions WarehouseOptionsOf(const Settings& settings) {
  warehouse::WarehouseOptions options;
  options.shop.name = settings.Text("shop.name");
  options.shop.time_zone = settings.Text("shop.time_zone");
  options.shop.currency = settings.Text("shop.currency");
  options.shop.charge_codes = settings.List("shop.charge_codes");
  options.models_directory = settings.Text("warehouse.models");
  // The setting takes no other word.
  options.parquet_codec = lake::ParquetCodecOf(settings.Text("warehouse.codec")).value();
  return options;
}

Parts::Parts(Settings settings, const Clock& clock, std::unique_ptr<DataDirectory> directory)
    : settings_(std::move(settings)), clock_(clock), directory_(std::move(directory)) {}

Parts::~Parts() = default;

Result<std::unique_ptr<Parts>> Parts::Open(const Settings& settings, const Clock& clock) {
  TRY(auto directory, DataDirectory::Open(settings.Text("data.dir")));
  return std::unique_ptr<Parts>(new Parts(settings, clock, std::move(directory)));
}

Result<std::shared_ptr<lake::FileStore>> Parts::Store() {
  std::lock_guard lock(mutex_);
  if (!store_) {
    const std::string& url = settings_.Text("lake.url");
    TRY(store_, lake::OpenFileStore(url.empty() ? directory_->lake() : url));
  }
  return store_;
}

Result<lake::RawZone*> Parts::Raw() {
  std::lock_guard lock(mutex_);
  if (!raw_) {
    TRY(auto store, Store());
    raw_ = std::make_unique<lake::RawZone>(std::move(store));
  }
  return raw_.get();
}

Result<lake::Quarantine*> Parts::Quarantine() {
  std::lock_guard lock(mutex_);
  if (!quarantine_) {
    TRY(auto store, Store());
    quarantine_ = std::make_unique<lake::Quarantine>(std::move(store));
  }
  return quarantine_.get();
}

Result<std::shared_ptr<sql::Database>> Parts::WarehouseDatabase() {
  std::lock_guard lock(mutex_);
  if (!database_) {
    TRY(database_,
        sql::Database::Open(DatabaseOptionsOf(settings_, directory_->warehouse(), directory_->scratch())));
    database_metrics_ =
        Metrics().Collect([database = database_.get()](MetricSamples& out) { SayMemory(out, *database); });
  }
  return database_;
}

Result<std::shared_ptr<sql::Database>> Parts::ScratchDatabase() {
  std::lock_guard lock(mutex_);
  if (!scratch_) {
    TRY(scratch_, sql::Database::Open(DatabaseOptionsOf(settings_, "", directory_->scratch())));
  }
  return scratch_;
}

Result<ingest::IngestTarget> Parts::IngestTarget() {
  ingest::IngestTarget target;
  TRY(target.raw, Raw());
  TRY(target.quarantine, Quarantine());
  TRY(target.database, ScratchDatabase());
  target.clock = &clock_;
  target.scratch = directory_->scratch();
  return target;
}

Result<store::HotStore*> Parts::HotStore() {
  std::lock_guard lock(mutex_);
  if (!hot_) {
    store::HotStoreOptions options;
    options.path = directory_->hot();
    TRY(options.database, WarehouseDatabase());
    TRY(hot_, store::OpenHotStore(settings_.Text("hot.url"), options));
  }
  return hot_.get();
}

// For the door. A store that was never filled is not made by a question.
Status Parts::OpenHotSchema(sql::Database& database) {
  if (settings_.Text("hot.url") != "embedded") return {};
  if (!PathExists(directory_->hot())) return store::ForgetHotStore(database);
  if (auto opened = HotStore(); !opened) return tl::unexpected(opened.error());
  return {};
}

Result<std::shared_ptr<sql::QueryDoor>> Parts::Door() {
  std::lock_guard lock(mutex_);
  if (!door_) {
    if (auto made = Warehouse(); !made)
      return tl::unexpected(made.error());  // it makes the schemas people may see
    TRY(auto database, WarehouseDatabase());
    TRY_STATUS(OpenHotSchema(*database));
    sql::DoorOptions options;
    options.timeout_ms = settings_.DurationMs("sql.timeout");
    options.max_rows = static_cast<uint64_t>(settings_.Int("sql.max_rows"));
    door_ = std::make_shared<sql::QueryDoor>(std::move(database), options);
  }
  return door_;
}

Result<warehouse::Warehouse*> Parts::Warehouse() {
  std::lock_guard lock(mutex_);
  if (!warehouse_) {
    TRY(auto database, WarehouseDatabase());
    TRY(auto store, Store());
    TRY(warehouse_, warehouse::Warehouse::Open(std::move(database), std::move(store), clock_,
                                               WarehouseOptionsOf(settings_)));
  }
  return warehouse_.get();
}

Result<warehouse::ReportBook*> Parts::Reports() {
  std::lock_guard lock(mutex_);
  if (!reports_) {
    TRY(auto door, Door());
    TRY(auto* warehouse, Warehouse());
    TRY(reports_, warehouse::ReportBook::Open(std::move(door), *warehouse, WarehouseOptionsOf(settings_)));
  }
  return reports_.get();
}

Result<std::shared_ptr<BuildLog>> Parts::Builds() {
  std::lock_guard lock(mutex_);
  if (!builds_) {
    TRY(builds_, BuildLog::Open(directory_->control()));
  }
  return builds_;
}

}  // namespace souk::app
