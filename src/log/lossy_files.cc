#include "log/lossy_files.h"

#include <algorithm>

namespace souk::log {
namespace {

constexpr size_t kPage = 4096;

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

class LossyFiles::OpenFile : public File {
 public:
  OpenFile(LossyFiles& files, std::shared_ptr<Node> node, std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)), era_(files.era_) {}

  Status WriteAt(uint64_t position, std::initializer_list<std::string_view> parts) override {
    std::lock_guard lock(files_.mutex_);
    std::string all;
    for (std::string_view part : parts) all += part;
    TRY_STATUS(Alive());
    Status done = files_.Change("write " + path_);
    uint64_t end = position + all.size();
    uint64_t grown = end > node_->content.size() ? end - node_->content.size() : 0;
    if (done && grown > 0 && files_.Used(*files_.root_) + grown > files_.room_) {
      done =
          Fail(Code::kIo, "cannot write {}: No space left on device; free some space and try again", path_);
    }
    if (!done) all.resize(all.size() / 2);
    if (position + all.size() > node_->content.size()) node_->content.resize(position + all.size());
    node_->content.replace(position, all.size(), all);
    return done;
  }

  Result<size_t> ReadAt(uint64_t position, char* to, size_t bytes) const override {
    std::lock_guard lock(files_.mutex_);
    TRY_STATUS(Alive());
    if (position >= node_->content.size()) return 0;
    return node_->content.copy(to, bytes, position);
  }

  Result<uint64_t> Size() const override {
    std::lock_guard lock(files_.mutex_);
    TRY_STATUS(Alive());
    return node_->content.size();
  }

  Status Truncate(uint64_t size) override {
    std::lock_guard lock(files_.mutex_);
    TRY_STATUS(Alive());
    TRY_STATUS(files_.Change("truncate " + path_));
    node_->content.resize(size);
    return {};
  }

  Status Sync() override {
    std::lock_guard lock(files_.mutex_);
    TRY_STATUS(Alive());
    TRY_STATUS(files_.Change("sync " + path_));
    node_->durable = node_->content;
    return {};
  }

  int descriptor() const override { return -1; }

 private:
  Status Alive() const {
    if (era_ == files_.era_ && !files_.off_) return {};
    return Fail(Code::kIo, "{}: the power was cut", path_);
  }

  LossyFiles& files_;
  std::shared_ptr<Node> node_;
  std::string path_;
  uint64_t era_;
};

Status LossyFiles::Change(const std::string& what) {
  ++changes_;
  bool fails = fail_at_ > 0 && (changes_ == fail_at_ || (for_good_ && changes_ > fail_at_));
  if (!fails) return {};
  return Fail(Code::kIo, "cannot {}: {}", what, reason_);
}

void LossyFiles::FailAt(uint64_t n, const std::string& reason, bool for_good) {
  std::lock_guard lock(mutex_);
  changes_ = 0;
  fail_at_ = n;
  reason_ = reason;
  for_good_ = for_good;
}

uint64_t LossyFiles::changes() const {
  std::lock_guard lock(mutex_);
  return changes_;
}

void LossyFiles::SetRoom(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  room_ = bytes;
}

uint64_t LossyFiles::Used(const Node& node) const {
  uint64_t sum = node.content.size();
  for (const auto& [name, entry] : node.entries) sum += Used(*entry);
  return sum;
}

void LossyFiles::Lose(Node& node, Loss loss, std::mt19937& random) {
  auto keep = [&] { return loss == Loss::kNothing || (loss == Loss::kSome && random() % 2); };
  if (node.directory) {
    // Each name is as it was synced or as it is now.
    Entries after = node.durable_entries;
    for (const auto& [name, entry] : node.durable_entries) {
      if (!node.entries.contains(name) && keep()) after.erase(name);
    }
    for (const auto& [name, entry] : node.entries) {
      auto old = node.durable_entries.find(name);
      bool same = old != node.durable_entries.end() && old->second == entry;
      if (!same && keep()) after[name] = entry;
    }
    node.entries = node.durable_entries = after;
    for (auto& [name, entry] : node.entries) Lose(*entry, loss, random);
    return;
  }
  std::string after = node.durable;
  if (keep()) after.resize(node.content.size());
  for (size_t at = 0; at < after.size(); at += kPage) {
    if (at >= node.content.size() || !keep()) continue;
    size_t bytes = std::min({kPage, node.content.size() - at, after.size() - at});
    after.replace(at, bytes, node.content, at, bytes);
  }
  node.content = node.durable = std::move(after);
}

void LossyFiles::CutPower(Loss loss, std::mt19937& random) {
  std::lock_guard lock(mutex_);
  ++era_;
  off_ = true;
  fail_at_ = 0;
  Lose(*root_, loss, random);
}

void LossyFiles::PowerOn() {
  std::lock_guard lock(mutex_);
  off_ = false;
}

Status LossyFiles::CheckPower() const {
  if (!off_) return {};
  return Fail(Code::kIo, "the power was cut");
}

void LossyFiles::FlipBit(const std::string& path, uint64_t position, int bit) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Node> node = Find(path);
  if (!node) return;
  for (std::string* content : {&node->content, &node->durable}) {
    if (position < content->size())
      (*content)[position] = static_cast<char>((*content)[position] ^ (1 << bit));
  }
}

