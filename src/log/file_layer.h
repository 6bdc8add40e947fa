// What the event log asks of a file system, no more. Everything durable in this room goes through it, so that
// tests can cut the power, fill the disk and flip bits.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::log {

// One open file; closed with the last owner. A file that was removed or replaced stays readable through it.
// Threads: reads any time; writes of one file from one thread at a time; Sync beside both.
class File {
 public:
  virtual ~File() = default;
  // Writes all parts one after the other from `position`. After a failure the bytes from `position` on are
  // undefined. A full disk says so in its message (Code::kIo).
  virtual Status WriteAt(uint64_t position, std::initializer_list<std::string_view> parts) = 0;
  // Bytes read; fewer than asked for only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t position, char* to, size_t bytes) const = 0;
  virtual Result<uint64_t> Size() const = 0;
  virtual Status Truncate(uint64_t size) = 0;
  // Content and size are durable afterwards; the name is not (FileLayer::SyncDirectory). After a failure
  // nothing written before may be counted on, whatever later calls say.
  virtual Status Sync() = 0;
  // For sendfile(2); -1 where there is none.
  virtual int descriptor() const = 0;
};

enum class OpenMode {
  kRead,    // must exist
  kWrite,   // must exist
  kCreate,  // made when missing
};

// Threads: any. Errors name the path; a missing file is kNotFound.
class FileLayer {
 public:
  virtual ~FileLayer() = default;
  virtual Result<std::shared_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  // Names in a directory, sorted; kNotFound when it is missing.
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Status CreateDirectory(const std::string& path) = 0;  // one level; existing is no error
  virtual Status Remove(const std::string& path) = 0;  // a file or an empty directory; missing is no error
  virtual Status Rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  // Makes creations, removals and renames in this directory durable.
  virtual Status SyncDirectory(const std::string& path) = 0;
};

// The machine's own files. The object lives as long as the program.
FileLayer& PosixFiles();

// A stretch of a file, to be sent or read; the file stays readable as long as the range lives.
struct FileRange {
  std::shared_ptr<const File> file;
  uint64_t position = 0;
  uint64_t bytes = 0;
};

// All bytes of a range; kCorrupt when the file is shorter.
Result<std::string> ReadRange(const FileRange& range);
// Removes a directory with all it holds; missing is no error.
Status RemoveDirectory(FileLayer& files, const std::string& path);
// Writes under a temporary name, syncs, renames, syncs the directory: the old or the new content, never a
// part.
Status ReplaceFile(FileLayer& files, const std::string& path, std::string_view content);
Result<std::string> ReadWhole(FileLayer& files, const std::string& path);

}  // namespace souk::log
