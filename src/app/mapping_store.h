// Saved mappings: how files are read, under a name, as YAML files (docs/format/mapping.md) in the data
// directory or wherever a team keeps them.
#pragma once

#include <string>
#include <vector>

#include "ingest/reading.h"

namespace souk::app {

struct SavedMapping {
  std::string name;  // "shop"; of a file elsewhere its path
  std::string path;
  ingest::ReadingOptions reading;
};

// One directory of them, which need not exist. Threads: any; files are put in place in one step.
class MappingStore {
 public:
  explicit MappingStore(std::string directory) : directory_(std::move(directory)) {}

  // Whether `text` is the path of a file and no name: it has a '/' or ends in .yml or .yaml.
  static bool IsPath(const std::string& text);

  Result<std::vector<std::string>> Names() const;  // of the directory, sorted
  // By name or, where IsPath, from that file (absolute). kNotFound names the nearest.
  Result<SavedMapping> Load(const std::string& name_or_path) const;
  // Replaces one of the same name. Returns the file's path.
  Result<std::string> Save(const std::string& name_or_path, const ingest::ReadingOptions& reading) const;
  Status Delete(const std::string& name) const;
  // kInvalid when nothing can be saved so: a name is of letters, digits, '_', '-' and '.'; the folder of a
  // path must be there.
  static Status CheckSavable(const std::string& name_or_path);

 private:
  std::string PathOf(const std::string& name_or_path) const;
  tl::unexpected<Error> FailMissing(const std::string& name) const;

  std::string directory_;
};

}  // namespace souk::app
