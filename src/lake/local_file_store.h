// The lake in a directory of the local disk.
//
// A crash leaves at most files named "<name>.<letters and digits>.tmp" beside the one that was being written;
// they are listed like any other file and removed as orphans by whoever owns the folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/file_store.h"

namespace souk::lake {

// Threads: any. Several processes may use one directory; Create has one winner among them too.
class LocalFileStore : public FileStore {
 public:
  // The directory is made when it is missing.
  static Result<std::shared_ptr<LocalFileStore>> Open(const std::string& directory);

  Result<std::string> Read(const std::string& path) const override;
  Result<std::string> ReadRange(const std::string& path, uint64_t offset, uint64_t bytes) const override;
  Status Write(const std::string& path, std::string_view content) override;
  Status WriteUnsynced(const std::string& path, std::string_view content) override;
  Status Create(const std::string& path, std::string_view content) override;
  // A rename on one file system; between two a copy, synced before it takes its name.
  Status Adopt(const std::string& local, const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& path) const override;
  Status Remove(const std::string& path) override;
  Result<uint64_t> Size(const std::string& path) const override;
  bool Exists(const std::string& path) const override;
  std::string EngineUrl(const std::string& path) const override;
  Status PrepareFolder(const std::string& path) override;
  Status Sync(const std::vector<std::string>& paths) override;
  Status Check() override;

  const std::string& root() const { return root_; }

 private:
  explicit LocalFileStore(std::string root) : root_(std::move(root)) {}
  std::string root_;  // absolute
};

}  // namespace souk::lake
