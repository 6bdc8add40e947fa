// One call of IngestFiles while it runs: what its threads share, and what became of each file before the
// commit.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ingest/file_ingest.h"
#include "ingest/raw_output.h"
#include "ingest/source_list.h"
#include "ingest/text_profile.h"

namespace souk::ingest {

// A file that was read. It lies in the lake already (not committed), unless it adds nothing or this is a dry
// run.
struct TakenFile {
  IngestedFile shown;
  lake::RawFile raw;                               // path "" = nothing to add
  std::shared_ptr<lake::RawReservation> reserved;  // until the commit
  std::vector<std::string> unmet;                  // JSON: columns whose key no line had
  std::vector<std::string> replaces;               // paths in the raw zone that no longer count with it
  std::vector<lake::QuarantinedRecord> rejects;
  lake::QuarantineFile quarantine;  // what belongs to the rejects
};

// Raw files by the fingerprint of the file they come from, those out of its quarantine included.
using RawFilesBySource = std::multimap<std::string, lake::RawFile>;
RawFilesBySource BySource(std::vector<lake::RawFile> files);

// Memory for rejects of one call: they are held until the commit.
class RejectBudget {
 public:
  static constexpr uint64_t kBytes = 256 << 20;
  Status Take(uint64_t bytes, const std::string& path, const std::string& reason);

 private:
  std::atomic<uint64_t> used_{0};
};

// Columns of files that were sampled, so that the next file of the same kind need not be. Threads: any.
class ColumnCache {
 public:
  // Columns of an earlier file that has (CSV) exactly these names in this order, (JSON) at least these.
  std::optional<std::vector<record::SourceColumn>> Find(const TextProfile& profile,
                                                        const std::vector<std::string>& names) const;
  void Add(const TextProfile& profile);

 private:
  mutable std::mutex mutex_;
  std::vector<TextProfile> known_;
};

// Threads: the members that several threads use guard themselves.
class IngestRun {
 public:
  IngestRun(const IngestTarget& target, const FileIngestOptions& options, Progress& progress)
      : target_(target), options_(options), progress_(progress) {}

  const IngestTarget& target() const { return target_; }
  const FileIngestOptions& options() const { return options_; }
  Progress& progress() { return progress_; }
  RejectBudget& budget() { return budget_; }
  ColumnCache& columns() { return columns_; }
  // "orders.csv", "orders.csv with the mapping shop": what an error about the mapping begins with.
  std::string Named(const SourceFile& source) const;
  // "" in a dry run.
  std::string scratch() const { return options_.dry_run ? "" : target_.scratch; }

  // Looks whether the file's content is in the lake or was met in this call: marks it as skipped then, or
  // fills in what it replaces. `file` has its record and its fingerprint.
  Status FindEarlier(TakenFile& file);
  // Puts the scratch file of a finished pass into the lake under its path there.
  Status Place(const std::string& scratch_file, const SourceFile& source, std::optional<Day> day,
               TakenFile& file);

 private:
  const IngestTarget& target_;
  const FileIngestOptions& options_;
  Progress& progress_;
  RejectBudget budget_;
  ColumnCache columns_;
  std::mutex mutex_;
  std::map<std::string, RawFilesBySource> earlier_;  // by record; what counts at the beginning of the call
  std::set<std::string> met_;                        // fingerprints, in this call
};

// Reads a CSV or JSON-lines source whose beginning `reader` has read.
Result<TakenFile> TakeText(IngestRun& run, const SourceFile& source, SourceKind kind,
                           std::unique_ptr<SourceReader> reader);

// A Parquet source in two steps, because many files are checked by one statement: the copy with its
// fingerprint …
struct ParquetCopy {
  SourceFile source;  // its record is known
  RawOutput copy;     // nothing in a dry run: then the source itself is looked at
  TakenFile file;

  std::string path() const { return copy.path().empty() ? source.path : copy.path(); }
};
Result<ParquetCopy> CopyParquet(IngestRun& run, const SourceFile& source,
                                std::unique_ptr<SourceReader> reader);
// … and the check of all of them. What is left of a file that has bad rows replaces its copy.
Status CheckParquet(IngestRun& run, std::vector<ParquetCopy>& copies);

// The schema a source is read with: the record that is given, or the one its columns fit.
Result<const record::Schema*> SchemaFor(const std::string& path, const std::string& record,
                                        const std::vector<record::SourceColumn>& columns);

}  // namespace souk::ingest
