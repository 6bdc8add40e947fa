// Quarantine: records that could not be taken, with the reason, the place they came from and their original
// bytes. One JSON-lines file per ingested file under ecommerce/quarantine/<record>/<id>.jsonl; format:
// docs/format/quarantine.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "lake/file_store.h"
#include "lake/offset_range.h"

namespace souk::lake {

struct QuarantinedRecord {
  uint64_t line = 0;    // 1-based line (CSV: of the record's first line) or row number in the source
  std::string reason;   // plain words: "3 fields, 8 expected"
  std::string field;    // the field at fault, "" when the whole line is
  std::string content;  // original bytes (kept as base64 on disk when they are not UTF-8)
  std::string place{};  // of a record of a topic: "orders-0@17"; "" = it came in a file
};

// One ingested file's rejects.
struct QuarantineFile {
  std::string id;      // short, names the file in `souk quarantine show ID`
  std::string record;  // "transactions"
  std::string source;  // where it came from
  std::string fingerprint;
  std::string header;       // CSV: the source's header line, so that a replay can read the lines again
  std::string format_json;  // RawFormatToJson (lake/raw_zone.h) of the ingest, for the replay; "" = not known
  uint64_t records = 0;
  Micros added = 0;
  // Of records of a topic: its name, and what was looked at when these were refused.
  std::string topic{};
  std::map<int32_t, OffsetRange> offsets{};
};

// Threads: any; two writers of one id must not run at once (the later one wins).
class Quarantine {
 public:
  explicit Quarantine(std::shared_ptr<FileStore> store) : store_(std::move(store)) {}

  // Durable when it returns. `file.id` and `file.records` are filled in. The id follows from the fingerprint,
  // which must not be empty: the same file added again takes the place of the first.
  Result<QuarantineFile> Add(QuarantineFile file, const std::vector<QuarantinedRecord>& records);
  Result<std::vector<QuarantineFile>> List() const;  // newest first
  Result<QuarantineFile> Get(const std::string& id) const;
  Result<std::vector<QuarantinedRecord>> Records(const std::string& id, uint64_t offset,
                                                 uint64_t limit) const;
  // After a replay: the records that still fail stay (an empty list removes the file).
  Status Replace(const std::string& id, const std::vector<QuarantinedRecord>& records);

  static std::string Folder(const std::string& record) { return "ecommerce/quarantine/" + record; }

 private:
  Result<QuarantineFile> ReadHeader(const std::string& path) const;
  Result<std::string> FreePath(QuarantineFile& file) const;
  Result<std::string> FindPath(const std::string& id) const;

  std::shared_ptr<FileStore> store_;
};

}  // namespace souk::lake
