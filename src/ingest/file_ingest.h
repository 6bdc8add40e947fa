// Files into the raw zone: detect the format, map the columns, check every line, quarantine what cannot be
// read, commit.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/progress.h"
#include "ingest/reading.h"
#include "lake/quarantine.h"
#include "lake/raw_zone.h"
#include "record/mapping.h"
#include "sql/database.h"

namespace souk::ingest {

struct FileIngestOptions : ReadingOptions {
  // In place of an empty time_zone; a replay takes that of the ingest instead.
  std::string default_time_zone = "UTC";
  std::string mapping_name;  // of the saved mapping among the options, for errors; "" = none
  bool dry_run = false;
  bool replace = false;  // a file that was taken before is taken again, in place of what it gave then
  uint64_t max_line_bytes = 16'000'000;  // a longer line goes to quarantine, its first 64 kB kept
};

// What an earlier ingest of a file had given, with what came out of its quarantine later.
struct EarlierTaking {
  Micros added = 0;   // 0 = there was none
  uint64_t rows = 0;  // that counted
  uint64_t quarantined = 0;
};

// What became of one file.
struct IngestedFile {
  std::string path;
  std::string record;
  bool skipped = false;    // the same content is already in the lake
  EarlierTaking replaced;  // no longer counts; `quarantined` is not known in a dry run
  uint64_t bytes = 0;
  uint64_t rows = 0;  // taken
  uint64_t quarantined = 0;
  std::string quarantine_id;  // "" = nothing was
  record::Mapping mapping;
  std::vector<std::string> nested;  // Parquet: columns that hold lists or objects, which are not taken
  std::string format;               // "CSV, comma, UTF-8, header"
  std::string note;  // what a person should know: "no rows", "same content as …"; "" = nothing
};

struct IngestReport {
  std::vector<IngestedFile> files;
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  uint64_t skipped_files = 0;
  uint64_t replaced_files = 0;
  std::vector<std::string>
      left_out;  // files in the given folders that are no data by their ending, e.g. truth.json
};

// Where ingested data goes. The parts must outlive the call.
struct IngestTarget {
  lake::RawZone* raw = nullptr;
  lake::Quarantine* quarantine = nullptr;
  std::shared_ptr<sql::Database> database;  // an in-memory one: reads Parquet
  const Clock* clock = nullptr;
  std::string scratch;  // a directory on the lake's disk for files being written
};

// Takes files and folders. Either every file is committed or, after an error, none of this call (orphans are
// removed with the next ingest). Memory stays bounded whatever a file's size. A folder means every file below
// it.
// With `replace` the commit that adds a file's rows removes those it gave before, so that one or the other
// counts at any time. Until its end, quarantine holds the rejects of both takings; the same call again mends
// what a crash left. A file that gives no row at all is refused then.
Result<IngestReport> IngestFiles(const IngestTarget& target, const std::vector<std::string>& paths,
                                 const FileIngestOptions& options, Progress& progress);

// Reads the quarantined records of one file again (after a mend of the mapping, or of a rule). Returns what
// was taken.
Result<IngestReport> ReplayQuarantine(const IngestTarget& target, const std::string& id,
                                      const FileIngestOptions& options, Progress& progress);

}  // namespace souk::ingest
