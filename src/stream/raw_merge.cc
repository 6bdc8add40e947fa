// Many small files of an hour become one.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "base/log.h"
#include "stream/crash_point.h"
#include "stream/topic_into_lake.h"

namespace souk::stream {
namespace {

constexpr uint64_t kLargest = 64 << 20;  // larger files stay as they are
constexpr uint64_t kPiece = 1 << 20;
constexpr size_t kMostHours = 50;  // in one call

std::string_view FolderOf(std::string_view path) { return path.substr(0, path.rfind('/')); }

// ".../2025/11/20/18" → the hour on the shop's clock; nullopt when it is no such folder.
std::optional<Micros> HourOfFolder(std::string_view folder) {
  if (folder.size() < 13) return std::nullopt;
  std::string text(folder.substr(folder.size() - 13));
  if (text[4] != '/' || text[7] != '/' || text[10] != '/') return std::nullopt;
  int hour = std::atoi(text.c_str() + 11);
  text[4] = text[7] = '-';
  auto day = ParseDay(std::string_view(text).substr(0, 10));
  if (!day) return std::nullopt;
  return DaysFromDay(*day) * kMicrosPerDay + hour * 3600 * kMicrosPerSecond;
}

// A local file that is gone with the object.
class Scratch {
 public:
  explicit Scratch(std::string path)
      : path_(std::move(path)), fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}
  ~Scratch() {
    if (fd_ >= 0) close(fd_);
    unlink(path_.c_str());
  }
  Scratch(const Scratch&) = delete;
  Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Fail(Code::kIo, "cannot write {}: {}", path_, std::strerror(errno));
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_;
};

Status Append(const lake::FileStore& store, const lake::RawFile& file, Scratch& to) {
  for (uint64_t at = 0; at < file.bytes;) {
    TRY(std::string piece, store.ReadRange(file.path, at, std::min(kPiece, file.bytes - at)));
    if (piece.empty())
      return Fail(Code::kCorrupt, "{} is shorter than the raw zone's log says", store.EngineUrl(file.path));
    TRY_STATUS(to.Write(piece));
    at += piece.size();
  }
  return {};
}

void AddOffsets(const lake::RawFile& file, std::map<int32_t, lake::OffsetRange>& offsets) {
  for (const auto& [partition, range] : file.offsets) {
    auto [known, fresh] = offsets.emplace(partition, range);
    known->second.from = std::min(known->second.from, range.from);
    known->second.next = std::max(known->second.next, range.next);
  }
}

}  // namespace

Status TopicIntoLake::Merge(const std::vector<lake::RawFile>& files) {
  lake::RawCommit commit;
  commit.operation = "merge";
  lake::RawFile whole = files.front();
  whole.bytes = whole.rows = 0;
  whole.offsets.clear();
  whole.merged.clear();
  Scratch scratch(fmt::format("{}/stream-{}-0", options_.scratch, topic_.topic));
  std::string parts = "merge\n";
  for (const lake::RawFile& file : files) {
    TRY_STATUS(Append(*store_, file, scratch));
    whole.bytes += file.bytes;
    whole.rows += file.rows;
    AddOffsets(file, whole.offsets);
    whole.merged.push_back(file.fingerprint);
    // A build may not have seen the last merge yet.
    whole.merged.insert(whole.merged.end(), file.merged.begin(), file.merged.end());
    parts += file.fingerprint + "\n";
    commit.remove.push_back(file.path);
  }
  whole.fingerprint = Sha256Hex(parts);
  std::string name = whole.path.substr(0, whole.path.rfind('-'));
  whole.path = fmt::format("{}-{}.jsonl", name, whole.fingerprint.substr(0, 16));
  lake::RawReservation reserved(*store_, whole.path);
  TRY_STATUS(store_->Adopt(scratch.path(), whole.path));
  commit.add.push_back(whole);
  CrashPoint("lake_merge_placed");
  TRY_STATUS(raw_.Commit(topic_.record, commit, clock_.Now()).map([](int64_t) {}));
  CrashPoint("lake_merge_committed");
  return {};
}

Status TopicIntoLake::TidyUp() {
  TRY(auto files, raw_.Files(topic_.record));
  TRY(TimeZone zone, TimeZone::Find(options_.time_zone));
  Micros until = zone.ToWall(clock_.Now()) - options_.merge_after - 3600 * kMicrosPerSecond;
  std::map<std::string, std::vector<lake::RawFile>> groups;  // by folder and format
  for (const lake::RawFile& file : files) {
    std::string_view folder = FolderOf(file.path);
    auto hour = HourOfFolder(folder);
    // Rows that are told apart by their place in the file stay where they are.
    bool numbered = !file.format.mapping.contains(schema_.key);
    if (file.topic != topic_.topic || file.bytes >= kLargest || numbered || !hour || *hour > until) continue;
    groups[std::string(folder) + lake::RawFormatToJson(file.format)].push_back(file);
  }
  size_t merged = 0;
  for (const auto& [key, group] : groups) {
    if (group.size() < 2) continue;
    if (merged++ == kMostHours) break;
    TRY_STATUS(Merge(group));
  }
  TRY(size_t removed, raw_.Vacuum(topic_.record, clock_.Now() - options_.vacuum_after));
  if (merged > 0 || removed > 0) {
    Log(LogLevel::kInfo, "stream", "files of past hours are merged",
        {{"topic", topic_.topic}, {"hours", std::to_string(merged)}, {"removed", std::to_string(removed)}});
  }
  return {};
}

}  // namespace souk::stream
