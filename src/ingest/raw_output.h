// A raw file being written in the scratch directory. Gone with the object unless it was released.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::ingest {

// Not thread-safe. With an empty scratch directory it only counts (a dry run).
class RawOutput {
 public:
  static Result<RawOutput> Create(const std::string& scratch);
  RawOutput(RawOutput&& other) noexcept;
  RawOutput& operator=(RawOutput&& other) noexcept;
  ~RawOutput();

  Status Write(std::string_view bytes);
  // Ends the writing; the file has its final size then.
  Status Close();
  // The file's path, which now belongs to the caller.
  std::string Release();

  const std::string& path() const { return path_; }
  uint64_t bytes() const { return bytes_; }

 private:
  RawOutput() = default;
  void Discard();
  void StartSync();

  std::string path_;
  int fd_ = -1;
  uint64_t bytes_ = 0;
  uint64_t started_ = 0;  // bytes whose way to the disk has begun
};

}  // namespace souk::ingest
