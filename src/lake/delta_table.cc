#include "lake/delta_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"
#include "lake/delta_log.h"
#include "lake/delta_schema.h"
#include "lake/table_log.h"

namespace souk::lake {
namespace {

constexpr int64_t kHighestWriterVersion = 2;

TableLog LogOf(const std::shared_ptr<FileStore>& store, const std::string& folder) {
  return TableLog(store, folder + "/_delta_log", DeltaLogShape());
}

// Delta's rule: what is below a name with '_' or '.' in front is no data, unless it is a partition's folder.
bool IsDataFile(const std::string& relative) {
  bool partition = relative.substr(0, relative.find('/')).find('=') != std::string::npos;
  return partition || (relative[0] != '_' && relative[0] != '.');
}

// Data files in the folder, relative to it.
Result<std::set<std::string>> FilesPresent(const FileStore& store, const std::string& folder) {
  TRY(auto files, store.List(folder));
  std::set<std::string> present;
  for (const FileInfo& file : files) {
    std::string relative = file.path.substr(folder.size() + 1);
    if (IsDataFile(relative)) present.insert(std::move(relative));
  }
  return present;
}

Status CheckPartitionValues(const DeltaFile& file, const std::vector<std::string>& columns) {
  for (const auto& [column, value] : file.partition_values) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      return Fail(Code::kInvalid, "the file {} has a value for '{}', which is not a partition column",
                  file.path, column);
    }
  }
  return {};
}

Status CheckFiles(const DeltaSnapshot& base, const DeltaCommit& commit, const DeltaSchema& schema) {
  std::set<std::string> leaving;
  for (const std::string& path : commit.remove) {
    bool counts = std::binary_search(base.files.begin(), base.files.end(), DeltaFile{path, 0, 0, {}},
                                     [](const DeltaFile& a, const DeltaFile& b) { return a.path < b.path; });
    if (!counts || !leaving.insert(path).second) {
      return Fail(Code::kInvalid, "the file {} cannot be removed: it is not in version {}, or is named twice",
                  path, base.version);
    }
  }
  std::set<std::string> coming;
  for (const DeltaFile& file : commit.add) {
    TRY_STATUS(CheckStorePath(file.path));
    TRY_STATUS(CheckPartitionValues(file, schema.partition_columns));
    if (leaving.count(file.path) > 0 || !coming.insert(file.path).second) {
      return Fail(Code::kInvalid, "the file {} is named twice in one commit", file.path);
    }
  }
  if (schema.partition_columns != base.schema.partition_columns && leaving.size() != base.files.size()) {
    return Fail(Code::kInvalid, "other partition columns need every file of version {} replaced",
                base.version);
  }
  return {};
}

Status CheckCommit(const FileStore& store, const std::string& folder, const DeltaSnapshot& base,
                   const DeltaCommit& commit) {
  if (base.writer_version > kHighestWriterVersion) {
    return Fail(Code::kUnsupported, "the table asks for Delta writer version {}; Souk writes version {}",
                base.writer_version, kHighestWriterVersion);
  }
  const DeltaSchema& schema = commit.schema.columns.empty() ? base.schema : commit.schema;
  TRY_STATUS(CheckSchema(schema));
  TRY_STATUS(CheckFiles(base, commit, schema));
  for (const DeltaFile& file : commit.add) {
    std::string path = folder + "/" + file.path;
    if (!store.Exists(path)) return Fail(Code::kNotFound, "no such file: {}", store.EngineUrl(path));
  }
  return {};
}

// Failure is only logged: the commit stands, and a state saves time, nothing else.
void SaveState(const std::shared_ptr<FileStore>& store, const std::string& folder, int64_t version) {
  TableLog log = LogOf(store, folder);
  DeltaFold table;
  auto replayed = log.Replay(version, table);
  auto present = FilesPresent(*store, folder);
  Status saved;
  if (!replayed) saved = tl::unexpected(replayed.error());
  if (saved && !present) saved = tl::unexpected(present.error());
  if (saved) saved = log.SaveState(version, table.ToLines(*present));
  if (!saved) {
    Log(LogLevel::kWarn, "lake", "the state of a Delta table was not saved",
        {{"reason", saved.error().message}});
  }
}

}  // namespace

DeltaTable::DeltaTable(std::shared_ptr<FileStore> store, std::string folder)
    : store_(std::move(store)), folder_(std::move(folder)) {}

Result<DeltaSnapshot> DeltaTable::Snapshot(std::optional<int64_t> version) const {
  DeltaFold table;
  TRY(int64_t found, LogOf(store_, folder_).Replay(version, table));
  DeltaSnapshot snapshot = table.ToSnapshot();
  snapshot.version = found;
  if (found >= 0 && snapshot.schema.columns.empty()) {
    return Fail(Code::kCorrupt, "the Delta log of {} has no schema", store_->EngineUrl(folder_));
  }
  return snapshot;
}

Result<int64_t> DeltaTable::Commit(const DeltaSnapshot& base, const DeltaCommit& commit, Micros now) {
  Status fits = CheckCommit(*store_, folder_, base, commit);
  if (!fits)
    return Wrap(fits.error(), fmt::format("cannot commit to the Delta table {}", store_->EngineUrl(folder_)));
  int64_t version = base.version + 1;
  TRY_STATUS(LogOf(store_, folder_).Append(version, EncodeDeltaEntry(folder_, base, commit, now)));
  if (TableLog::StateDue(version)) SaveState(store_, folder_, version);
  return version;
}

Result<size_t> DeltaTable::RemoveOrphans() const {
  TableLog log = LogOf(store_, folder_);
  // The files first: one that is written and committed in between is then not among them.
  TRY(std::set<std::string> present, FilesPresent(*store_, folder_));
  DeltaFold table;
  TRY_STATUS(log.Replay({}, table).map([](int64_t) {}));
  size_t count = 0;
  for (const std::string& path : present) {
    if (table.Counts(path) || table.removed().count(path) > 0) continue;
    TRY_STATUS(store_->Remove(folder_ + "/" + path));
    ++count;
  }
  TRY_STATUS(log.RemoveLeftovers());
  return count;
}

Result<size_t> DeltaTable::Vacuum(Micros older_than) {
  DeltaFold table;
  TRY_STATUS(LogOf(store_, folder_).Replay({}, table).map([](int64_t) {}));
  TRY(std::set<std::string> present, FilesPresent(*store_, folder_));
  size_t count = 0;
  for (const auto& [path, removed_ms] : table.removed()) {
    if (removed_ms >= older_than / 1000 || present.count(path) == 0) continue;
    TRY_STATUS(store_->Remove(folder_ + "/" + path));
    ++count;
  }
  return count;
}

}  // namespace souk::lake
