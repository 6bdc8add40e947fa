// The flags that say how files are read, for every verb that reads some.
#pragma once

#include <string>
#include <vector>

#include "app/verb.h"
#include "ingest/file_ingest.h"

namespace souk::app {

class ReadingFlags {
 public:
  // Declares --mapping, --map, --time-zone, --time-format, --decimal-separator, --delimiter and --encoding.
  // `again`: for lines that were read before, where what is not given is as it was then.
  void Add(CLI::App& app, bool again = false);
  // Fills in what the flags say, over what the saved mapping says that they name. `record` (of --as) belongs
  // to the flags; "" = not given.
  Status Fill(VerbContext& context, const std::string& record, ingest::FileIngestOptions& options) const;

 private:
  std::vector<std::string> maps_, time_formats_, decimal_separators_;
  std::string mapping_, time_zone_, delimiter_, encoding_;
};

// The name or path that a person gave for a mapping, paths as absolute ones seen from where they stood.
std::string MappingArgument(const VerbContext& context, const std::string& argument);

}  // namespace souk::app
