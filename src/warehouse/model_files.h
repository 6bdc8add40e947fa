// The files of models/: those built into the program, with those of a directory in their place or beside
// them.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

namespace souk::warehouse {

// Path below models/ ("staging/stg_users.sql") → content, for every file whose path starts with one of
// `folders`. kNotFound when `override_directory` is given and is no directory; "" = built-in files only.
Result<std::map<std::string, std::string>> ReadModelFiles(const std::string& override_directory,
                                                          std::initializer_list<std::string_view> folders);

}  // namespace souk::warehouse
