// A store for tests that passes everything on to another one until a chosen operation, which fails. Proves
// that what is built on a store leaves the old or the new state when it is cut off anywhere.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/file_store.h"

namespace souk::lake {

enum class Fault {
  kFail,       // the operation fails without effect, later ones work: a full disk, a lost connection
  kFailAfter,  // the operation takes effect and is reported as failed: a lost answer
  kDie,        // the operation and all later ones, reads included, fail: the process is gone
};

// Threads: any. Counts the operations that change the store: Write, WriteUnsynced, Create, Adopt, Remove,
// PrepareFolder, Sync.
class FaultyFileStore : public FileStore {
 public:
  explicit FaultyFileStore(std::shared_ptr<FileStore> below) : below_(std::move(below)) {}

  // The n-th change from now on (1 = the next) goes wrong; 0 = none does.
  void Arm(uint64_t n, Fault fault);
  // Changes since the last Arm, the failed one included.
  uint64_t changes() const { return changes_; }
  // Whether the armed fault has happened.
  bool fired() const { return fired_; }

  Result<std::string> Read(const std::string& path) const override;
  Result<std::string> ReadRange(const std::string& path, uint64_t offset, uint64_t bytes) const override;
  Status Write(const std::string& path, std::string_view content) override;
  Status WriteUnsynced(const std::string& path, std::string_view content) override;
  Status Create(const std::string& path, std::string_view content) override;
  Status Adopt(const std::string& local, const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& path) const override;
  Status Remove(const std::string& path) override;
  Result<uint64_t> Size(const std::string& path) const override;
  bool Exists(const std::string& path) const override;
  std::string EngineUrl(const std::string& path) const override { return below_->EngineUrl(path); }
  Status PrepareFolder(const std::string& path) override;
  Status Sync(const std::vector<std::string>& paths) override;
  Status Check() override;

 private:
  template <typename Operation>
  Status Change(const std::string& what, Operation operation);
  Status CheckAlive() const;

  std::shared_ptr<FileStore> below_;
  std::atomic<uint64_t> changes_{0};
  std::atomic<uint64_t> armed_{0};
  std::atomic<Fault> fault_{Fault::kFail};
  std::atomic<bool> fired_{false};
};

}  // namespace souk::lake
