// Taking a file's rows out of the raw zone again.
#pragma once

#include <string>
#include <vector>

#include "ingest/file_ingest.h"

namespace souk::ingest {

struct RemovedFile {
  std::string record;
  std::string source;
  std::string fingerprint;
  uint64_t files = 0;  // of the raw zone; 0 = all of its lines were in quarantine
  uint64_t rows = 0;
  uint64_t quarantined = 0;
};

// Takes out what one ingested file gave: its rows, those that came out of its quarantine later, and what
// still is in quarantine. `name` is the path it was taken from or the beginning (4 characters at least) of a
// fingerprint; `record` = "" means any. kNotFound when nothing is called so, kInvalid when several files are:
// the message lists them. The raw files stay on the disk, for readers of older versions. The commit comes
// first; after a crash behind it the same call removes what was left in quarantine.
Result<RemovedFile> RemoveFile(const IngestTarget& target, const std::string& name,
                               const std::string& record);

}  // namespace souk::ingest
