// The data directory: who owns it, its format version, and where its parts are.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace souk::app {

// Who holds the directory now, as its lock file says.
struct DirectoryOwner {
  int64_t pid = 0;
  std::string url;     // of a running `souk up`; "" for a single verb
  std::string broker;  // "127.0.0.1:9092" while it runs the broker
};

class DataDirectory {
 public:
  // Makes the directory when it is missing, takes its lock and migrates its format. kUnavailable names the
  // owner when another program holds it; kUnsupported when a newer Souk wrote it.
  static Result<std::unique_ptr<DataDirectory>> Open(const std::string& path);
  // The owner when somebody holds the lock now.
  static std::optional<DirectoryOwner> FindOwner(const std::string& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;

  // Tells other programs where this one can be asked ("http://127.0.0.1:8080").
  Status Announce(const std::string& url);
  Status AnnounceBroker(const std::string& address);  // "127.0.0.1:9092"

  const std::string& path() const { return path_; }
  std::string lake() const { return path_ + "/lake"; }
  std::string warehouse() const { return path_ + "/warehouse.duckdb"; }
  std::string hot() const { return path_ + "/hot.duckdb"; }
  std::string control() const { return path_ + "/control.sqlite"; }
  std::string log() const { return path_ + "/log"; }  // made by the broker
  std::string scratch() const { return path_ + "/scratch"; }
  std::string uploads() const { return path_ + "/uploads"; }    // made with the first
  std::string mappings() const { return path_ + "/mappings"; }  // made when the first is saved

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  Status Migrate();

  std::string path_;
  int lock_;
  std::string url_, broker_;  // as announced
};

}  // namespace souk::app
