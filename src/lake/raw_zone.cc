#include "lake/raw_zone.h"

#include <set>
#include <utility>

#include "base/log.h"
#include "lake/raw_log.h"
#include "lake/table_log.h"

namespace souk::lake {
namespace {

// A commit that loses this often in a row has met something else than another writer.
constexpr int kAttempts = 100;

TableLog LogOf(const std::shared_ptr<FileStore>& store, const std::string& record) {
  return TableLog(store, RawZone::Folder(record) + "/_commits", RawLogShape());
}

bool InLog(const std::string& relative) { return relative.starts_with("_commits/"); }

// What lies in the record's folder, without its log, relative to the folder.
Result<std::set<std::string>> FilesPresent(const FileStore& store, const std::string& record) {
  std::string folder = RawZone::Folder(record);
  TRY(auto files, store.List(folder));
  std::set<std::string> present;
  for (const FileInfo& file : files) {
    std::string relative = file.path.substr(folder.size() + 1);
    if (!InLog(relative)) present.insert(std::move(relative));
  }
  return present;
}

Result<std::string> RelativePath(const std::string& record, const std::string& path) {
  std::string prefix = RawZone::Folder(record) + "/";
  TRY_STATUS(CheckStorePath(path));
  if (!path.starts_with(prefix) || InLog(path.substr(prefix.size()))) {
    return Fail(Code::kInvalid, "{} cannot be committed: it is not below {}", path, prefix);
  }
  return path.substr(prefix.size());
}

// One commit with paths relative to the table's folder.
struct Change {
  std::vector<RawFile> add;
  std::vector<std::string> remove;
};

Result<Change> RelativeChange(const FileStore& store, const std::string& record,
                              const std::vector<RawFile>& add, const std::vector<std::string>& remove) {
  Change change;
  for (RawFile file : add) {
    TRY(std::string relative, RelativePath(record, file.path));
    if (!store.Exists(file.path)) {
      return Fail(Code::kNotFound, "{} cannot be committed: no such file", store.EngineUrl(file.path));
    }
    file.path = std::move(relative);
    change.add.push_back(std::move(file));
  }
  for (const std::string& path : remove) {
    TRY(std::string relative, RelativePath(record, path));
    change.remove.push_back(std::move(relative));
  }
  return change;
}

// Whether `change` can follow the table as it is.
Status CheckChange(const RawFold& table, const std::string& record, const Change& change) {
  std::set<std::string> leaving(change.remove.begin(), change.remove.end());
  for (const std::string& path : leaving) {
    if (table.files().count(path) == 0) {
      return Fail(Code::kNotFound, "{}/{} cannot be removed: it is not among the files that count",
                  RawZone::Folder(record), path);
    }
  }
  std::set<std::string> paths, fingerprints;
  for (const RawFile& file : change.add) {
    bool counts = table.files().count(file.path) > 0;
    if (counts || leaving.count(file.path) > 0 || !paths.insert(file.path).second) {
      return Fail(Code::kAlreadyExists, "{}/{} is in the raw zone already", RawZone::Folder(record),
                  file.path);
    }
    if (file.fingerprint.empty()) continue;
    const RawFile* same = table.FindFingerprint(file.fingerprint);
    bool doubled = same != nullptr && leaving.count(same->path) == 0;
    if (doubled || !fingerprints.insert(file.fingerprint).second) {
      return Fail(Code::kAlreadyExists, "{} has the same content as {}, which is in the raw zone already",
                  file.source, doubled ? same->source : "another file of this commit");
    }
  }
  return {};
}

// Failure is only logged: the commit stands, and a state saves time, nothing else.
void SaveState(FileStore& store, const std::string& record, TableLog& log, int64_t version) {
  RawFold table;
  auto replayed = log.Replay(version, table);
  auto present = FilesPresent(store, record);
  Status saved;
  if (!replayed) saved = tl::unexpected(replayed.error());
  if (saved && !present) saved = tl::unexpected(present.error());
  if (saved) saved = log.SaveState(version, table.ToLines(*present));
  if (!saved)
    Log(LogLevel::kWarn, "lake", "the state of a raw table was not saved",
        {{"reason", saved.error().message}});
}

}  // namespace

Result<int64_t> RawZone::Version(const std::string& record) const { return LogOf(store_, record).Latest(); }

Result<std::vector<RawFile>> RawZone::Files(const std::string& record, std::optional<int64_t> version) const {
  RawFold table;
  TRY_STATUS(LogOf(store_, record).Replay(version, table).map([](int64_t) {}));
  std::vector<RawFile> files;
  files.reserve(table.files().size());
  for (const auto& [path, file] : table.files()) {
    files.push_back(file);
    files.back().path = Folder(record) + "/" + path;
  }
  return files;
}

Result<int64_t> RawZone::Commit(const std::string& record, const std::string& operation,
                                const std::vector<RawFile>& add, const std::vector<std::string>& remove,
                                Micros now) {
  TRY(Change change, RelativeChange(*store_, record, add, remove));
  TableLog log = LogOf(store_, record);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    RawFold table;
    TRY(int64_t version, log.Replay({}, table));
    TRY_STATUS(CheckChange(table, record, change));
    ++version;
    Status appended = log.Append(version, EncodeRawEntry(version, operation, change.add, change.remove, now));
    if (!appended && appended.error().code == Code::kAlreadyExists) continue;
    TRY_STATUS(appended);
    if (TableLog::StateDue(version)) SaveState(*store_, record, log, version);
    return version;
  }
  return Fail(Code::kUnavailable,
              "{} could not be committed to: other writers were faster {} times; try again",
              store_->EngineUrl(Folder(record)), kAttempts);
}

Result<size_t> RawZone::RemoveOrphans(const std::string& record) {
  TableLog log = LogOf(store_, record);
  // The files first: one that is put in place and committed in between is then not among them.
  TRY(std::set<std::string> present, FilesPresent(*store_, record));
  RawFold table;
  TRY_STATUS(log.Replay({}, table).map([](int64_t) {}));
  size_t count = 0;
  for (const std::string& path : present) {
    if (table.files().count(path) > 0 || table.removed().count(path) > 0) continue;
    TRY_STATUS(store_->Remove(Folder(record) + "/" + path));
    ++count;
  }
  TRY_STATUS(log.RemoveLeftovers());
  return count;
}

}  // namespace souk::lake
