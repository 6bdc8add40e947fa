#include "generate/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
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
  if (fd_ >= 0) close(fd_);
}

void OutputFile::Open(const std::string& path) {
  path_ = path;
  used_ = 0;
  written_ = 0;
  status_ = {};
  fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
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
  if (fd_ >= 0 && close(fd_) != 0 && status_) status_ = FailErrno("write", path_);
  fd_ = -1;
  if (!status_) return tl::unexpected(status_.error());
  return written_;
}

}  // namespace souk::generate
