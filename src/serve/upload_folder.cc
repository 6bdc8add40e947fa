#include "serve/upload_folder.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <random>

#include "base/files.h"
#include "record/encoding.h"

namespace souk::serve {
namespace {

constexpr size_t kMostUploads = 100;
constexpr size_t kLongestName = 200;

std::string RandomId() {
  std::random_device device;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", device());
  return id;
}

Result<void> AppendTo(const std::string& path, std::string_view piece) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "ab"), std::fclose);
  bool written = file && std::fwrite(piece.data(), 1, piece.size(), file.get()) == piece.size() &&
                 std::fflush(file.get()) == 0;
  if (written) return {};
  return Fail(Code::kIo, "{} cannot be written; make room on the disk of the data directory", path);
}

}  // namespace

std::string PlainFileName(std::string_view name) {
  size_t cut = name.find_last_of("/\\");
  if (cut != std::string_view::npos) name.remove_prefix(cut + 1);
  std::string plain;
  for (char c : name) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) plain += c;
  }
  while (plain.starts_with('.')) plain.erase(0, 1);
  if (plain.size() > kLongestName || !record::IsUtf8(plain)) return "";
  return plain;
}

Result<Upload> UploadFolder::Begin(const std::string& name, uint64_t bytes) {
  std::string plain = PlainFileName(name);
  if (plain.empty()) return Fail(Code::kInvalid, "'{}' is no name for a file; rename it", name);
  if (bytes > most_bytes_) {
    return Fail(
        Code::kInvalid,
        "{} has {} bytes, and {} is the limit; raise web.max_upload, or use souk ingest on this machine",
        plain, bytes, most_bytes_);
  }
  std::lock_guard lock(mutex_);
  Tidy();
  if (entries_.size() >= kMostUploads)
    return Fail(Code::kUnavailable, "{} uploads are open; wait until some are done", entries_.size());
  Entry entry;
  entry.upload.id = RandomId();
  entry.upload.bytes = bytes;
  std::string folder = directory_ + "/" + entry.upload.id;
  entry.upload.path = folder + "/" + plain;
  TRY_STATUS(CreateDirectories(folder));
  TRY_STATUS(AppendTo(entry.upload.path, ""));
  entries_[entry.upload.id] = entry;
  return entry.upload;
}

Result<Upload> UploadFolder::Append(const std::string& id, uint64_t offset, std::string_view piece) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(id);
  if (found == entries_.end()) return Fail(Code::kNotFound, "there is no upload {}; begin again", id);
  Upload& upload = found->second.upload;
  if (offset != upload.received)
    return Fail(Code::kAlreadyExists, "the upload has come to byte {}; go on there", upload.received);
  if (piece.size() > upload.bytes - upload.received)
    return Fail(Code::kInvalid, "the upload was announced with {} bytes; begin again", upload.bytes);
  TRY_STATUS(AppendTo(upload.path, piece));
  upload.received += piece.size();
  return upload;
}

Result<Upload> UploadFolder::Get(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(id);
  if (found == entries_.end()) return Fail(Code::kNotFound, "there is no upload {}; begin again", id);
  return found->second.upload;
}

void UploadFolder::UsedBy(const std::string& id, int64_t job) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(id);
  if (found != entries_.end()) found->second.job = job;
}

Status UploadFolder::Remove(const std::string& id) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(id);
  if (found == entries_.end()) return {};
  if (found->second.job != 0 && !job_ended_(found->second.job))
    return Fail(Code::kUnavailable, "job {} still reads the file", found->second.job);
  TRY_STATUS(RemoveTree(directory_ + "/" + id));
  entries_.erase(found);
  return {};
}

// With mutex_ held.
void UploadFolder::Tidy() {
  if (!clean_) clean_ = RemoveTree(directory_).has_value();
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    bool over = entry->second.job != 0 && job_ended_(entry->second.job);
    if (over && RemoveTree(directory_ + "/" + entry->first)) {
      entry = entries_.erase(entry);
    } else {
      ++entry;
    }
  }
}

}  // namespace souk::serve
