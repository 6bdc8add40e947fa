#include <algorithm>
#include <set>

#include "ingest/ingest_run.h"
#include "ingest/line_pass.h"
#include "ingest/placement.h"
#include "ingest/raw_format.h"
#include "ingest/raw_output.h"
#include "record/json_lines.h"

namespace souk::ingest {
namespace {

// What a reject costs besides its bytes.
constexpr uint64_t kRejectOverhead = 200;

// Into a scratch file, whole stretches of good lines at once; rejects are kept in memory.
class FileSink : public LineSink {
 public:
  FileSink(RawOutput& output, RejectBudget& budget, TakenFile& file)
      : output_(output), budget_(budget), file_(file) {}

  Status Keep(std::string_view bytes) override {
    if (span_.data() + span_.size() == bytes.data()) {
      span_ = {span_.data(), span_.size() + bytes.size()};
      return {};
    }
    TRY_STATUS(EndPiece());
    span_ = bytes;
    return {};
  }

  Status Mend(std::string_view bytes) override {
    TRY_STATUS(EndPiece());
    return output_.Write(bytes);
  }

  Status Reject(uint64_t line, const record::Fault& fault, std::string_view content) override {
    TRY_STATUS(budget_.Take(content.size() + kRejectOverhead, file_.shown.path, fault.reason));
    file_.rejects.push_back({line, fault.reason, fault.field, std::string(content)});
    return {};
  }

  Status EndPiece() override {
    Status written = span_.empty() ? Status() : output_.Write(span_);
    span_ = {};
    return written;
  }

 private:
  RawOutput& output_;
  RejectBudget& budget_;
  TakenFile& file_;
  std::string_view span_;
};

// Counts, to see whether a way of reading fits.
class CountSink : public LineSink {
 public:
  Status Keep(std::string_view) override { return {}; }
  Status Mend(std::string_view) override { return {}; }
  Status Reject(uint64_t, const record::Fault&, std::string_view) override {
    ++rejects;
    return {};
  }
  uint64_t rejects = 0;
};

// One text file on its way into the lake.
class TextTaker {
 public:
  TextTaker(IngestRun& run, const SourceFile& source, std::unique_ptr<SourceReader> reader)
      : run_(run), source_(source), reader_(std::move(reader)) {}

  Result<TakenFile> Take(SourceKind kind);

 private:
  Status Profile(SourceKind kind);
  Result<bool> Reuse(const std::vector<record::SourceColumn>& columns);
  Status Map();
  Status AddGivenKeys();
  Result<std::unique_ptr<LinePass>> Pass(RawOutput& output);
  bool AddUnknown(const LinePass& pass);
  Status Describe(const LinePass& pass, const RawOutput& output);

