// The parts of one running Souk, made from the settings. parts.cc is the only file that names
// implementations.
//
// Threads: the getters may be called from any thread; each part is opened once, when it is first asked for.
#pragma once

#include <memory>
#include <mutex>

#include "app/build_log.h"
#include "app/data_directory.h"
#include "base/clock.h"
#include "base/options.h"
#include "ingest/file_ingest.h"
#include "lake/file_store.h"
#include "lake/quarantine.h"
#include "lake/raw_zone.h"
#include "sql/database.h"
#include "sql/door.h"
#include "store/hot_store.h"
#include "warehouse/report.h"
#include "warehouse/warehouse.h"

namespace souk::app {

class Parts {
 public:
  // Takes the data directory; fails when somebody else holds it.
  static Result<std::unique_ptr<Parts>> Open(const Settings& settings, const Clock& clock);
  ~Parts();

  const Settings& settings() const { return settings_; }
  const Clock& clock() const { return clock_; }
  DataDirectory& directory() { return *directory_; }

  Result<std::shared_ptr<lake::FileStore>> Store();
  Result<lake::RawZone*> Raw();
  Result<lake::Quarantine*> Quarantine();
  Result<std::shared_ptr<sql::Database>> WarehouseDatabase();
  // In memory, for reading and checking files.
  Result<std::shared_ptr<sql::Database>> ScratchDatabase();
  Result<ingest::IngestTarget> IngestTarget();
  // Recent orders, events and live figures; seen through the door as the schema hot.
  Result<store::HotStore*> HotStore();
  Result<std::shared_ptr<sql::QueryDoor>> Door();
  Result<warehouse::Warehouse*> Warehouse();
  Result<warehouse::ReportBook*> Reports();
  Result<std::shared_ptr<BuildLog>> Builds();

 private:
  Status OpenHotSchema(sql::Database& database);
  Parts(Settings settings, const Clock& clock, std::unique_ptr<DataDirectory> directory);

  Settings settings_;
  const Clock& clock_;
  std::unique_ptr<DataDirectory> directory_;
  std::recursive_mutex mutex_;
  std::shared_ptr<lake::FileStore> store_;
  std::unique_ptr<lake::RawZone> raw_;
  std::unique_ptr<lake::Quarantine> quarantine_;
  std::shared_ptr<sql::Database> database_;
  std::shared_ptr<void> database_metrics_;
  std::shared_ptr<sql::Database> scratch_;
  std::unique_ptr<store::HotStore> hot_;
  std::shared_ptr<sql::QueryDoor> door_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<warehouse::ReportBook> reports_;
  std::shared_ptr<BuildLog> builds_;
};

// The warehouse's options as the settings say; usable without opening anything.
warehouse::WarehouseOptions WarehouseOptionsOf(const Settings& settings);

}  // namespace souk::app
