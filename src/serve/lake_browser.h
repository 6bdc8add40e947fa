// Looks into the lake: folders with their sizes, the first rows of a file, a file's bytes. Never outside the
// lake's root.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lake/file_store.h"
#include "sql/database.h"

namespace souk::serve {

struct LakeFolder {
  struct Entry {
    std::string name;
    uint64_t files = 0;
    uint64_t bytes = 0;
  };
  std::string path;            // "" = the root
  std::vector<Entry> folders;  // by name, with all that is below them
  std::vector<Entry> files;    // by name, of this folder itself; the first `kMostFiles`
  uint64_t files_here = 0;     // all of this folder itself
  uint64_t all_files = 0;      // with those below
  uint64_t all_bytes = 0;
  static constexpr size_t kMostFiles = 1000;
};

struct LakePreview {
  uint64_t bytes = 0;  // of the file
  enum class Kind { kRows, kText, kBinary } kind = Kind::kBinary;
  std::string format;  // "Parquet", "CSV", "JSON", "text"
  sql::Table rows;     // kRows; long texts are cut
  bool more = false;   // there are further rows, or more of the text
  std::string text;    // kText: its beginning
};

// Threads: any. Paths are those of a FileStore.
class LakeBrowser {
 public:
  // `database` is one in memory, where files may be read; it is asked for when the first is.
  LakeBrowser(std::shared_ptr<lake::FileStore> store,
              std::function<Result<std::shared_ptr<sql::Database>>()> database)
      : store_(std::move(store)), database_(std::move(database)) {}

  // kNotFound when there is no file below it; the root may be empty.
  Result<LakeFolder> List(const std::string& path) const;
  Result<LakePreview> Preview(const std::string& path, size_t rows, sql::QueryOptions options = {}) const;
  // kNotFound; kDenied when the path leads out of the lake by a link.
  Result<uint64_t> Size(const std::string& path) const;
  Result<std::string> Read(const std::string& path, uint64_t offset, uint64_t bytes) const;

 private:
  Status Inside(const std::string& path) const;
  Result<sql::Table> FirstRows(const std::string& path, const std::string& format, size_t rows,
                               const sql::QueryOptions& options) const;

  std::shared_ptr<lake::FileStore> store_;
  std::function<Result<std::shared_ptr<sql::Database>>()> database_;
};

}  // namespace souk::serve