std::vector<std::string> LossyFiles::Paths() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  auto walk = [&](auto& self, const Node& node, const std::string& at) -> void {
    for (const auto& [name, entry] : node.entries) {
      std::string path = at + "/" + name;
      if (!entry->directory) paths.push_back(path);
      self(self, *entry, path);
    }
  };
  walk(walk, *root_, "");
  return paths;
}

// Paths begin with "/"; null: there is none.
std::shared_ptr<LossyFiles::Node> LossyFiles::Find(const std::string& path) const {
  std::shared_ptr<Node> node = root_;
  for (size_t at = 1; at < path.size();) {
    size_t slash = std::min(path.find('/', at), path.size());
    auto entry = node->entries.find(path.substr(at, slash - at));
    if (entry == node->entries.end()) return nullptr;
    node = entry->second;
    at = slash + 1;
  }
  return node;
}

Result<std::shared_ptr<LossyFiles::Node>> LossyFiles::Parent(const std::string& path) const {
  std::shared_ptr<Node> node = Find(path.substr(0, path.rfind('/')));
  if (!node || !node->directory) return Fail(Code::kNotFound, "{}: there is no such directory", path);
  return node;
}

Result<std::shared_ptr<File>> LossyFiles::Open(const std::string& path, OpenMode mode) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  std::shared_ptr<Node> node = Find(path);
  if (node && node->directory) return Fail(Code::kIo, "cannot open {}: it is a directory", path);
  if (!node) {
    if (mode != OpenMode::kCreate)
      return Fail(Code::kNotFound, "cannot open {}: there is no such file", path);
    TRY(std::shared_ptr<Node> parent, Parent(path));
    TRY_STATUS(Change("create " + path));
    node = parent->entries[NameOf(path)] = std::make_shared<Node>();
  }
  return std::make_shared<OpenFile>(*this, node, path);
}

Result<std::vector<std::string>> LossyFiles::List(const std::string& directory) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  std::shared_ptr<Node> node = Find(directory);
  if (!node) return Fail(Code::kNotFound, "cannot list {}: there is no such directory", directory);
  if (!node->directory) return Fail(Code::kIo, "cannot list {}: it is a file", directory);
  std::vector<std::string> names;
  for (const auto& [name, entry] : node->entries) names.push_back(name);
  return names;
}

Result<bool> LossyFiles::Exists(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  return Find(path) != nullptr;
}

Status LossyFiles::CreateDirectory(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  if (Find(path)) return {};
  TRY(std::shared_ptr<Node> parent, Parent(path));
  TRY_STATUS(Change("create " + path));
  parent->entries[NameOf(path)] = std::make_shared<Node>(Node{true, {}, {}, {}, {}});
  return {};
}

Status LossyFiles::Remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  std::shared_ptr<Node> node = Find(path);
  if (!node) return {};
  if (!node->entries.empty()) return Fail(Code::kIo, "cannot remove {}: it is not empty", path);
  TRY(std::shared_ptr<Node> parent, Parent(path));
  TRY_STATUS(Change("remove " + path));
  parent->entries.erase(NameOf(path));
  return {};
}

Status LossyFiles::Rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  std::shared_ptr<Node> node = Find(from);
  if (!node) return Fail(Code::kNotFound, "cannot rename {}: there is no such file", from);
  TRY(std::shared_ptr<Node> old_parent, Parent(from));
  TRY(std::shared_ptr<Node> parent, Parent(to));
  TRY_STATUS(Change("rename " + from));
  old_parent->entries.erase(NameOf(from));
  parent->entries[NameOf(to)] = node;
  return {};
}

Status LossyFiles::SyncDirectory(const std::string& path) {
  std::lock_guard lock(mutex_);
  TRY_STATUS(CheckPower());
  std::shared_ptr<Node> node = Find(path);
  if (!node) return Fail(Code::kNotFound, "cannot sync {}: there is no such directory", path);
  TRY_STATUS(Change("sync " + path));
  node->durable_entries = node->entries;
  return {};
}

}  // namespace souk::log
