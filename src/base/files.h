// Files on the local disk: whole-file reading, durable writing, trees, memory maps, temporary directories.
// Every function names the path in its error. Nothing here is about the lake; see lake/file_store.h for that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk {

Result<std::string> ReadFile(const std::string& path);

// Writes `content` under a temporary name beside `path`, syncs it and puts it in place in one step.
// After a crash the old or the new content is there, never a part. The directory must exist.
Status WriteFileAtomic(const std::string& path, std::string_view content);

// As WriteFileAtomic, but fails with kAlreadyExists when `path` exists; of two writers exactly one wins.
Status CreateFileAtomic(const std::string& path, std::string_view content);

Status SyncFile(const std::string& path);
Status SyncDirectory(const std::string& path);
Status CreateDirectories(const std::string& path);
// Removes a file or a whole tree; a missing path is no error.
Status RemoveTree(const std::string& path);
bool PathExists(const std::string& path);
bool IsDirectory(const std::string& path);
Result<uint64_t> FileSize(const std::string& path);
// Absolute form of `path` without "." and ".." (links are not followed).
std::string AbsolutePath(const std::string& path);
// Regular files below `path` (or `path` itself when it is a file), sorted, hidden files left out.
Result<std::vector<std::string>> ListFiles(const std::string& path);

// A file mapped for reading. Movable; the view lives as long as the object. An empty file has an empty view.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  ~MappedFile();
  std::string_view view() const { return {data_, size_}; }

 private:
  MappedFile() = default;
  char* data_ = nullptr;
  size_t size_ = 0;
};

// A fresh directory that is removed with the object. Aborts the program when none can be made (tests, scratch
// space).
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace souk
