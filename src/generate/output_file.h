// A file being written through one large buffer that is kept from file to file. Until it is complete it has
// another, hidden name: who sees the file sees all of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::generate {

// Not thread-safe. The first failure is kept and told by Close; writes after it do nothing.
class OutputFile {
 public:
  OutputFile();
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;

  // A new file, in place of an older one when it is closed. Its directory must exist. Call when none is open.
  void Open(const std::string& path);
  // Room for `size` bytes (at most kLargest) at the end of the file; Advance says how many were filled in.
  char* Room(size_t size) {
    if (used_ + size > kBuffer) Flush();
    return buffer_.get() + used_;
  }
  void Advance(size_t size) { used_ += size; }
  void Write(std::string_view bytes);
  // Bytes written since Open.
  uint64_t size() const { return written_ + used_; }
  // Gives the file its name. Its size, or what went wrong. The content is not synced to the disk.
  Result<uint64_t> Close();

  static constexpr size_t kLargest = 64 * 1024;

 private:
  void Flush();
  void WriteOut(const char* bytes, size_t size);

  static constexpr size_t kBuffer = 512 * 1024;
  std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  uint64_t written_ = 0;
  int fd_ = -1;
  std::string path_;
  std::string hidden_;
  Status status_;
};

}  // namespace souk::generate
