#include "warehouse/model_files.h"

#include "base/embedded.h"
#include "base/files.h"

namespace souk::warehouse {
namespace {

constexpr std::string_view kRoot = "models/";

bool Below(std::string_view path, std::initializer_list<std::string_view> folders) {
  for (std::string_view folder : folders) {
    if (path.starts_with(folder)) return true;
  }
  return false;
}

}  // namespace

Result<std::map<std::string, std::string>> ReadModelFiles(const std::string& override_directory,
                                                          std::initializer_list<std::string_view> folders) {
  std::map<std::string, std::string> files;
  for (std::string_view asset : ListAssets(kRoot)) {
    std::string_view path = asset.substr(kRoot.size());
    if (Below(path, folders)) files.emplace(path, FindAsset(asset).value_or(""));
  }
  if (override_directory.empty()) return files;
  if (!IsDirectory(override_directory)) {
    return Fail(Code::kNotFound, "models.dir: {} is no directory", override_directory);
  }
  std::string root = AbsolutePath(override_directory);
  TRY(auto paths, ListFiles(root));
  for (const std::string& full : paths) {
    std::string path = full.substr(root.size() + 1);
    if (!Below(path, folders)) continue;
    TRY(files[path], ReadFile(full));
  }
  return files;
}

}  // namespace souk::warehouse
