// The raw zone: what came in, in its source's own format, and the log that says which files count.
// Layout and bytes: docs/format/raw_zone.md. One log per record kind under ecommerce/raw/<record>/_commits/.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "lake/file_store.h"
#include "lake/offset_range.h"

namespace souk::lake {

// How a raw file is to be read: decided at ingest, kept with the file, all that a build needs.
struct RawFormat {
  std::string kind;                  // "csv", "json" (JSON lines), "parquet"
  std::string delimiter = ",";       // csv
  std::string quote = "\"";          // csv; "" = none
  std::string escape = "\"";         // csv
  bool header = true;                // csv
  std::vector<std::string> columns;  // csv: names in file order; json, parquet: the columns used
  // Target field → source column; fields that are missing have no source.
  std::map<std::string, std::string> mapping;
  // Target timestamp field → how its text is written: a strptime format, or "epoch_s", "epoch_ms", "epoch_us"
  // for counts since 1970 UTC; not named or "" = ISO 8601 or already a timestamp.
  std::map<std::string, std::string> time_formats;
  // Target timestamp fields whose text carries its own offset ("Z", "+02:00"); the others are times of
  // `time_zone`.
  std::vector<std::string> zoned_times;
  std::string time_zone;  // of times without an offset, IANA name
  std::string decimal_separator = ".";
  // Target number field → its decimal separator, where the column has group separators or another decimal
  // separator than the file: "1.234,50" → ",", "1,234.50" → ".". The other character of the two separates
  // groups.
  std::map<std::string, std::string> decimal_separators;
  // Texts that stand for "no value" besides the empty one. Typed values and ids may have blanks around them,
  // whole numbers and ids may end in ".0".
  std::vector<std::string> null_texts;
  std::string source_encoding = "UTF-8";  // the source's; text in the raw zone itself is UTF-8
};

// As an object of docs/format/raw_zone.md, on one line. Texts must be UTF-8.
std::string RawFormatToJson(const RawFormat& format);
Result<RawFormat> RawFormatFromJson(std::string_view text);

struct RawFile {
  std::string path;  // in the store
  uint64_t bytes = 0;
  uint64_t rows = 0;        // records, without header and without quarantined lines
  std::string fingerprint;  // SHA-256 of the source file's bytes and the record kind
  std::string source;       // where it came from, as the user named it
  std::string
      origin;  // of lines taken out of quarantine: the fingerprint of the file they came in; "" = else
  RawFormat format;
  // Of records that came over a topic: its name, and where they stood there by partition.
  std::string topic;
  std::map<int32_t, OffsetRange> offsets;
  // Fingerprints of the files whose rows it holds, when it was put together from such; they count no more.
  std::vector<std::string> merged;
  Micros added = 0;  // set by Commit
};

// How far a topic is in the raw zone.
struct TopicPosition {
  std::map<int32_t, int64_t> next;  // partition → offset of the first record that is not there
  // Up to where the topic of refused records holds nothing of records after `next`, by its partition.
  std::map<int32_t, int64_t> quarantine_next;
};
using TopicPositions = std::map<std::string, TopicPosition>;  // by topic

// That a commit takes a topic further. `from` is where it must be at that moment (-1 = no position yet), so
// that of two writers with the same records one is refused.
struct TopicAdvance {
  std::string topic;
  std::map<int32_t, OffsetRange> partitions;
  std::map<int32_t, int64_t> quarantine_next;
};

struct RawCommit {
  std::string operation;  // "ingest", "stream", …
  std::vector<RawFile> add;
  std::vector<std::string> remove;  // paths
  std::vector<TopicAdvance> advance;
};

// A file that lies in the raw zone's folder and is not committed yet: as long as this lives, RemoveOrphans of
// this process leaves it alone. To be made before the file is put in place.
class RawReservation {
 public:
  RawReservation(const FileStore& store, const std::string& path);
  ~RawReservation();
  RawReservation(const RawReservation&) = delete;

 private:
  std::string url_;
};

// Threads: any; commits are ordered by the log itself (a loser re-reads and tries again).
class RawZone {
 public:
  explicit RawZone(std::shared_ptr<FileStore> store) : store_(std::move(store)) {}

  // Version = number of commits; 0 when there is none.
  Result<int64_t> Version(const std::string& record) const;
  // Files that count at the latest version (or at `version`), sorted by path.
  Result<std::vector<RawFile>> Files(const std::string& record, std::optional<int64_t> version = {}) const;
  // One commit that adds and removes; either all of it counts or nothing. Returns the new version. The files
  // to add must be in the store, durable. kAlreadyExists when one with the same path or the same fingerprint
  // counts already and is not removed by this commit (so a repeated commit adds nothing); kNotFound when one
  // to add is not in the store, or one to remove does not count.
  Result<int64_t> Commit(const std::string& record, const std::string& operation,
                         const std::vector<RawFile>& add, const std::vector<std::string>& remove, Micros now);
  // The same with what it takes from topics. kAlreadyExists too when one of these is not where `from` says:
  // another writer was faster.
  Result<int64_t> Commit(const std::string& record, const RawCommit& commit, Micros now);
  Result<TopicPositions> Positions(const std::string& record) const;
  // Removes files below the record's folder that no commit names (left by a crash), returns how many. A file
  // that was put in place and is not committed yet counts as an orphan unless it is reserved.
  Result<size_t> RemoveOrphans(const std::string& record);
  // Removes files of topics that stopped counting before `before`, returns how many. Versions that had them
  // cannot be read any more.
  Result<size_t> Vacuum(const std::string& record, Micros before);

  static std::string Folder(const std::string& record) { return "ecommerce/raw/" + record; }
  FileStore& store() const { return *store_; }

 private:
  std::shared_ptr<FileStore> store_;
};

}  // namespace souk::lake
