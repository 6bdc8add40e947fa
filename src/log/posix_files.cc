#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "log/file_layer.h"

namespace souk::log {
namespace {

tl::unexpected<Error> FailErrno(const char* what, const std::string& path) {
  int number = errno;
  Code code = number == ENOENT                      ? Code::kNotFound
              : number == EACCES || number == EPERM ? Code::kDenied
                                                    : Code::kIo;
  const char* remedy = number == ENOSPC || number == EDQUOT   ? "; free some space and try again"
                       : number == EMFILE || number == ENFILE ? "; raise the limit of open files (ulimit -n)"
                                                              : "";
  return Fail(code, "cannot {} {}: {}{}", what, path, std::strerror(number), remedy);
}

class PosixFile : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override { close(fd_); }

  Status WriteAt(uint64_t position, std::initializer_list<std::string_view> parts) override {
    std::array<iovec, 4> vectors{};
    size_t count = 0;
    for (std::string_view part : parts) vectors.at(count++) = {const_cast<char*>(part.data()), part.size()};
    size_t first = 0;
    while (first < count) {
      ssize_t n =
          pwritev(fd_, &vectors[first], static_cast<int>(count - first), static_cast<off_t>(position));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return FailErrno("write", path_);
      position += static_cast<uint64_t>(n);
      for (size_t left = static_cast<size_t>(n); first < count; ++first) {
        size_t taken = std::min(left, vectors[first].iov_len);
        vectors[first].iov_base = static_cast<char*>(vectors[first].iov_base) + taken;
        vectors[first].iov_len -= taken;
        left -= taken;
        if (vectors[first].iov_len > 0) break;
      }
    }
    return {};
  }

  Result<size_t> ReadAt(uint64_t position, char* to, size_t bytes) const override {
    size_t done = 0;
    while (done < bytes) {
      ssize_t n = pread(fd_, to + done, bytes - done, static_cast<off_t>(position + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return FailErrno("read", path_);
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Result<uint64_t> Size() const override {
    struct stat info {};
    if (fstat(fd_, &info) != 0) return FailErrno("look at", path_);
    return static_cast<uint64_t>(info.st_size);
  }

  Status Truncate(uint64_t size) override {
    if (ftruncate(fd_, static_cast<off_t>(size)) != 0) return FailErrno("truncate", path_);
    return {};
  }

  Status Sync() override {
    if (fdatasync(fd_) != 0) return FailErrno("sync", path_);
    return {};
  }

  int descriptor() const override { return fd_; }

 private:
  int fd_;
  std::string path_;
};

class PosixFileLayer : public FileLayer {
 public:
  Result<std::shared_ptr<File>> Open(const std::string& path, OpenMode mode) override {
    int flags = mode == OpenMode::kRead ? O_RDONLY : mode == OpenMode::kWrite ? O_RDWR : O_RDWR | O_CREAT;
    int fd = open(path.c_str(), flags | O_CLOEXEC, 0644);
    if (fd < 0) return FailErrno("open", path);
    return std::make_shared<PosixFile>(fd, path);
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    DIR* dir = opendir(directory.c_str());
    if (!dir) return FailErrno("list", directory);
    std::vector<std::string> names;
    while (const dirent* entry = readdir(dir)) {
      std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    closedir(dir);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info {};
    if (stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return FailErrno("look at", path);
  }

  Status CreateDirectory(const std::string& path) override {
    if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return FailErrno("create", path);
    return {};
  }

  Status Remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0 && errno != ENOENT) return FailErrno("remove", path);
    return {};
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return FailErrno("rename", from);
    return {};
  }

  Status SyncDirectory(const std::string& path) override {
    int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return FailErrno("open", path);
    int status = fsync(fd);
    close(fd);
    if (status != 0) return FailErrno("sync", path);
    return {};
  }
};

}  // namespace

FileLayer& PosixFiles() {
  static PosixFileLayer files;
  return files;
}

}  // namespace souk::log
