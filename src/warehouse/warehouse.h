// The warehouse: SQL models over the lake, built into clean and warehouse tables.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/progress.h"
#include "lake/file_store.h"
#include "lake/parquet/metadata.h"
#include "lake/quarantine.h"
#include "lake/raw_zone.h"
#include "sql/database.h"

namespace souk::warehouse {

struct ShopOptions {
  std::string name = "Shop";
  std::string time_zone = "UTC";
  std::string currency = "EUR";
  std::vector<std::string> charge_codes;
};

struct WarehouseOptions {
  ShopOptions shop;
  std::string models_directory;  // "" = the models built into the program
  lake::ParquetCodec parquet_codec = lake::ParquetCodec::kSnappy;
};

struct BuildRequest {
  // These shop days (inclusive) are made again even where nothing changed; what changed is made in any case.
  std::optional<Day> from;
  std::optional<Day> to;
  bool full = false;              // everything again, whatever is up to date
  std::vector<std::string> only;  // these models and nothing else (they must be up to date upstream)
};

// What one model would do or did.
struct BuildStep {
  std::string model;
  std::string materialized;  // "lake", "table", "view"
  bool runs = false;
  std::string reason;  // "new input: 3 files of transactions", "model changed", "up to date"
  std::string extent;  // what was made again: "all", "3 days", "nothing"
  uint64_t rows = 0;   // of the model as it is now
  int64_t milliseconds = 0;
};

struct TestFailure {
  std::string model;
  std::string test;  // "not_null(order_id)"
  uint64_t rows = 0;
  std::string says = {};  // more than a number of rows does: "2025-11-28 has 3 rows, 1,200 are usual"
};

struct BuildReport {
  std::vector<BuildStep> steps;
  std::vector<TestFailure> failures;
  std::vector<TestFailure> warnings;  // of tests that only warn
  int64_t version = 0;                // of the warehouse after it
  bool changed = false;
};

// Rows that a staging model keeps out; they are in clean.<model>_rejected.
struct Reject {
  std::string model;
  std::string reason;
  uint64_t rows = 0;
};

// What a page or a person may want to know of the warehouse as it is served now.
struct WarehouseState {
  int64_t version = 0;  // 0 = never built
  Micros built_at = 0;
  Micros data_until = 0;         // the latest transaction or event
  std::optional<Day> first_day;  // of sales lines
  std::optional<Day> last_day;
  std::optional<Day> data_day;  // the shop day of data_until
  bool data_day_over = false;   // data_until is so late on that day that the day counts as whole
};

// Threads: State may be called any time from any thread; Build by one thread at a time.
class Warehouse {
 public:
  static Result<std::unique_ptr<Warehouse>> Open(std::shared_ptr<sql::Database> database,
                                                 std::shared_ptr<lake::FileStore> store, const Clock& clock,
                                                 WarehouseOptions options);
  ~Warehouse();

  // What Build would do, in order, and why.
  Result<std::vector<BuildStep>> Explain(const BuildRequest& request);
  // Runs what is not up to date. After a kill anywhere the next Build ends in the same state as one without a
  // kill.
  Result<BuildReport> Build(const BuildRequest& request, Progress& progress);
  WarehouseState State() const;
  // By model and reason.
  Result<std::vector<Reject>> Rejects() const;

  struct Impl;

 private:
  explicit Warehouse(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// All models' compiled text in dependency order for another dialect ("spark", "hive", "duckdb").
struct CompiledModel {
  std::string name;
  std::string sql;
  std::vector<std::pair<std::string, std::string>>
      columns;  // name, type in that dialect; raw_* relations come first, sql empty
};
Result<std::vector<CompiledModel>> CompileModels(const WarehouseOptions& options, const std::string& dialect);

}  // namespace souk::warehouse
