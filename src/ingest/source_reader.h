// Reads one source file from beginning to end, once: pieces in UTF-8 or an encoding that contains ASCII, with
// its fingerprint on the way. Works on pipes too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/progress.h"
#include "base/result.h"
#include "record/encoding.h"

namespace souk::ingest {

// Not thread-safe.
class SourceReader {
 public:
  // Opens and reads the beginning (at most kHeadBytes).
  static Result<std::unique_ptr<SourceReader>> Open(const std::string& path, Progress& progress);
  ~SourceReader();
  SourceReader(const SourceReader&) = delete;

  const std::string& path() const { return path_; }
  // The first bytes as they are in the file.
  const std::string& head() const { return head_; }
  bool head_is_all() const { return head_is_all_; }
  // Some bytes from elsewhere in a regular file: `count` pieces spread evenly over it; none from a pipe.
  std::vector<std::string> Pieces(size_t count, size_t bytes) const;

  // From now on Read gives text: a byte order mark is left out, UTF-16 becomes UTF-8.
  void Decode(record::Encoding encoding, size_t mark_bytes);
  // Appends the next bytes to `out`; false at the end.
  Result<bool> Read(std::string& out);

  // The fingerprint is not wanted: reading is faster then.
  void LeaveOutFingerprint() { hashing_ = false; }
  // After the end. SHA-256 of the file's bytes and the record kind.
  std::string Fingerprint(const std::string& record);
  uint64_t bytes() const { return bytes_; }

  static constexpr size_t kHeadBytes = 256 << 10;
  static constexpr size_t kPieceBytes = 512 << 10;

 private:
  SourceReader(std::string path, int fd, Progress& progress)
      : path_(std::move(path)), fd_(fd), progress_(progress) {}
  Result<size_t> ReadSome(char* to, size_t bytes);
  void Count(std::string_view bytes);
  void Take(std::string_view bytes, std::string& out);

  std::string path_;
  int fd_;
  Progress& progress_;
  std::string head_;
  bool head_is_all_ = false;
  bool head_given_ = false;
  bool ended_ = false;
  size_t skip_ = 0;
  Sha256 hash_;
  bool hashing_ = true;
  uint64_t bytes_ = 0;
  std::unique_ptr<record::Utf16Reader> utf16_;
  std::string raw_;  // UTF-16 before it is UTF-8
};

}  // namespace souk::ingest
