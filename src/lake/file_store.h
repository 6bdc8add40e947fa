// FileStore: the lake's contract for keeping files, whatever keeps them. Paths are relative to the store's
// root, separated by '/': no empty segment (so no leading or trailing '/'), no "." or "..", UTF-8 without
// control characters. Embedded: a directory (lake/local_file_store.h). A folder exists as long as a file is
// below it.
//
// Threads: any. Failure: kNotFound, kAlreadyExists, kInvalid (bad path), kIo; messages carry the full path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::lake {

struct FileInfo {
  std::string path;
  uint64_t bytes = 0;
};

class FileStore {
 public:
  virtual ~FileStore() = default;

  virtual Result<std::string> Read(const std::string& path) const = 0;
  // At most `bytes` bytes from `offset` on; less or nothing when the file ends before.
  virtual Result<std::string> ReadRange(const std::string& path, uint64_t offset, uint64_t bytes) const = 0;
  // Durable when it returns; readers see the old or the new content. Missing directories are made.
  virtual Status Write(const std::string& path, std::string_view content) = 0;
  // Writes a new file that nobody looks for yet: durable after Sync, and readers may see a part of it.
  virtual Status WriteUnsynced(const std::string& path, std::string_view content) = 0;
  // As Write, but exactly one of several writers of the same path succeeds; the others get kAlreadyExists.
  virtual Status Create(const std::string& path, std::string_view content) = 0;
  // Moves a file of the local disk into the store, durable when it returns; `local` is gone afterwards.
  // Replaces.
  virtual Status Adopt(const std::string& local, const std::string& path) = 0;
  // Files below the folder `path` ("" = all), sorted by path, hidden files (".x") left out. A missing folder
  // is empty.
  virtual Result<std::vector<FileInfo>> List(const std::string& path) const = 0;
  // A file that is not there is no error: a removal that was cut off can be repeated.
  virtual Status Remove(const std::string& path) = 0;
  // Of a file, in bytes.
  virtual Result<uint64_t> Size(const std::string& path) const = 0;
  // True for files, not for folders.
  virtual bool Exists(const std::string& path) const = 0;
  // What DuckDB opens to read the file: an absolute local path, or a URL it knows. The path is not
  // checked.
  virtual std::string EngineUrl(const std::string& path) const = 0;
  // Makes the folder of a file that is going to be written beside the store (no-op where there are none).
  virtual Status PrepareFolder(const std::string& path) = 0;
  // Makes files of WriteUnsynced durable (no-op where the store does so itself).
  virtual Status Sync(const std::vector<std::string>& paths) = 0;
  // Does what the store does: writes, reads back and removes a small file.
  virtual Status Check() = 0;
};

// kInvalid, with the reason, when `path` is not a path as above.
Status CheckStorePath(std::string_view path);

// Opens by URL: "file:///path" or a plain path. Fails with the list of schemes that are built in.
Result<std::shared_ptr<FileStore>> OpenFileStore(const std::string& url);

}  // namespace souk::lake
