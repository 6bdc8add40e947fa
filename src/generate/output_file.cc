#include "generate/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace souk::generate {
namespace {

Status FailErrno(const char* what, const std::string& path) {
  int number = errno;
  const char* remedy =
      number == ENOSPC || number == EDQUOT ? "; free some space, or generate fewer records" : "";
  return Fail(Code::kIo, "cannot {} {}: {}{}", what, path, std::strerror(number), remedy);
}

}  // namespace

OutputFile::OutputFile() : buffer_(new char[kBuffer]) {}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(hidden_.c_str());
}

void OutputFile::Open(const std::string& path) {
  path_ = path;
  used_ = 0;
  written_ = 0;
  status_ = {};
  size_t name = path.rfind('/') + 1;
  hidden_ = path.substr(0, name) + "." + path.substr(name) + ".tmp";
  fd_ = open(hidden_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd_ < 0) status_ = FailErrno("create", path_);
}

void OutputFile::Write(std::string_view bytes) {
  if (bytes.size() > kLargest) {
    Flush();
    WriteOut(bytes.data(), bytes.size());
    return;
  }
  std::memcpy(Room(bytes.size()), bytes.data(), bytes.size());
  Advance(bytes.size());
}

void OutputFile::Flush() {
  WriteOut(buffer_.get(), used_);
  used_ = 0;
}

void OutputFile::WriteOut(const char* bytes, size_t size) {
  written_ += size;
  while (status_ && size > 0) {
    ssize_t n = write(fd_, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      status_ = FailErrno("write", path_);
      return;
    }
    bytes += n;
    size -= static_cast<size_t>(n);
  }
}

Result<uint64_t> OutputFile::Close() {
  Flush();
  bool open = fd_ >= 0;
  if (open && close(fd_) != 0 && status_) status_ = FailErrno("write", path_);
  fd_ = -1;
  if (status_ && std::rename(hidden_.c_str(), path_.c_str()) != 0) status_ = FailErrno("create", path_);
  if (!status_) {
    if (open) unlink(hidden_.c_str());
    return tl::unexpected(status_.error());
  }
  return written_;
}

}  // namespace souk::generate
