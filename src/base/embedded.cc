#include "base/embedded.h"

#include <cstddef>
#include <cstdint>

// Written by tools/embed.py; sorted by name, ended by an entry without a name.
struct SoukAsset {
  const char* name;
  uint64_t name_length;
  const char* data;
  uint64_t data_length;
};
extern "C" const SoukAsset souk_assets[];

namespace souk {
namespace {

std::string_view Name(const SoukAsset& asset) { return {asset.name, asset.name_length}; }

}  // namespace

std::optional<std::string_view> FindAsset(std::string_view path) {
  for (const SoukAsset* asset = souk_assets; asset->name != nullptr; ++asset) {
    if (Name(*asset) == path) return std::string_view(asset->data, asset->data_length);
  }
  return std::nullopt;
}

std::vector<std::string_view> ListAssets(std::string_view prefix) {
  std::vector<std::string_view> paths;
  for (const SoukAsset* asset = souk_assets; asset->name != nullptr; ++asset) {
    if (Name(*asset).starts_with(prefix)) paths.push_back(Name(*asset));
  }
  return paths;
}

}  // namespace souk
