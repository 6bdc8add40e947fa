#include "stream/hour_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace souk::stream {
namespace {

constexpr Micros kMicrosPerHour = 3600 * kMicrosPerSecond;
constexpr size_t kBufferBytes = 256 << 10;       // of one file
constexpr uint64_t kBuffersBytes = 16ull << 20;  // of all

Micros HourOf(Micros wall) {
  Micros rest = wall % kMicrosPerHour;
  return wall - (rest < 0 ? rest + kMicrosPerHour : rest);
}

// The time that says when it happened.
size_t TimeField(const record::Schema& schema) {
  for (size_t f = 0; f < schema.fields.size(); ++f) {
    const record::Field& field = schema.fields[f];
    if (field.type == record::FieldType::kTimestamp && field.required && !field.derivable) return f;
  }
  return 0;
}

tl::unexpected<Error> FailWrite(const std::string& path) {
  const char* remedy = errno == ENOSPC || errno == EDQUOT ? "; free some space" : "";
  return Fail(Code::kIo, "cannot write {}: {}{}", path, std::strerror(errno), remedy);
}

}  // namespace

HourFiles::HourFiles(const record::Schema& schema, const TimeZone& zone, std::string scratch_prefix)
    : schema_(schema), zone_(zone), scratch_prefix_(std::move(scratch_prefix)), time_(TimeField(schema)) {}

HourFiles::~HourFiles() { Clear(); }

HourFile& HourFiles::FileFor(const record::JsonDecoder& decoder, const record::TypedRecord& record) {
  Micros hour = HourOf(zone_.ToWall(record.values[time_].number));
  std::vector<size_t>& places = by_hour_[hour];
  for (size_t place : places) {
    if (files_[place].form.Take(decoder, record)) return files_[place];
  }
  HourFile& file = files_.emplace_back(schema_);
  (void)file.form.Take(decoder, record);
  file.hour = hour;
  file.first = record.values[time_].number;
  file.scratch = fmt::format("{}{}", scratch_prefix_, files_.size());
  places.push_back(files_.size() - 1);
  return file;
}

Status HourFiles::Add(const record::JsonDecoder& decoder, const record::TypedRecord& record,
                      std::string_view value, int32_t partition, int64_t offset) {
  HourFile& file = FileFor(decoder, record);
  size_t begin = file.buffer.size();
  file.buffer += value;
  if (std::memchr(value.data(), '\n', value.size()) || std::memchr(value.data(), '\r', value.size())) {
    std::replace_if(
        file.buffer.begin() + static_cast<std::ptrdiff_t>(begin), file.buffer.end(),
        [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  file.buffer += '\n';
  auto [range, fresh] = file.offsets.emplace(partition, lake::OffsetRange{offset, offset + 1});
  range->second.next = offset + 1;
  uint64_t size = value.size() + 1;
  ++file.rows, ++rows_;
  file.bytes += size, bytes_ += size, buffered_ += size;
  if (file.buffer.size() >= kBufferBytes) return Spill(file);
  return buffered_ >= kBuffersBytes ? Spill() : Status();
}

// Opened anew each time: records of a long past come in thousands of hours.
Status HourFiles::Spill(HourFile& file) {
  if (file.buffer.empty()) return {};
  int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (file.buffer.size() == file.bytes ? O_TRUNC : O_APPEND);
  int fd = open(file.scratch.c_str(), flags, 0644);
  if (fd < 0) return FailWrite(file.scratch);
  off_t begin = lseek(fd, 0, SEEK_END);
  std::string_view rest = file.buffer;
  while (!rest.empty()) {
    ssize_t written = write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto failed = FailWrite(file.scratch);
      // So that the same can be written again.
      (void)!ftruncate(fd, begin);
      close(fd);
      return failed;
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (close(fd) != 0) return FailWrite(file.scratch);
  buffered_ -= file.buffer.size();
  file.buffer.clear();
  return {};
}

Status HourFiles::Spill() {
  for (HourFile& file : files_) {
    TRY_STATUS(Spill(file));
    file.buffer.shrink_to_fit();
  }
  return {};
}

void HourFiles::Clear() {
  for (const HourFile& file : files_) unlink(file.scratch.c_str());
  files_.clear();
  by_hour_.clear();
  rows_ = bytes_ = buffered_ = 0;
}

}  // namespace souk::stream
