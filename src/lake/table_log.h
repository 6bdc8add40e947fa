// The log of a table in the lake: numbered entries of JSON lines in one folder, each created once and never
// changed. The table at version n is what the entries up to n say, in order. Raw tables (lake/raw_zone.h) and
// Delta tables (lake/delta_table.h) are kept by such logs. Bytes: docs/format/table_log.md.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/file_store.h"

namespace souk::lake {

// What the actions of a log add up to. Used by one thread.
class LogFold {
 public:
  virtual ~LogFold() = default;
  // Back to the table before its first version.
  virtual void Clear() = 0;
  // One action, in the order of the log. Unknown ones must be ignored; what is known and wrong is kCorrupt.
  virtual Status Apply(const std::string& action, const nlohmann::json& body) = 0;
};

struct LogShape {
  std::string header;            // name of the action on the first line of an entry
  bool header_required = false;  // entries without it are corrupt
  int64_t first_version = 0;
};

// Hands the actions of one entry to `fold`, in order. kCorrupt names `file` and the line.
Status DecodeLogEntry(std::string_view content, const std::string& file, const LogShape& shape,
                      LogFold& fold);

// An entry: the header action, which gets the member "actions", and the given lines (each ends with a
// newline).
std::string EncodeLogEntry(const std::string& header, nlohmann::ordered_json body,
                           const std::vector<std::string>& lines);

// Threads: any; holds no state but where the log is.
class TableLog {
 public:
  // A state is saved after each version that this divides.
  static constexpr int64_t kStateInterval = 100;

  TableLog(std::shared_ptr<FileStore> store, std::string folder, LogShape shape)
      : store_(std::move(store)), folder_(std::move(folder)), shape_(std::move(shape)) {}

  // The latest version; shape.first_version - 1 when there is none.
  Result<int64_t> Latest() const;
  // Clears `fold` and applies everything up to `version` (the latest when empty); returns the version.
  // kNotFound when the table has no such version, kCorrupt when an entry is damaged or missing.
  Result<int64_t> Replay(std::optional<int64_t> version, LogFold& fold) const;
  // Adds the entry of a version, durable when it returns. kAlreadyExists when another writer was first.
  Status Append(int64_t version, std::string_view entry);

  static bool StateDue(int64_t version) { return version > 0 && version % kStateInterval == 0; }
  // Keeps the table at `version` in one file, so that readers need not read the entries up to it. `lines` are
  // actions that give the same fold.
  Status SaveState(int64_t version, const std::vector<std::string>& lines);
  // Removes what writers left in the log's folder when they were cut off.
  Status RemoveLeftovers();

  const std::string& folder() const { return folder_; }

 private:
  struct Versions {
    std::vector<int64_t> entries;  // ascending
    std::vector<int64_t> states;   // ascending
    int64_t latest = -1;
  };
  Result<Versions> ListVersions() const;
  bool ReplayState(int64_t version, LogFold& fold) const;
  std::string EntryPath(int64_t version) const;
  std::string StatePath(int64_t version) const;

  std::shared_ptr<FileStore> store_;
  std::string folder_;
  LogShape shape_;
};

}  // namespace souk::lake
