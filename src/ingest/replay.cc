// Quarantined records once more: those that can be taken now become a raw file of their own.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/hash.h"
#include "ingest/commit.h"
#include "ingest/line_pass.h"
#include "ingest/placement.h"
#include "ingest/raw_format.h"
#include "ingest/raw_output.h"
#include "record/columns.h"
#include "record/csv_dialect.h"
#include "record/json_lines.h"

namespace souk::ingest {
namespace {

using lake::QuarantinedRecord;
using lake::QuarantineFile;

// What became of one record.
class OneRecordSink : public LineSink {
 public:
  Status Keep(std::string_view bytes) override { return Mend(bytes); }
  Status Mend(std::string_view bytes) override {
    line += bytes;
    return {};
  }
  Status Reject(uint64_t, const record::Fault& why, std::string_view) override {
    if (!rejected) fault = why;
    rejected = true;
    return {};
  }
  std::string line;
  bool rejected = false;
  record::Fault fault;
};

class Replay {
 public:
  Replay(const IngestTarget& target, const FileIngestOptions& options, Progress& progress)
      : target_(target), options_(options), progress_(progress) {}

  Result<IngestReport> Run(const std::string& id);

 private:
  Status Load(const std::string& id);
  Status Map();
  void SampleColumns();
  std::set<std::string> ZonedTimes(const QuarantinedRecord& record, const record::Schema& schema) const;
  Result<std::vector<TakenFile>> ReadGroups();
  Status ReadAgain();
  Status TakeRecord(LinePass& pass, QuarantinedRecord& record);
  Result<TakenFile> MakeFile();
  lake::RawFormat FormatOfLines() const;

  const IngestTarget& target_;
  const FileIngestOptions& options_;
  Progress& progress_;
  QuarantineFile file_;
  lake::RawFormat format_;
  TextProfile profile_;
  record::Mapping mapping_;
  std::vector<QuarantinedRecord> records_, rest_;
  std::string lines_;  // those that can be taken
  uint64_t taken_ = 0;
};

Status Replay::Load(const std::string& id) {
  TRY(file_, target_.quarantine->Get(id));
  if (!options_.record.empty() && options_.record != file_.record) {
    return Fail(Code::kInvalid, "{} holds {}, not {}; take their file anew as these: souk ingest {} --as {}",
                id, file_.record, options_.record, file_.source, options_.record);
  }
  TRY(format_, lake::RawFormatFromJson(file_.format_json));
  TRY(records_, target_.quarantine->Records(id, 0, file_.records));
  profile_.kind = format_.kind == "csv" ? SourceKind::kCsv : SourceKind::kJson;
  if (!options_.delimiter.empty()) {
    TRY(char delimiter, record::ParseDelimiter(options_.delimiter));
    format_.delimiter = std::string(1, delimiter);  // of the lines; the columns are the file's
  }
  if (!options_.time_zone.empty()) format_.time_zone = options_.time_zone;
  if (format_.time_zone.empty()) format_.time_zone = options_.default_time_zone;
  TRY_STATUS(CheckTimeZone(format_.time_zone, *target_.database));
  profile_.dialect = DialectOf(format_);
  profile_.dialect.header = false;
  std::string encoding = options_.encoding.empty() ? format_.source_encoding : options_.encoding;
  TRY(profile_.encoding, record::ParseEncoding(encoding));
  // UTF-16 was turned into UTF-8 before its lines were looked at.
  if (profile_.encoding != record::Encoding::kWindows1252) profile_.encoding = record::Encoding::kUtf8;
  return {};
}

// What the columns look like in the records themselves, for those that are mapped now and were not before.
void Replay::SampleColumns() {
  profile_.columns = ColumnsOf(format_);
  constexpr size_t kSample = 1000;
  std::vector<record::SourceColumn> seen;
  if (profile_.kind == SourceKind::kJson) {
    std::vector<std::string_view> lines;
    for (size_t i = 0; i < records_.size() && i < kSample; ++i) lines.push_back(records_[i].content);
    size_t objects = 0;
    seen = record::SampleJsonLines(lines, objects);
  } else {
    std::vector<record::ColumnSampler> samplers(profile_.columns.size(), record::ColumnSampler(""));
    std::string scratch;
    for (size_t i = 0; i < records_.size() && i < kSample; ++i) {
      record::CsvScanner scanner(profile_.dialect);
      record::CsvRecord record;
      scanner.Feed(records_[i].content, true);
      if (scanner.Next(record) != record::CsvScanner::Step::kRecord ||
          record.fields.size() != samplers.size())
        continue;
      for (size_t c = 0; c < samplers.size(); ++c) samplers[c].Add(scanner.Text(record.fields[c], scratch));
    }
    for (size_t c = 0; c < samplers.size(); ++c) {
      seen.push_back(samplers[c].Finish());
      seen.back().name = profile_.columns[c].name;
    }
  }
  std::set<std::string> written;  // how these are written is known
  for (const auto& [field, column] : format_.mapping) {
    if (!options_.map.count(field)) written.insert(column);
  }
  for (record::SourceColumn& column : seen) {
    if (written.count(column.name)) continue;
    auto same = [&](const auto& known) { return known.name == column.name; };
    auto known = std::find_if(profile_.columns.begin(), profile_.columns.end(), same);
    if (known == profile_.columns.end()) {
      profile_.columns.push_back(std::move(column));
    } else {
      *known = std::move(column);
    }
  }
}

// The mapping of the ingest, with what is given now in its place; nothing is guessed.
Status Replay::Map() {
  TRY(const record::Schema* schema, record::FindSchema(file_.record));
  ReadingOptions given = options_;
  given.map.clear();
  for (const record::Field& field : schema->fields) given.map[field.name] = "";
  for (const auto& [field, column] : format_.mapping) given.map[field] = column;
  for (const auto& [field, column] : options_.map) given.map[field] = column;
  auto mapping = MapColumns(*schema, profile_.columns, given);
  if (!mapping) {
    return Wrap(mapping.error(), options_.mapping_name.empty()
                                     ? file_.id
                                     : file_.id + " with the mapping " + options_.mapping_name);
  }
  mapping_ = *std::move(mapping);
  return {};
}

// Columns whose times carry an offset from UTC in this record, as far as nothing else is said of them.
std::set<std::string> Replay::ZonedTimes(const QuarantinedRecord& record,
                                         const record::Schema& schema) const {
  std::set<std::string> zoned;
  size_t objects = 0;
  auto columns = record::SampleJsonLines({record.content}, objects);
  for (const record::Field& field : schema.fields) {
    if (field.type != record::FieldType::kTimestamp || options_.time_formats.count(field.name)) continue;
    auto given = options_.map.find(field.name);
    auto known = format_.mapping.find(field.name);
    if (given == options_.map.end() && known == format_.mapping.end()) continue;
    const std::string& name = given != options_.map.end() ? given->second : known->second;
    auto column =
        std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == name; });
    if (column != columns.end() && column->time_has_zone) zoned.insert(name);
  }
  return zoned;
}

