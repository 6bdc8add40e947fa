#include "generate/file_set.h"

#include <fmt/format.h>

#include "base/files.h"

namespace souk::generate {
namespace {

// Takes the rows of a file that was made before, and leaves it as it is.
class AbsentWriter : public RowWriter {
 public:
  void Begin(const std::string& path) override { path_ = path; }
  void Text(std::string_view) override {}
  void Choice(size_t) override {}
  void Int(int64_t) override {}
  void Money(int64_t) override {}
  void Time(Micros) override {}
  void Bool(bool) override {}
  void Null() override {}
  void EndRow() override {}
  void EndDamagedRow(uint64_t) override {}
  Result<uint64_t> Finish() override { return FileSize(path_); }

 private:
  std::string path_;
};

}  // namespace

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

std::unique_ptr<FileSet::Output> FileSet::Writer(FileFormat format, std::vector<Column> columns) const {
  return std::make_unique<Output>(
      Output{MakeRowWriter(format, std::move(columns)), std::make_unique<AbsentWriter>()});
}

bool FileSet::IsThere(const std::string& path) const { return shop_->options.resume && PathExists(path); }

RowWriter& FileSet::Begin(Output& output, const std::string& path) const {
  RowWriter& writer = IsThere(path) ? *output.absent : *output.writer;
  writer.Begin(path);
  return writer;
}

Status FileSet::Finish(RowWriter& writer) {
  TRY(uint64_t bytes, writer.Finish());
  std::lock_guard lock(mutex_);
  ++files_;
  bytes_ += bytes;
  return {};
}

}  // namespace souk::generate
