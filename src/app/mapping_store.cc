#include "app/mapping_store.h"

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/options.h"

namespace souk::app {
namespace {

constexpr std::string_view kEnding = ".yml";

}  // namespace

bool MappingStore::IsPath(const std::string& text) {
  return text.find('/') != std::string::npos || text.ends_with(kEnding) || text.ends_with(".yaml");
}

Status MappingStore::CheckSavable(const std::string& name_or_path) {
  if (IsPath(name_or_path)) {
    std::string folder = std::filesystem::path(name_or_path).parent_path().string();
    if (folder.empty() || IsDirectory(folder)) return {};
    return Fail(Code::kInvalid, "there is no folder {} to save the mapping in; make it first", folder);
  }
  auto plain = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; };
  bool good = !name_or_path.empty() && name_or_path[0] != '.' &&
              std::all_of(name_or_path.begin(), name_or_path.end(), plain);
  if (good) return {};
  return Fail(Code::kInvalid,
              "a mapping cannot be called '{}'; use letters, digits, '_', '-' and '.', or give a path",
              name_or_path);
}

std::string MappingStore::PathOf(const std::string& name_or_path) const {
  return IsPath(name_or_path) ? name_or_path : fmt::format("{}/{}{}", directory_, name_or_path, kEnding);
}

Result<std::vector<std::string>> MappingStore::Names() const {
  std::vector<std::string> names;
  if (!IsDirectory(directory_)) return names;
  TRY(auto files, ListFiles(directory_));
  for (const std::string& file : files) {
    std::string name = file.substr(directory_.size() + 1);
    if (!name.ends_with(kEnding) || name.find('/') != std::string::npos) continue;
    names.push_back(name.substr(0, name.size() - kEnding.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

tl::unexpected<Error> MappingStore::FailMissing(const std::string& name) const {
  if (IsPath(name)) return Fail(Code::kNotFound, "there is no mapping file {}; look at the spelling", name);
  auto names = Names();
  std::string nearest = names ? NearestWord(name, *names) : "";
  return Fail(Code::kNotFound, "there is no saved mapping '{}'{} `souk mapping ls` lists them", name,
              nearest.empty() ? ";" : fmt::format(", did you mean '{}'?", nearest));
}

Result<SavedMapping> MappingStore::Load(const std::string& name_or_path) const {
  if (!IsPath(name_or_path)) TRY_STATUS(CheckSavable(name_or_path));
  SavedMapping mapping{name_or_path, PathOf(name_or_path), {}};
  if (!PathExists(mapping.path)) return FailMissing(name_or_path);
  TRY(std::string text, ReadFile(mapping.path));
  TRY(mapping.reading, ingest::ReadingFromYaml(text, mapping.path));
  return mapping;
}

Result<std::string> MappingStore::Save(const std::string& name_or_path,
                                       const ingest::ReadingOptions& reading) const {
  TRY_STATUS(CheckSavable(name_or_path));
  std::string path = PathOf(name_or_path);
  if (!IsPath(name_or_path)) TRY_STATUS(CreateDirectories(directory_));
  TRY_STATUS(WriteFileAtomic(path, ingest::ReadingToYaml(reading)));
  return path;
}

Status MappingStore::Delete(const std::string& name) const {
  if (IsPath(name)) return Fail(Code::kInvalid, "{} is a file of your own; delete it as such", name);
  TRY_STATUS(CheckSavable(name));
  std::string path = PathOf(name);
  if (!PathExists(path)) return FailMissing(name);
  TRY_STATUS(RemoveTree(path));
  return SyncDirectory(directory_);
}

}  // namespace souk::app
