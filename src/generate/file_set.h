// The files of a shop below its directory: where each goes, how many there are, and, when an unfinished shop
// is continued, which are there already.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "generate/row_writer.h"
#include "generate/shop.h"

namespace souk::generate {

// Threads: any.
class FileSet {
 public:
  explicit FileSet(const Shop& shop) : shop_(&shop) {}

  // <directory>/<folder>/<name>.<ending>, or with a day <directory>/<folder>/YYYY/MM/DD/<name>.<ending>. The
  // folders are made.
  Result<std::string> PathOf(std::string_view folder, std::string_view name, FileFormat format) const;
  Result<std::string> PathOf(std::string_view folder, uint32_t day, std::string_view name,
                             FileFormat format) const;

  // A writer of files, and what takes its place for files that are there already. Not thread-safe.
  struct Output {
    std::unique_ptr<RowWriter> writer, absent;
  };
  std::unique_ptr<Output> Writer(FileFormat format, std::vector<Column> columns) const;
  // Begins a file; rows go to the result. When the file is there already, that takes them and does nothing.
  RowWriter& Begin(Output& output, const std::string& path) const;
  // Whether the file is there already, so that it need not be made.
  bool IsThere(const std::string& path) const;
  // Completes what Begin gave and counts the file.
  Status Finish(RowWriter& writer);

  uint64_t files() const { return files_; }
  uint64_t bytes() const { return bytes_; }

 private:
  const Shop* shop_;
  std::mutex mutex_;
  uint64_t files_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace souk::generate
