// One Delta table of the clean or the warehouse zone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "lake/delta_table.h"
#include "lake/parquet/metadata.h"
#include "sql/database.h"
#include "warehouse/day_set.h"
#include "warehouse/model.h"
#include "warehouse/work_area.h"

namespace souk::warehouse {

// Files that are written and belong to no version yet.
struct WrittenFiles {
  std::vector<lake::DeltaFile> files;
  uint64_t rows = 0;
};

// A part of a table, and its rows: some days, each with files of its own, or everything.
struct FileTask {
  std::string name;  // of its files, before their number
  std::string query;
};

class LakeTable {
 public:
  LakeTable(std::shared_ptr<lake::FileStore> store, const Model& model, lake::ParquetCodec codec);

  // The rows of `relation`, which all connections of `work` must see, as Parquet: one file per day (one file
  // in all for a model without partitions; more where files become large), as many parts at a time as there
  // are connections.
  Result<WrittenFiles> Write(WorkArea& work, const std::string& relation,
                             const std::vector<sql::Column>& columns, Progress& progress) const;
  // The steps of Write, for who has threads of his own: what to write, each part of it, and all of them made
  // durable.
  Result<std::vector<FileTask>> PartsToWrite(sql::Connection& connection, const std::string& relation,
                                             const std::vector<sql::Column>& columns) const;
  Result<WrittenFiles> WritePart(sql::Connection& connection, const FileTask& task, Progress& progress) const;
  Result<WrittenFiles> Finish(std::vector<Result<WrittenFiles>>& results) const;
  // Makes `written` the content of these days, on top of `base`. `transactions` as in lake::DeltaCommit.
  Result<lake::DeltaSnapshot> Commit(const lake::DeltaSnapshot& base, const WrittenFiles& written,
                                     const std::vector<sql::Column>& columns, const DaySet& days,
                                     const std::map<std::string, int64_t>& transactions, Micros now);
  // Files that no version knows: left by a build that died, or refused by a test.
  Status RemoveOrphans() { return Drop(table_.RemoveOrphans()); }
  Status Vacuum(Micros older_than) { return Drop(table_.Vacuum(older_than)); }
  Result<lake::DeltaSnapshot> Snapshot(std::optional<int64_t> version = {}) const {
    return table_.Snapshot(version);
  }
  // Of the newest version; 0 when it has none by that name.
  static int64_t Transaction(const lake::DeltaSnapshot& snapshot, const std::string& application);

  // The days of which the two snapshots have different files; all of them for a table without days.
  DaySet Difference(const lake::DeltaSnapshot& before, const lake::DeltaSnapshot& after) const;
  std::vector<lake::DeltaFile> FilesOf(const std::vector<lake::DeltaFile>& files, const DaySet& days) const;
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
  lake::ParquetCodec codec_;
  lake::DeltaTable table_;
};

// The columns a SELECT gives.
Result<std::vector<sql::Column>> ColumnsOf(sql::Connection& connection, const std::string& query);

}  // namespace souk::warehouse
