#include "generate/file_set.h"

#include <fmt/format.h>

#include "base/files.h"

namespace souk::generate {

Result<std::string> FileSet::PathOf(std::string_view folder, std::string_view name, FileFormat format) const {
  std::string directory = fmt::format("{}/{}", shop_->options.directory, folder);
  TRY_STATUS(CreateDirectories(directory));
  return fmt::format("{}/{}.{}", directory, name, FormatName(format));
}

Result<std::string> FileSet::PathOf(std::string_view folder, uint32_t day, std::string_view name,
                                    FileFormat format) const {
  const Day& date = shop_->days[day].date;
  return PathOf(fmt::format("{}/{:04}/{:02}/{:02}", folder, date.year, date.month, date.day), name, format);
}

Status FileSet::Finish(RowWriter& writer) {
  TRY(uint64_t bytes, writer.Finish());
  std::lock_guard lock(mutex_);
  ++files_;
  bytes_ += bytes;
  return {};
}

}  // namespace souk::generate
