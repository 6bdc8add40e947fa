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
#include "lake/quarantine.h"
#include "lake/raw_zone.h"
#include "record/mapping.h"
#include "sql/database.h"

namespace souk::ingest {

struct FileIngestOptions {
  std::string record;                      // "" = by folder name (users/, transactions/…), else by columns
  std::map<std::string, std::string> map;  // target → source column
  std::map<std::string, std::string> time_formats;  // target → strptime format, where the guess is wrong
  std::string time_zone = "UTC";                    // of times without offset
  std::string delimiter;                            // "" = detect
  std::string encoding;                             // "" = detect (UTF-8, UTF-16 by BOM, else Windows-1252)
  bool dry_run = false;
  uint64_t max_line_bytes = 16'000'000;  // a longer line goes to quarantine, its first 64 kB kept
};

// What became of one file.
struct IngestedFile {
  std::string path;
  std::string record;
  bool skipped = false;  // the same content is already in the lake
  uint64_t bytes = 0;
  uint64_t rows = 0;  // taken
  uint64_t quarantined = 0;
  std::string quarantine_id;  // "" = nothing was
  record::Mapping mapping;
  std::string format;  // "CSV, comma, UTF-8, header"
  std::string note;    // what a person should know: "no rows", "same content as …"; "" = nothing
};

struct IngestReport {
  std::vector<IngestedFile> files;
  uint64_t rows = 0;
  uint64_t quarantined = 0;
  uint64_t skipped_files = 0;
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
Result<IngestReport> IngestFiles(const IngestTarget& target, const std::vector<std::string>& paths,
                                 const FileIngestOptions& options, Progress& progress);

// Reads the quarantined records of one file again (after a mend of the mapping, or of a rule). Returns what
// was taken.
Result<IngestReport> ReplayQuarantine(const IngestTarget& target, const std::string& id,
                                      const FileIngestOptions& options, Progress& progress);

}  // namespace souk::ingest
