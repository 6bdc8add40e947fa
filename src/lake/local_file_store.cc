#include "lake/local_file_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <set>
#include <system_error>

#include "base/files.h"

namespace fs = std::filesystem;

namespace souk::lake {
namespace {

// From this many files on, one syncfs(2) is cheaper than an fsync(2) for each (128 files: 8 ms against 55 and
// more).
constexpr size_t kSyncWholeFrom = 8;

tl::unexpected<Error> FailErrno(const char* what, const std::string& path, int number) {
  Code code = number == ENOENT || number == ENOTDIR                    ? Code::kNotFound
              : number == EACCES || number == EPERM || number == EROFS ? Code::kDenied
                                                                       : Code::kIo;
  const char* remedy = number == ENOSPC || number == EDQUOT ? "; free some space and try again" : "";
  return Fail(code, "cannot {} {}: {}{}", what, path, std::strerror(number), remedy);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string ParentOf(const std::string& path) { return path.substr(0, std::max<size_t>(path.rfind('/'), 1)); }

// Makes `directory` and its missing parents; each new one is durable when this returns.
Status MakeDirectories(const std::string& directory) {
  if (directory.size() <= 1 || IsDirectory(directory)) return {};
  std::string parent = ParentOf(directory);
  TRY_STATUS(MakeDirectories(parent));
  if (mkdir(directory.c_str(), 0755) != 0 && !(errno == EEXIST && IsDirectory(directory))) {
    return FailErrno("create directory", directory, errno);
  }
  return SyncDirectory(parent);
}

std::string RandomLetters() {
  std::random_device device;
  std::string letters;
  for (int i = 0; i < 12; ++i) letters += "abcdefghijklmnopqrstuvwxyz012345"[device() & 31];
  return letters;
}

// Adds what lies below `root`/`folder`. A file or folder that vanishes meanwhile is left out.
Status ListInto(const std::string& root, const std::string& folder, std::vector<FileInfo>& files) {
  std::string path = folder.empty() ? root : root + "/" + folder;
  Directory directory(opendir(path.c_str()));
  if (!directory) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return FailErrno("list", path, errno);
  }
  while (true) {
    errno = 0;
    const dirent* entry = readdir(directory.get());
    if (entry == nullptr) break;
    if (entry->d_name[0] == '.') continue;
    struct stat info {};
    if (fstatat(dirfd(directory.get()), entry->d_name, &info, 0) != 0) {
      if (errno == ENOENT) continue;
      return FailErrno("look at", path + "/" + entry->d_name, errno);
    }
    std::string below = folder.empty() ? entry->d_name : folder + "/" + entry->d_name;
    if (S_ISDIR(info.st_mode)) {
      TRY_STATUS(ListInto(root, below, files));
    } else if (S_ISREG(info.st_mode)) {
      files.push_back(FileInfo{std::move(below), static_cast<uint64_t>(info.st_size)});
    }
  }
  if (errno != 0) return FailErrno("list", path, errno);
  return {};
}

Status WriteInto(const std::string& path, std::string_view content) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (file.get() < 0) return FailErrno("write", path, errno);
  while (!content.empty()) {
    ssize_t n = write(file.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno("write", path, errno);
    content.remove_prefix(static_cast<size_t>(n));
  }
  // The disk begins now, and Sync finds less to wait for. That it may not begin is no failure.
  (void)sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  return {};
}

// Copies `from` to `to` on another file system; `to` appears whole and durable.
Status CopyInto(const std::string& from, const std::string& to) {
  std::string temporary = to + "." + RandomLetters() + ".tmp";
  std::error_code error;
  fs::copy_file(from, temporary, error);
  Status done;
  if (error) done = FailErrno("copy to the lake", from, error.value());
  if (done) done = SyncFile(temporary);
  if (done && rename(temporary.c_str(), to.c_str()) != 0) done = FailErrno("put in place", to, errno);
  if (!done) unlink(temporary.c_str());
  return done;
}

}  // namespace

Result<std::shared_ptr<LocalFileStore>> LocalFileStore::Open(const std::string& directory) {
  std::string root = AbsolutePath(directory);
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  TRY_STATUS(MakeDirectories(root));
  return std::shared_ptr<LocalFileStore>(new LocalFileStore(std::move(root)));
}

std::string LocalFileStore::EngineUrl(const std::string& path) const { return root_ + "/" + path; }

Result<std::string> LocalFileStore::Read(const std::string& path) const {
  TRY_STATUS(CheckStorePath(path));
  return ReadFile(EngineUrl(path));
}

Result<std::string> LocalFileStore::ReadRange(const std::string& path, uint64_t offset,
                                              uint64_t bytes) const {
  TRY_STATUS(CheckStorePath(path));
  std::string full = EngineUrl(path);
  Descriptor file(full, O_RDONLY);
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) return FailErrno("open", full, errno);
  if (!S_ISREG(info.st_mode)) return Fail(Code::kInvalid, "cannot read {}: it is not a file", full);
  auto size = static_cast<uint64_t>(info.st_size);
  std::string content(offset < size ? std::min(bytes, size - offset) : 0, '\0');
  size_t done = 0;
  while (done < content.size()) {
    ssize_t n =
        pread(file.get(), content.data() + done, content.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno("read", full, errno);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  content.resize(done);
  return content;
}

Status LocalFileStore::Write(const std::string& path, std::string_view content) {
  TRY_STATUS(PrepareFolder(path));
  return WriteFileAtomic(EngineUrl(path), content);
}

// Sync makes the folders durable too.
Status LocalFileStore::WriteUnsynced(const std::string& path, std::string_view content) {
  TRY_STATUS(CheckStorePath(path));
  std::string full = EngineUrl(path);
  TRY_STATUS(CreateDirectories(ParentOf(full)));
  return WriteInto(full, content);
}

Status LocalFileStore::Create(const std::string& path, std::string_view content) {
  TRY_STATUS(PrepareFolder(path));
  return CreateFileAtomic(EngineUrl(path), content);
}

Status LocalFileStore::Adopt(const std::string& local, const std::string& path) {
  std::error_code error;
  auto status = fs::symlink_status(local, error);
  if (status.type() == fs::file_type::not_found) return FailErrno("move to the lake", local, ENOENT);
  if (status.type() != fs::file_type::regular) {
    return Fail(Code::kInvalid, "cannot move {} to the lake: it is not a regular file", local);
  }
  TRY_STATUS(PrepareFolder(path));
  TRY_STATUS(SyncFile(local));
  std::string full = EngineUrl(path);
  if (rename(local.c_str(), full.c_str()) == 0) return SyncDirectory(ParentOf(full));
  if (errno != EXDEV) return FailErrno("move to the lake", fmt::format("{} (as {})", local, full), errno);
  TRY_STATUS(CopyInto(local, full));
  TRY_STATUS(SyncDirectory(ParentOf(full)));
  return RemoveTree(local);
}

Result<std::vector<FileInfo>> LocalFileStore::List(const std::string& path) const {
  if (!path.empty()) TRY_STATUS(CheckStorePath(path));
  std::vector<FileInfo> files;
  TRY_STATUS(ListInto(root_, path, files));
  std::sort(files.begin(), files.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
  return files;
}

Status LocalFileStore::Remove(const std::string& path) {
  TRY_STATUS(CheckStorePath(path));
  std::string full = EngineUrl(path);
  if (unlink(full.c_str()) == 0) return SyncDirectory(ParentOf(full));
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return FailErrno("remove", full, errno);
}

Result<uint64_t> LocalFileStore::Size(const std::string& path) const {
  TRY_STATUS(CheckStorePath(path));
  std::string full = EngineUrl(path);
  struct stat info {};
  if (stat(full.c_str(), &info) != 0) return FailErrno("look at", full, errno);
  if (!S_ISREG(info.st_mode)) return Fail(Code::kNotFound, "{} is a folder, not a file", full);
  return static_cast<uint64_t>(info.st_size);
}

bool LocalFileStore::Exists(const std::string& path) const {
  struct stat info {};
  return CheckStorePath(path) && stat(EngineUrl(path).c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

Status LocalFileStore::PrepareFolder(const std::string& path) {
  TRY_STATUS(CheckStorePath(path));
  return MakeDirectories(ParentOf(EngineUrl(path)));
}

Status LocalFileStore::Sync(const std::vector<std::string>& paths) {
  std::set<std::string> folders;
  for (const std::string& path : paths) {
    TRY_STATUS(CheckStorePath(path));
    if (!Exists(path)) return Fail(Code::kNotFound, "cannot sync {}: no such file", EngineUrl(path));
    // Folders may be as new as the file, so each up to the root must be synced too.
    for (std::string folder = ParentOf(EngineUrl(path)); folder.size() >= root_.size();
         folder = ParentOf(folder)) {
      if (!folders.insert(folder).second || folder.size() == 1) break;
    }
  }
  if (paths.size() >= kSyncWholeFrom) {
    Descriptor root(root_, O_RDONLY | O_DIRECTORY);
    if (root.get() < 0 || syncfs(root.get()) != 0) return FailErrno("sync", root_, errno);
    return {};
  }
  for (const std::string& path : paths) TRY_STATUS(SyncFile(EngineUrl(path)));
  for (const std::string& folder : folders) TRY_STATUS(SyncDirectory(folder));
  return {};
}

Status LocalFileStore::Check() {
  std::string path = "_check." + RandomLetters() + ".tmp";
  TRY_STATUS(Write(path, "souk"));
  auto content = Read(path);
  TRY_STATUS(Remove(path));
  TRY(std::string text, std::move(content));
  if (text != "souk") return Fail(Code::kIo, "{} does not return what was written to it", root_);
  return {};
}

}  // namespace souk::lake