  IngestRun& run_;
  const SourceFile& source_;
  std::unique_ptr<SourceReader> reader_;
  TextProfile profile_;
  const record::Schema* schema_ = nullptr;
  record::Mapping mapping_;
  TakenFile file_;
};

Result<bool> TextTaker::Reuse(const std::vector<record::SourceColumn>& columns) {
  if (!source_.record.empty()) {
    TRY(schema_, record::FindSchema(source_.record));
  } else {
    schema_ = record::GuessSchema(columns);
  }
  if (!schema_) return false;
  profile_.columns = columns;
  if (Status mapped = Map(); !mapped) return false;
  TRY(auto check, record::RecordCheck::Make(mapping_, profile_.columns));
  auto pass = MakePass(profile_, std::move(check), run_.options().max_line_bytes);
  bool utf16 =
      profile_.encoding == record::Encoding::kUtf16Le || profile_.encoding == record::Encoding::kUtf16Be;
  if (utf16) return false;
  std::string head = reader_->head().substr(profile_.mark_bytes, 64 << 10);
  size_t size = head.size();
  head.resize(size + record::kJsonPadding);
  CountSink sink;
  TRY_STATUS(pass->Consume({head.data(), size}, false, sink));
  return pass->rows() > 0 && sink.rejects * 10 <= pass->rows();
}

Status TextTaker::Profile(SourceKind kind) {
  const FileIngestOptions& options = run_.options();
  TRY(profile_, ProfileText(*reader_, kind, {options.delimiter, options.encoding}));
  auto known = run_.columns().Find(profile_, FirstNames(*reader_, profile_));
  if (known) {
    TRY(bool fits, Reuse(*known));
    if (fits) return {};
  }
  TRY_STATUS(SampleColumns(*reader_, profile_));
  TRY(schema_, SchemaFor(source_.path, source_.record, profile_.columns));
  run_.columns().Add(profile_);
  return {};
}

// A key that is given by name may occur further down than the sample.
Status TextTaker::AddGivenKeys() {
  if (profile_.kind != SourceKind::kJson) return {};
  for (const auto& [target, name] : run_.options().map) {
    auto same = [&](const auto& column) { return column.name == name; };
    if (name.empty() || std::any_of(profile_.columns.begin(), profile_.columns.end(), same)) continue;
    profile_.columns.emplace_back().name = name;
  }
  return {};
}

Status TextTaker::Map() {
  TRY_STATUS(AddGivenKeys());
  auto mapping = MapColumns(*schema_, profile_.columns, run_.options());
  if (!mapping) return Wrap(mapping.error(), run_.Named(source_));
  mapping_ = *std::move(mapping);
  return {};
}

Result<std::unique_ptr<LinePass>> TextTaker::Pass(RawOutput& output) {
  TRY(auto check, record::RecordCheck::Make(mapping_, profile_.columns));
  auto pass = MakePass(profile_, std::move(check), run_.options().max_line_bytes);
  FileSink sink(output, run_.budget(), file_);
  reader_->Decode(profile_.encoding, profile_.mark_bytes);
  Status done = RunPass(*reader_, *pass, sink, run_.options().max_line_bytes);
  if (!done) return tl::unexpected(done.error());
  TRY_STATUS(output.Close());
  return pass;
}

// JSON: keys that no sampled line had. True when the record has a field for one of them.
bool TextTaker::AddUnknown(const LinePass& pass) {
  auto unknown = pass.UnknownColumns();
  if (unknown.empty()) return false;
  size_t mapped = mapping_.fields.size();
  profile_.columns.insert(profile_.columns.end(), unknown.begin(), unknown.end());
  return Map() && mapping_.fields.size() > mapped;
}

Status TextTaker::Describe(const LinePass& pass, const RawOutput& output) {
  profile_.encoding = pass.encoding();
  file_.shown.record = schema_->name;
  file_.shown.bytes = reader_->bytes();
  file_.shown.rows = pass.rows();
  file_.shown.quarantined = file_.rejects.size();
  file_.shown.mapping = mapping_;
  file_.shown.format = profile_.Describe();
  lake::RawFile& raw = file_.raw;
  raw.bytes = output.bytes();
  raw.rows = pass.rows();
  raw.fingerprint = reader_->Fingerprint(schema_->name);
  raw.source = source_.path;
  raw.format = FormatOfMapping(mapping_, profile_.columns, run_.options().time_zone);
  raw.format.source_encoding = record::EncodingName(profile_.encoding);
  if (profile_.kind == SourceKind::kCsv) {
    raw.format.kind = "csv";
    SetDialect(profile_.dialect, raw.format);
    for (const auto& column : profile_.columns) raw.format.columns.push_back(column.name);
  } else {
    raw.format.kind = "json";
    std::set<std::string> used;
    for (const auto& field : mapping_.fields) used.insert(field.column);
    raw.format.columns.assign(used.begin(), used.end());
    file_.unmet = pass.UnmetColumns();
  }
  bool named = raw.format.kind == "csv" && raw.format.header;
  file_.quarantine.record = schema_->name;
  file_.quarantine.source = source_.path;
  file_.quarantine.fingerprint = raw.fingerprint;
  file_.quarantine.header = named ? HeaderLine(raw.format) : "";
  file_.quarantine.format_json = lake::RawFormatToJson(raw.format);
  return {};
}

Result<TakenFile> TextTaker::Take(SourceKind kind) {
  file_.shown.path = source_.path;
  TRY_STATUS(Profile(kind));
  TRY_STATUS(Map());
  TRY(auto output, RawOutput::Create(run_.scratch()));
  TRY(auto pass, Pass(output));
  // Keys that turn up late are rare, so reading the file once more is too. A pipe cannot be read twice.
  for (int again = 0; again < 3 && source_.bytes > 0 && AddUnknown(*pass); ++again) {
    file_.rejects.clear();
    TRY(reader_, SourceReader::Open(source_.path, SilentProgress()));
    TRY(output, RawOutput::Create(run_.scratch()));
    TRY(pass, Pass(output));
  }
  TRY_STATUS(Describe(*pass, output));
  TRY_STATUS(run_.FindEarlier(file_));
  if (file_.shown.skipped) {
    file_.shown.rows = file_.shown.quarantined = 0;
    file_.rejects.clear();
    return std::move(file_);
  }
  if (pass->rows() == 0) {
    file_.shown.note = file_.rejects.empty() ? "no rows" : "no row could be taken";
    return std::move(file_);
  }
  std::optional<Day> day = source_.day;
  if (!day) day = DayOfSpan(pass->check().span(), run_.options().time_zone, run_.target().database.get());
  TRY_STATUS(run_.Place(output.path(), source_, day, file_));
  output.Release();
  return std::move(file_);
}

}  // namespace

Result<TakenFile> TakeText(IngestRun& run, const SourceFile& source, SourceKind kind,
                           std::unique_ptr<SourceReader> reader) {
  return TextTaker(run, source, std::move(reader)).Take(kind);
}

}  // namespace souk::ingest
