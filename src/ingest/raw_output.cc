#include "ingest/raw_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace souk::ingest {
namespace {

tl::unexpected<Error> FailWrite(const std::string& path, int number) {
  const char* remedy =
      number == ENOSPC || number == EDQUOT ? "; nothing was taken: free some space and try again" : "";
  return Fail(Code::kIo, "cannot write {}: {}{}", path, std::strerror(number), remedy);
}

}  // namespace

Result<RawOutput> RawOutput::Create(const std::string& scratch) {
  static std::atomic<uint64_t> counter{0};
  RawOutput output;
  if (scratch.empty()) return output;
  output.path_ = fmt::format("{}/ingest-{}-{}", scratch, getpid(), counter++);
  output.fd_ = open(output.path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (output.fd_ < 0) return FailWrite(output.path_, errno);
  return output;
}

RawOutput::RawOutput(RawOutput&& other) noexcept { *this = std::move(other); }

RawOutput& RawOutput::operator=(RawOutput&& other) noexcept {
  if (this == &other) return *this;
  Discard();
  path_ = std::exchange(other.path_, "");
  fd_ = std::exchange(other.fd_, -1);
  bytes_ = std::exchange(other.bytes_, 0);
  started_ = std::exchange(other.started_, 0);
  return *this;
}

RawOutput::~RawOutput() { Discard(); }

void RawOutput::Discard() {
  if (fd_ >= 0) close(fd_);
  if (!path_.empty()) unlink(path_.c_str());
  fd_ = -1;
  path_.clear();
}

Status RawOutput::Write(std::string_view bytes) {
  bytes_ += bytes.size();
  while (fd_ >= 0 && !bytes.empty()) {
    ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailWrite(path_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  constexpr uint64_t kStart = 2 << 20;
  if (bytes_ - started_ >= kStart) StartSync();
  return {};
}

// The file will be synced anyway: the disk may begin while the rest is being read.
void RawOutput::StartSync() {
  if (fd_ < 0) return;
  sync_file_range(fd_, static_cast<off_t>(started_), static_cast<off_t>(bytes_ - started_),
                  SYNC_FILE_RANGE_WRITE);
  started_ = bytes_;
}

Status RawOutput::Close() {
  if (fd_ < 0) return {};
  StartSync();
  int fd = std::exchange(fd_, -1);
  if (close(fd) != 0) return FailWrite(path_, errno);
  return {};
}

std::string RawOutput::Release() { return std::exchange(path_, ""); }

}  // namespace souk::ingest