// In a file a column's times are all written in one way. Records of a topic come from many hands: those with
// an offset from UTC and those without are read apart, and become files of their own.
Result<std::vector<TakenFile>> Replay::ReadGroups() {
  TRY(const record::Schema* schema, record::FindSchema(file_.record));
  const bool topic = !file_.topic.empty();
  std::map<std::set<std::string>, std::vector<QuarantinedRecord>> groups;
  for (QuarantinedRecord& record : records_) {
    std::set<std::string> zoned = topic ? ZonedTimes(record, *schema) : std::set<std::string>();
    groups[std::move(zoned)].push_back(std::move(record));
  }
  const std::vector<record::SourceColumn> columns = profile_.columns;
  std::vector<QuarantinedRecord> rest;
  std::vector<TakenFile> files;
  for (auto& [zoned, records] : groups) {
    records_ = std::move(records);
    rest_.clear();
    lines_.clear();
    taken_ = 0;
    profile_.columns = columns;
    for (record::SourceColumn& column : profile_.columns) {
      if (!topic || !column.time_format.empty()) continue;
      column.time_has_zone = zoned.count(column.name) > 0;
      column.time |= column.time_has_zone;
    }
    TRY_STATUS(Map());
    TRY_STATUS(ReadAgain());
    TRY(auto file, MakeFile());
    files.push_back(std::move(file));
    std::move(rest_.begin(), rest_.end(), std::back_inserter(rest));
  }
  rest_ = std::move(rest);
  std::sort(rest_.begin(), rest_.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
  return files;
}

Status Replay::TakeRecord(LinePass& pass, QuarantinedRecord& record) {
  if (record.reason.rfind(kLongLine, 0) == 0) {
    rest_.push_back(std::move(record));  // only its beginning is there
    return {};
  }
  std::string content = record.content + "\n";
  // A record of a topic may go over several lines; between JSON's tokens a line end means a blank.
  if (!record.place.empty()) {
    std::replace_if(
        content.begin(), content.end() - 1, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  }
  size_t size = content.size();
  content.resize(size + record::kJsonPadding);
  OneRecordSink sink;
  auto used = pass.Consume({content.data(), size}, true, sink);
  if (!used) return tl::unexpected(used.error());
  if (sink.rejected || sink.line.empty()) {
    if (sink.rejected) record.reason = sink.fault.reason;
    if (sink.rejected) record.field = sink.fault.field;
    rest_.push_back(std::move(record));
    return {};
  }
  lines_ += sink.line;
  ++taken_;
  return {};
}

Status Replay::ReadAgain() {
  TRY(auto check, record::RecordCheck::Make(mapping_, profile_.columns));
  auto pass = MakePass(profile_, std::move(check), options_.max_line_bytes);
  progress_.Stage("reading again", records_.size(), "records");
  for (QuarantinedRecord& record : records_) {
    TRY_STATUS(progress_.CheckCancelled());
    TRY_STATUS(TakeRecord(*pass, record));
    progress_.Advance(1);
  }
  return {};
}

lake::RawFormat Replay::FormatOfLines() const {
  lake::RawFormat format = FormatOfMapping(mapping_, profile_.columns, format_.time_zone);
  format.kind = profile_.kind == SourceKind::kCsv ? "csv" : "json";
  format.columns = format_.columns;
  if (profile_.kind == SourceKind::kJson) {
    std::set<std::string> used;
    for (const auto& field : mapping_.fields) used.insert(field.column);
    format.columns.assign(used.begin(), used.end());
  }
  record::CsvDialect dialect = profile_.dialect;
  dialect.header = format_.header;
  SetDialect(dialect, format);
  return format;
}

Result<TakenFile> Replay::MakeFile() {
  TakenFile file;
  file.shown.path = file_.source;
  file.shown.record = file_.record;
  file.shown.bytes = lines_.size();
  file.shown.rows = taken_;
  file.shown.quarantined = rest_.size();
  file.shown.quarantine_id = rest_.empty() ? "" : file_.id;
  file.shown.mapping = mapping_;
  file.shown.format =
      profile_.kind == SourceKind::kCsv ? "CSV from quarantine" : "JSON lines from quarantine";
  lake::RawFile& raw = file.raw;
  raw.rows = taken_;
  raw.source = file_.source;
  raw.origin = file_.fingerprint;
  Sha256 hash;
  for (std::string_view part :
       {std::string_view(file_.fingerprint), std::string_view("\n"), std::string_view(lines_)}) {
    hash.Update(part);
  }
  raw.fingerprint = hash.HexDigest();
  raw.format = FormatOfLines();
  if (taken_ == 0 || options_.dry_run) return file;
  TRY(auto output, RawOutput::Create(target_.scratch));
  if (raw.format.kind == "csv" && raw.format.header) TRY_STATUS(output.Write(HeaderLine(raw.format) + "\n"));
  TRY_STATUS(output.Write(lines_));
  TRY_STATUS(output.Close());
  raw.bytes = output.bytes();
  raw.path = FreeRawPath(target_.raw->store(), file_.record,
                         DayFromDays(target_.clock->Now() / kMicrosPerDay), raw.fingerprint, file_.source);
  file.reserved = std::make_shared<lake::RawReservation>(target_.raw->store(), raw.path);
  TRY_STATUS(target_.raw->store().Adopt(output.path(), raw.path));
  output.Release();
  return file;
}

Result<IngestReport> Replay::Run(const std::string& id) {
  TRY_STATUS(Load(id));
  SampleColumns();
  TRY(std::vector<TakenFile> files, ReadGroups());
  if (!options_.dry_run) {
    // A replay that was cut off between the commit and the last step finds its own files in the lake.
    TRY(auto present, target_.raw->Files(file_.record));
    auto there = [&](const TakenFile& file) {
      return std::any_of(present.begin(), present.end(),
                         [&](const auto& raw) { return raw.fingerprint == file.raw.fingerprint; });
    };
    std::vector<TakenFile> fresh;
    std::copy_if(files.begin(), files.end(), std::back_inserter(fresh),
                 [&](const auto& f) { return !there(f); });
    if (!fresh.empty()) TRY_STATUS(CommitFiles(target_, fresh, "replay", false));
    TRY_STATUS(target_.quarantine->Replace(id, rest_));
  }
  return MakeReport(files);
}

}  // namespace

Result<IngestReport> ReplayQuarantine(const IngestTarget& target, const std::string& id,
                                      const FileIngestOptions& options, Progress& progress) {
  std::lock_guard turn(IngestTurn());
  if (!options.dry_run) TRY_STATUS(RemoveLeftovers(target));
  return Replay(target, options, progress).Run(id);
}

}  // namespace souk::ingest
