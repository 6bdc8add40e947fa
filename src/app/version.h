// The program's version, and those of the libraries it runs with.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace souk::app {

inline constexpr const char* kVersion = SOUK_VERSION;

// Name and version, as found at run time where the library tells it.
std::vector<std::pair<std::string, std::string>> LibraryVersions();

}  // namespace souk::app
