// Which files an ingest takes, from the files and folders that a person names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace souk::ingest {

struct SourceFile {
  std::string path;
  std::string record;      // "" = to be judged by the columns
  std::optional<Day> day;  // of a path like …/2025/11/28/part.json
  uint64_t bytes = 0;      // 0 for a pipe
};

struct SourceList {
  std::vector<SourceFile> files;      // in the order given, folders sorted by path
  std::vector<std::string> left_out;  // files in folders whose ending says that they are no data
};

// `record` = "" takes the innermost folder that is called like a record. kNotFound for a missing path,
// kInvalid for a folder without data files.
Result<SourceList> ListSources(const std::vector<std::string>& paths, const std::string& record);

}  // namespace souk::ingest
