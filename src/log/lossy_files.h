// Files in memory, for tests of every room that uses the log: they lose what was not synced when the power is
// cut, fail where they are told to, and let bits be flipped.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "log/file_layer.h"

namespace souk::log {

// Keeps apart what is on the disk and what is only in the system's memory: content by pages of 4096 bytes,
// sizes, and the entries of directories. Threads: any.
class LossyFiles : public FileLayer {
 public:
  enum class Loss {
    kNothing,     // the process was killed, the machine goes on
    kEverything,  // what was not synced is gone
    kSome,        // of what was not synced any part is gone: pages, sizes, names, each by lot
  };
  // What is left is what is on the disk. Everything fails until PowerOn; files opened before fail for ever.
  void CutPower(Loss loss, std::mt19937& random);
  void PowerOn();
  // The n-th change from now on (1 = the next) fails without effect, but for a write, of which half is done;
  // 0 = none. With `for_good` all changes after it fail too, until it is called again.
  void FailAt(uint64_t n, const std::string& reason, bool for_good);
  // Changes since the last FailAt.
  uint64_t changes() const;
  // The disk has room for so many bytes in all; a write beyond fails.
  void SetRoom(uint64_t bytes);
  void FlipBit(const std::string& path, uint64_t position, int bit);
  std::vector<std::string> Paths() const;

  Result<std::shared_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Result<bool> Exists(const std::string& path) override;
  Status CreateDirectory(const std::string& path) override;
  Status Remove(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status SyncDirectory(const std::string& path) override;

 private:
  struct Node;
  class OpenFile;
  using Entries = std::map<std::string, std::shared_ptr<Node>>;
  struct Node {
    bool directory = false;
    std::string content;
    std::string durable;
    Entries entries;
    Entries durable_entries;
  };

  std::shared_ptr<Node> Find(const std::string& path) const;
  Result<std::shared_ptr<Node>> Parent(const std::string& path) const;
  Status CheckPower() const;
  Status Change(const std::string& what);
  uint64_t Used(const Node& node) const;
  static void Lose(Node& node, Loss loss, std::mt19937& random);

  mutable std::mutex mutex_;
  std::shared_ptr<Node> root_ = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
  uint64_t era_ = 0;  // grows with every cut
  bool off_ = false;
  uint64_t changes_ = 0;
  uint64_t fail_at_ = 0;
  bool for_good_ = false;
  std::string reason_;
  uint64_t room_ = UINT64_MAX;
};

}  // namespace souk::log
