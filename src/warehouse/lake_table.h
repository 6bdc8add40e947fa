// One Delta table of the clean or the warehouse zone, written by DuckDB.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "lake/delta_table.h"
#include "sql/database.h"
#include "warehouse/model.h"

namespace souk::warehouse {

// The shop days that a write replaces; both unset = the whole table.
struct DayRange {
  std::optional<Day> from, to;
  bool whole() const { return !from && !to; }
  bool Contains(const Day& day) const;
  // "" or " AND column BETWEEN …"
  std::string Condition(const std::string& column) const;
};

// Files that are written and belong to no version yet.
struct WrittenFiles {
  std::vector<lake::DeltaFile> files;
  uint64_t rows = 0;
};

class LakeTable {
 public:
  LakeTable(std::shared_ptr<lake::FileStore> store, const Model& model, std::string codec);

  // What the query gives as Parquet, one file per partition (one file in all for a model without partitions).
  Result<WrittenFiles> Write(sql::Connection& connection, const std::string& query, Progress& progress);
  // Makes `written` the content of the table, or of the days; on top of `base`. `columns` are those of the
  // query.
  Result<lake::DeltaSnapshot> Commit(const lake::DeltaSnapshot& base, const WrittenFiles& written,
                                     const std::vector<sql::Column>& columns, const DayRange& days,
                                     int64_t mark, Micros now);
  // Files that no version knows: left by a build that died, or refused by a test.
  Status RemoveOrphans() { return Drop(table_.RemoveOrphans()); }
  Status Vacuum(Micros older_than) { return Drop(table_.Vacuum(older_than)); }
  Result<lake::DeltaSnapshot> Snapshot(std::optional<int64_t> version = {}) const {
    return table_.Snapshot(version);
  }
  // The mark of the newest version; 0 when it has none.
  static int64_t Mark(const lake::DeltaSnapshot& snapshot);

  // A SELECT over files of the table.
  std::string Select(const std::vector<lake::DeltaFile>& files,
                     const std::vector<sql::Column>& columns) const;

 private:
  static Status Drop(const Result<size_t>& result) {
    return result ? Status() : Status(tl::unexpected(result.error()));
  }
  Result<lake::DeltaSchema> Schema(const std::vector<sql::Column>& columns) const;

  std::shared_ptr<lake::FileStore> store_;
  const Model& model_;
  std::string codec_;
  lake::DeltaTable table_;
};

// The columns a SELECT gives.
Result<std::vector<sql::Column>> ColumnsOf(sql::Connection& connection, const std::string& query);

}  // namespace souk::warehouse
