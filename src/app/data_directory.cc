#include "app/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"

namespace souk::app {
namespace {

constexpr int kFormatVersion = 1;

std::string LockPath(const std::string& path) { return path + "/souk.lock"; }

DirectoryOwner ReadOwner(const std::string& path) {
  // The owner may be writing it: then it is cut off, or a mixture.
  constexpr int kAttempts = 50;
  constexpr auto kPause = std::chrono::milliseconds(1);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto text = ReadFile(LockPath(path));
    auto object = nlohmann::json::parse(text ? *text : std::string(), nullptr, false);
    if (object.is_object()) {
      return {object.value("pid", int64_t{0}), object.value("url", std::string()),
              object.value("broker", std::string())};
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

Status WriteOwner(int lock, const std::string& path, const std::string& url, const std::string& broker) {
  std::string text = nlohmann::json{{"pid", getpid()}, {"url", url}, {"broker", broker}}.dump() + "\n";
  // Never empty in between: others read it at any time.
  if (pwrite(lock, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
      ftruncate(lock, static_cast<off_t>(text.size())) != 0) {
    return Fail(Code::kIo, "cannot write {}: {}", LockPath(path), std::strerror(errno));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::Open(const std::string& path) {
  std::string absolute = AbsolutePath(path);
  TRY_STATUS(CreateDirectories(absolute));
  int lock = open(LockPath(absolute).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) return Fail(Code::kIo, "cannot open {}: {}", LockPath(absolute), std::strerror(errno));
  std::unique_ptr<DataDirectory> directory(new DataDirectory(absolute, lock));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    DirectoryOwner owner = ReadOwner(absolute);
    return Fail(Code::kUnavailable,
                "{} is in use by process {}; wait until it ends or use another --data-dir", absolute,
                owner.pid);
  }
  TRY_STATUS(WriteOwner(lock, absolute, "", ""));
  TRY_STATUS(directory->Migrate());
  TRY_STATUS(RemoveTree(directory->scratch()));
  TRY_STATUS(CreateDirectories(directory->scratch()));
  TRY_STATUS(CreateDirectories(directory->lake()));
  return directory;
}

std::optional<DirectoryOwner> DataDirectory::FindOwner(const std::string& path) {
  std::string absolute = AbsolutePath(path);
  int lock = open(LockPath(absolute).c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return std::nullopt;
  bool held = flock(lock, LOCK_EX | LOCK_NB) != 0;
  close(lock);
  if (!held) return std::nullopt;
  return ReadOwner(absolute);
}

DataDirectory::~DataDirectory() {
  if (ftruncate(lock_, 0) == 0) close(lock_);
}

Status DataDirectory::Announce(const std::string& url) {
  url_ = url;
  return WriteOwner(lock_, path_, url_, broker_);
}

Status DataDirectory::AnnounceBroker(const std::string& address) {
  broker_ = address;
  return WriteOwner(lock_, path_, url_, broker_);
}

// Version 1 is the first; a later one adds its step here.
Status DataDirectory::Migrate() {
  std::string file = path_ + "/format";
  if (!PathExists(file)) return WriteFileAtomic(file, fmt::format("{}\n", kFormatVersion));
  TRY(std::string text, ReadFile(file));
  int version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  if (version < 1)
    return Fail(Code::kCorrupt, "{} does not hold a format version; is {} a data directory?", file, path_);
  if (version > kFormatVersion) {
    return Fail(Code::kUnsupported, "{} has format {}, this Souk knows up to {}; use a newer Souk", path_,
                version, kFormatVersion);
  }
  return {};
}

}  // namespace souk::app
