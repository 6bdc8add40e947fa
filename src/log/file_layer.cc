#include "log/file_layer.h"

namespace souk::log {

Result<std::string> ReadRange(const FileRange& range) {
  std::string content(range.bytes, '\0');
  TRY(size_t bytes, range.file->ReadAt(range.position, content.data(), content.size()));
  if (bytes < content.size()) return Fail(Code::kCorrupt, "a file of the log is shorter than it was");
  return content;
}

Result<std::string> ReadWhole(FileLayer& files, const std::string& path) {
  TRY(std::shared_ptr<File> file, files.Open(path, OpenMode::kRead));
  TRY(uint64_t size, file->Size());
  std::string content(size, '\0');
  TRY(size_t bytes, file->ReadAt(0, content.data(), content.size()));
  content.resize(bytes);
  return content;
}

Status RemoveDirectory(FileLayer& files, const std::string& path) {
  auto names = files.List(path);
  if (!names) {
    // A file is no directory: it has no names in it and goes as it is.
    return names.error().code == Code::kNotFound ? Status() : files.Remove(path);
  }
  for (const std::string& name : *names) TRY_STATUS(RemoveDirectory(files, path + "/" + name));
  return files.Remove(path);
}

Status ReplaceFile(FileLayer& files, const std::string& path, std::string_view content) {
  std::string temporary = path + ".new";
  TRY(std::shared_ptr<File> file, files.Open(temporary, OpenMode::kCreate));
  TRY_STATUS(file->Truncate(0));
  TRY_STATUS(file->WriteAt(0, {content}));
  TRY_STATUS(file->Sync());
  TRY_STATUS(files.Rename(temporary, path));
  return files.SyncDirectory(path.substr(0, path.rfind('/')));
}

}  // namespace souk::log
