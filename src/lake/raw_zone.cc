#include "lake/raw_zone.h"

#include <algorithm>
#include <mutex>
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

// Files of this process that are not committed yet, by their URLs, with how often each is reserved.
struct Reservations {
  std::mutex mutex;
  std::map<std::string, int> urls;
};

Reservations& AllReservations() {
  static Reservations all;
  return all;
}

std::set<std::string> Reserved() {
  std::scoped_lock lock(AllReservations().mutex);
  std::set<std::string> urls;
  for (const auto& [url, count] : AllReservations().urls) urls.insert(url);
  return urls;
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

// The commit with paths relative to the table's folder.
Result<RawCommit> RelativeChange(const FileStore& store, const std::string& record, const RawCommit& commit) {
  RawCommit change;
  change.operation = commit.operation;
  change.advance = commit.advance;
  for (RawFile file : commit.add) {
    TRY(std::string relative, RelativePath(record, file.path));
    if (!store.Exists(file.path)) {
      return Fail(Code::kNotFound, "{} cannot be committed: no such file", store.EngineUrl(file.path));
    }
    file.path = std::move(relative);
    change.add.push_back(std::move(file));
  }
  for (const std::string& path : commit.remove) {
    TRY(std::string relative, RelativePath(record, path));
    change.remove.push_back(std::move(relative));
  }
  return change;
}

Status CheckAdvance(const RawFold& table, const TopicAdvance& advance) {
  auto known = table.positions().find(advance.topic);
  for (const auto& [partition, range] : advance.partitions) {
    int64_t at = -1;
    if (known != table.positions().end()) {
      auto next = known->second.next.find(partition);
      if (next != known->second.next.end()) at = next->second;
    }
    if (at == range.from) continue;
    return Fail(
        Code::kAlreadyExists,
        "the records of {}-{} from offset {} on cannot be committed: the raw zone has this partition up to "
        "offset {}, so another writer was faster",
        advance.topic, partition, std::max<int64_t>(range.from, 0), std::max<int64_t>(at, 0));
  }
  return {};
}

// Whether `change` can follow the table as it is.
Status CheckChange(const RawFold& table, const std::string& record, const RawCommit& change) {
  for (const TopicAdvance& advance : change.advance) TRY_STATUS(CheckAdvance(table, advance));
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

RawReservation::RawReservation(const FileStore& store, const std::string& path)
    : url_(store.EngineUrl(path)) {
  std::scoped_lock lock(AllReservations().mutex);
  ++AllReservations().urls[url_];
}

RawReservation::~RawReservation() {
  std::scoped_lock lock(AllReservations().mutex);
  auto mine = AllReservations().urls.find(url_);
  if (--mine->second == 0) AllReservations().urls.erase(mine);
}

Result<size_t> RawZone::Vacuum(const std::string& record, Micros before) {
  RawFold table;
  TRY_STATUS(LogOf(store_, record).Replay({}, table).map([](int64_t) {}));
  size_t count = 0;
  for (const auto& [path, removed] : table.removed()) {
    std::string full = Folder(record) + "/" + path;
    if (removed.topic.empty() || removed.at >= before || !store_->Exists(full)) continue;
    TRY_STATUS(store_->Remove(full));
    ++count;
  }
  return count;
}

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
  return Commit(record, RawCommit{operation, add, remove, {}}, now);
}

Result<TopicPositions> RawZone::Positions(const std::string& record) const {
  RawFold table;
  TRY_STATUS(LogOf(store_, record).Replay({}, table).map([](int64_t) {}));
  return table.positions();
}

Result<int64_t> RawZone::Commit(const std::string& record, const RawCommit& commit, Micros now) {
  TRY(RawCommit change, RelativeChange(*store_, record, commit));
  TableLog log = LogOf(store_, record);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    RawFold table;
    TRY(int64_t version, log.Replay({}, table));
    TRY_STATUS(CheckChange(table, record, change));
    ++version;
    Status appended = log.Append(version, EncodeRawEntry(version, change, now));
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
  // The files first: one that is put in place and committed in between is then not among them. Then what is
  // reserved: what is committed in between is then in the log.
  TRY(std::set<std::string> present, FilesPresent(*store_, record));
  std::set<std::string> reserved = Reserved();
  RawFold table;
  TRY_STATUS(log.Replay({}, table).map([](int64_t) {}));
  size_t count = 0;
  for (const std::string& path : present) {
    if (table.files().count(path) > 0 || table.removed().count(path) > 0) continue;
    if (reserved.count(store_->EngineUrl(Folder(record) + "/" + path)) > 0) continue;
    TRY_STATUS(store_->Remove(Folder(record) + "/" + path));
    ++count;
  }
  TRY_STATUS(log.RemoveLeftovers());
  return count;
}

}  // namespace souk::lake
