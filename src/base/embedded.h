// The files that are built into the program: schemas/, models/ and the page (web/dist/).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace souk {

// The content of the file at `path`, e.g. "schemas/users.yml"; nothing when the program holds no such file.
std::optional<std::string_view> FindAsset(std::string_view path);
// Paths of all files below `prefix`, sorted.
std::vector<std::string_view> ListAssets(std::string_view prefix);

}  // namespace souk
