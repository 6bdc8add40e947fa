// The state of a store, keys and values, in one append-only file: a change is there as a whole or not at all.
// Bytes: docs/format/log.md, "state.log".
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/file_layer.h"
#include "log/partition_log.h"

namespace souk::log {

// Threads: any. Everything is kept in memory too. After a failed sync nothing is taken any more until it is
// opened again.
class StateLog : public std::enable_shared_from_this<StateLog> {
 public:
  struct Change {
    std::string key;
    std::optional<std::string> value;  // nullopt: remove
  };
  struct Report {
    uint64_t cut_bytes = 0;  // torn tail, removed
    // Changes that had been synced are damaged. Those behind them were taken; the file is kept as
    // `<path>.damaged`.
    bool damaged = false;
  };

  // Makes the file when missing. `files` and `syncer` outlive the object.
  static Result<std::shared_ptr<StateLog>> Open(FileLayer& files, const std::string& path, Syncer& syncer);

  // All changes, as one. With `durable` they survive a power failure when it returns.
  Status Apply(const std::vector<Change>& changes, bool durable);
  // Calls `done` from another thread when everything applied until now survives a power failure.
  void WhenDurable(Done done);
  Status Sync();

  std::optional<std::string> Find(std::string_view key) const;
  // Keys that begin with `prefix`, in order. `use` must not call this object.
  void ForEach(std::string_view prefix,
               const std::function<void(std::string_view key, const std::string&)>& use) const;
  const Report& report() const { return report_; }

 private:
  StateLog(FileLayer& files, std::string path, Syncer& syncer)
      : files_(files), path_(std::move(path)), syncer_(syncer) {}
  Status Load();
  bool ReadFrames(std::string_view content, size_t& good, bool& damaged);
  std::string Encode(uint64_t number, const std::vector<Change>& changes) const;
  void Take(const std::vector<Change>& changes);
  Status Rewrite();
  Status SyncTo(uint64_t number);

  FileLayer& files_;
  const std::string path_;
  Syncer& syncer_;
  Report report_;
  mutable std::mutex mutex_;
  std::condition_variable synced_changed_;
  std::map<std::string, std::string, std::less<>> values_;
  uint64_t live_bytes_ = 0;
  std::shared_ptr<File> file_;
  uint64_t size_ = 0;
  uint64_t number_ = 0;  // of the last frame
  uint64_t synced_ = 0;
  bool syncing_ = false;
  std::optional<Error> failed_;
};

}  // namespace souk::log
