// The files of a shop below its directory: where each goes, and how many there are.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

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
  // Completes the writer's file and counts it.
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
