// Delta tables as Souk writes and reads them: protocol reader 1 / writer 2, no deletion vectors,
// Hive-partitioned Parquet, JSON log entries without Parquet checkpoints. Bytes: docs/format/delta.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "lake/file_store.h"

namespace souk::lake {

struct DeltaColumn {
  std::string name;
  std::string type;  // Delta's: "string", "long", "integer", "decimal(12,2)", "timestamp", "date", "boolean",
                     // "double"
  bool nullable = true;
  std::string comment;
};

struct DeltaSchema {
  std::vector<DeltaColumn> columns;
  std::vector<std::string> partition_columns;
};

struct DeltaFile {
  std::string
      path;  // relative to the table's folder, Hive-partitioned: "year=2025/month=11/day=28/part-….parquet"
  uint64_t bytes = 0;
  uint64_t rows = 0;  // 0 also when another program wrote the file and did not say
  // Column → text of its value; a column that is not there is null (lake/partition.h reads them from a path).
  std::map<std::string, std::string> partition_values;
};

struct DeltaSnapshot {
  int64_t version = -1;  // -1 = no table yet
  DeltaSchema schema;
  std::vector<DeltaFile> files;                 // sorted by path
  std::map<std::string, int64_t> transactions;  // application id → its last version (Delta's txn action)
  std::string description;
  std::string id;                                    // UUID of the table
  int64_t created_ms = 0;                            // UTC
  int64_t writer_version = 2;                        // that the table asks of whoever writes to it
  std::map<std::string, std::string> configuration;  // set by other programs; kept
};

struct DeltaCommit {
  std::string operation;                          // "WRITE", "OPTIMIZE" (same rows in other files)
  std::map<std::string, std::string> parameters;  // shown in the table's history
  DeltaSchema schema;  // a change writes new metadata; no columns = schema and description as before
  std::string description;
  std::vector<DeltaFile> add;
  std::vector<std::string> remove;              // paths
  std::map<std::string, int64_t> transactions;  // application id → version (Delta's txn action)
};

// Threads: any; holds no state but where the table is.
class DeltaTable {
 public:
  // `folder` in the store, e.g. "ecommerce/warehouse/fact_transactions".
  DeltaTable(std::shared_ptr<FileStore> store, std::string folder);

  // The latest version or an older one. kNotFound: no such version; kCorrupt names the entry; kUnsupported:
  // the table asks for a newer reader.
  Result<DeltaSnapshot> Snapshot(std::optional<int64_t> version = {}) const;
  // Commits on top of `base` and returns the new version. The files must be in the store, durable.
  // kAlreadyExists when another commit took its place; kInvalid when the commit does not fit the table. After
  // kIo the commit may stand or not: take a new snapshot and compare `transactions`.
  Result<int64_t> Commit(const DeltaSnapshot& base, const DeltaCommit& commit, Micros now);
  // Data files in the folder that no version names; removed, count returned. To be called only by the table's
  // writer: a file that is not committed yet counts as an orphan.
  Result<size_t> RemoveOrphans() const;
  // Removes data files that left the table before `older_than` and are in no newer snapshot; returns how
  // many. Versions that had them can no longer be read.
  Result<size_t> Vacuum(Micros older_than);
  const std::string& folder() const { return folder_; }

 private:
  std::shared_ptr<FileStore> store_;
  std::string folder_;
};

// DuckDB's type name → Delta's. kUnsupported names the type when Delta has none, and the cast that helps.
Result<std::string> DeltaTypeOf(const std::string& duckdb_type);

}  // namespace souk::lake
