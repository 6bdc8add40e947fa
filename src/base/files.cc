#include "base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <system_error>

namespace fs = std::filesystem;

namespace souk {
namespace {

tl::unexpected<Error> FailErrno(const char* what, const std::string& path) {
  int number = errno;
  Code code = number == ENOENT                      ? Code::kNotFound
              : number == EACCES || number == EPERM ? Code::kDenied
              : number == EEXIST                    ? Code::kAlreadyExists
                                                    : Code::kIo;
  const char* remedy = number == ENOSPC || number == EDQUOT ? "; free some space and try again" : "";
  return Fail(code, "cannot {} {}: {}{}", what, path, std::strerror(number), remedy);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno("write", path);
    content.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

// Writes and syncs a new file beside `path` and returns its name. The name is drawn by lot, not made from the
// process id: in a container the next process has the same id and would meet what a crash left.
Result<std::string> WriteTemporary(const std::string& path, std::string_view content) {
  static const uint64_t token = (uint64_t{std::random_device{}()} << 32) | std::random_device{}();
  static std::atomic<uint64_t> counter{0};
  std::string temporary = fmt::format("{}.{:016x}-{}.tmp", path, token, counter++);
  Descriptor fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd.get() < 0) return FailErrno("create", temporary);
  Status written = WriteAll(fd.get(), content, temporary);
  if (written && fsync(fd.get()) != 0) written = FailErrno("sync", temporary);
  if (!written) {
    unlink(temporary.c_str());
    return tl::unexpected(written.error());
  }
  return temporary;
}

std::string ParentOf(const std::string& path) {
  std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FailErrno("open", path);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return FailErrno("read", path);
  if (S_ISDIR(info.st_mode)) return Fail(Code::kInvalid, "cannot read {}: it is a directory", path);
  std::string content(static_cast<size_t>(info.st_size), '\0');
  size_t done = 0;
  while (true) {
    if (done == content.size()) content.resize(content.size() + 4096);  // special files report size 0
    ssize_t n = read(fd.get(), content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FailErrno("read", path);
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  content.resize(done);
  return content;
}

Status WriteFileAtomic(const std::string& path, std::string_view content) {
  TRY(std::string temporary, WriteTemporary(path, content));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    auto failure = FailErrno("put in place", path);
    unlink(temporary.c_str());
    return failure;
  }
  return SyncDirectory(ParentOf(path));
}

Status CreateFileAtomic(const std::string& path, std::string_view content) {
  TRY(std::string temporary, WriteTemporary(path, content));
  int linked = link(temporary.c_str(), path.c_str());
  auto failure = FailErrno("create", path);
  unlink(temporary.c_str());
  if (linked != 0) return failure;
  return SyncDirectory(ParentOf(path));
}

Status SyncFile(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FailErrno("open", path);
  if (fsync(fd.get()) != 0) return FailErrno("sync", path);
  return {};
}

Status SyncDirectory(const std::string& path) { return SyncFile(path); }

Status CreateDirectories(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error && !fs::is_directory(path)) {
    return Fail(Code::kIo, "cannot create directory {}: {}", path, error.message());
  }
  return {};
}

Status RemoveTree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return Fail(Code::kIo, "cannot remove {}: {}", path, error.message());
  return {};
}

bool PathExists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

Result<uint64_t> FileSize(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return FailErrno("look at", path);
  return static_cast<uint64_t>(info.st_size);
}

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

Result<std::vector<std::string>> ListFiles(const std::string& path) {
  if (!PathExists(path)) return Fail(Code::kNotFound, "cannot list {}: no such file or directory", path);
  if (!IsDirectory(path)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator it(path, error), end;
  while (!error && it != end) {
    bool hidden = it->path().filename().string().starts_with(".");
    if (hidden && it->is_directory()) it.disable_recursion_pending();
    if (!hidden && it->is_regular_file()) files.push_back(it->path().string());
    it.increment(error);
  }
  if (error) return Fail(Code::kIo, "cannot list {}: {}", path, error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<MappedFile> MappedFile::Open(const std::string& path) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FailErrno("open", path);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return FailErrno("read", path);
  if (!S_ISREG(info.st_mode)) return Fail(Code::kInvalid, "cannot read {}: it is not a regular file", path);
  MappedFile file;
  file.size_ = static_cast<size_t>(info.st_size);
  if (file.size_ == 0) return file;
  void* data = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) {
    file.size_ = 0;
    return FailErrno("map", path);
  }
  file.data_ = static_cast<char*>(data);
  madvise(data, file.size_, MADV_SEQUENTIAL);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "souk-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    std::fprintf(stderr, "cannot create a temporary directory %s: %s\n", name.c_str(), std::strerror(errno));
    std::abort();
  }
  path_ = name;
}

TempDir::~TempDir() { (void)RemoveTree(path_); }

}  // namespace souk
