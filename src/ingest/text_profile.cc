#include "ingest/text_profile.h"

#include <algorithm>

#include "ingest/binary_kind.h"
#include "ingest/blank_runs.h"
#include "record/columns.h"
#include "record/csv_dialect.h"
#include "record/json_lines.h"

namespace souk::ingest {
namespace {

using record::Encoding;

constexpr size_t kHeadRecords = 2000;
constexpr size_t kPieces = 8;
constexpr size_t kPieceBytes = 64 << 10;
constexpr size_t kPieceRecords = 250;
constexpr size_t kFirstRecords = 50;

bool EndsWithAny(const std::string& path, std::initializer_list<std::string_view> endings) {
  std::string lower = path;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

// Up to the last whole line, so that no character is cut in two.
std::string_view WholeLines(std::string_view bytes) {
  size_t end = bytes.rfind('\n');
  return end == std::string_view::npos ? bytes : bytes.substr(0, end + 1);
}

std::string Decoded(std::string_view bytes, Encoding encoding) {
  std::string text;
  if (encoding == Encoding::kUtf16Le || encoding == Encoding::kUtf16Be) {
    record::Utf16Reader(encoding == Encoding::kUtf16Be).Append(bytes, text);
  } else if (encoding == Encoding::kWindows1252) {
    for (char c : bytes) {
      if (!record::AppendWindows1252({&c, 1}, text)) text += '?';
    }
  } else {
    text = bytes;
  }
  return text;
}

std::string WithTabs(const std::string& text) {
  std::string tabs;
  BlankRuns().Append(text, tabs);
  return tabs;
}

// The beginning as UTF-8, without byte order mark.
std::string HeadText(const SourceReader& reader, const TextProfile& profile) {
  std::string text = Decoded(std::string_view(reader.head()).substr(profile.mark_bytes), profile.encoding);
  return profile.blank_runs ? WithTabs(text) : text;
}

bool IsAscii(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// UTF-8 unless most of what is not ASCII is not UTF-8 either. Where the beginning has nothing but ASCII, the
// pass decides when it comes to something else.
void JudgeEncoding(const SourceReader& reader, TextProfile& profile) {
  std::string_view head = reader.head();
  if (!reader.head_is_all()) head = WholeLines(head);
  profile.encoding_known = !IsAscii(head);
  if (!profile.encoding_known || record::IsUtf8(head)) return;
  size_t good = 0, bad = 0;
  record::CountUtf8(head, good, bad);
  if (bad > good) profile.encoding = Encoding::kWindows1252;
}

std::string_view FirstLine(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find('\n', begin) - begin);
}

// The samples of a file: its beginning, then pieces without their first, broken line.
class Samples {
 public:
  Samples(const SourceReader& reader, const TextProfile& profile) {
    texts_.push_back(HeadText(reader, profile));
    if (profile.encoding != Encoding::kUtf8 && profile.encoding != Encoding::kWindows1252) return;
    for (const std::string& piece : reader.Pieces(kPieces, kPieceBytes)) {
      size_t line = piece.find('\n');
      if (line == std::string::npos) continue;
      std::string text = Decoded(std::string_view(piece).substr(line + 1), profile.encoding);
      texts_.push_back(profile.blank_runs ? WithTabs(text) : text);
    }
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

std::vector<std::string> HeaderNames(const record::CsvScanner& scanner, const record::CsvRecord& first,
                                     bool header) {
  std::vector<std::string> names;
  std::string scratch;
  for (const record::CsvField& field : first.fields)
    names.emplace_back(header ? scanner.Text(field, scratch) : "");
  return record::ColumnNames(names);
}

// Hands the first `limit` records of `text` to `take` (blank and broken lines are passed over).
template <typename Take>
void ForRecords(const record::CsvDialect& dialect, std::string_view text, bool last, size_t limit,
                Take&& take) {
  record::CsvScanner scanner(dialect);
  scanner.Feed(text, last);
  record::CsvRecord record;
  for (size_t taken = 0; taken < limit && scanner.Next(record) == record::CsvScanner::Step::kRecord;) {
    if (record.content.empty() || record.problem != record::CsvProblem::kNone) continue;
    take(scanner, record);
    ++taken;
  }
}

void SampleCsv(const SourceReader& reader, TextProfile& profile) {
  Samples samples(reader, profile);
  std::vector<record::ColumnSampler> samplers;
  std::string scratch;
  bool named = false;
  auto take = [&](const record::CsvScanner& scanner, const record::CsvRecord& record) {
    if (!named) {
      named = true;
      for (auto& name : HeaderNames(scanner, record, profile.dialect.header)) samplers.emplace_back(name);
      if (profile.dialect.header) return;
    }
    if (record.fields.size() != samplers.size()) return;
    for (size_t i = 0; i < samplers.size(); ++i) samplers[i].Add(scanner.Text(record.fields[i], scratch));
  };
  for (size_t i = 0; i < samples.texts().size(); ++i) {
    bool last = i == 0 && reader.head_is_all();
    ForRecords(profile.dialect, samples.texts()[i], last, i == 0 ? kHeadRecords : kPieceRecords, take);
  }
  for (const auto& sampler : samplers) profile.columns.push_back(sampler.Finish());
}

void AddLines(std::string_view text, bool last, size_t limit, std::vector<std::string_view>& lines) {
  for (size_t taken = 0; taken < limit && !text.empty(); ++taken) {
    size_t end = text.find('\n');
    if (end == std::string_view::npos && !last) return;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

Status SampleJson(const SourceReader& reader, TextProfile& profile) {
  Samples samples(reader, profile);
  std::vector<std::string_view> lines;
  for (size_t i = 0; i < samples.texts().size(); ++i) {
    AddLines(samples.texts()[i], i == 0 && reader.head_is_all(), i == 0 ? kHeadRecords : kPieceRecords,
             lines);
  }
  size_t objects = 0;
  profile.columns = record::SampleJsonLines(lines, objects);
  if (FirstLine(samples.texts()[0]).substr(0, 1) == "[") {
    return Fail(Code::kUnsupported,
                "{} is one JSON array; Souk reads one object per line: jq -c '.[]' '{}' > lines.json "
                "makes that",
                reader.path(), reader.path());
  }
  if (objects > 0) return {};
  return Fail(Code::kInvalid,
              "{} has no line that is a JSON object; Souk reads one object per line: jq -c . '{}' > "
              "lines.json makes that from an object over several lines",
              reader.path(), reader.path());
}

}  // namespace

std::string TextProfile::Describe() const {
  if (kind == SourceKind::kJson) return fmt::format("JSON lines, {}", record::EncodingName(encoding));
  return fmt::format("CSV, {}, {}, {}",
                     blank_runs ? "runs of blanks" : record::DelimiterName(dialect.delimiter),
                     record::EncodingName(encoding), dialect.header ? "header" : "no header");
}

Result<SourceKind> KindOf(const SourceReader& reader) {
  std::string_view head = reader.head();
  if (head.empty()) return Fail(Code::kInvalid, "{} is empty; there is nothing to take", reader.path());
  if (head.substr(0, 4) == "PAR1") return SourceKind::kParquet;
  std::string binary = BinaryKind(head, reader.path());
  if (!binary.empty()) return Fail(Code::kInvalid, "{} {}", reader.path(), binary);
  if (EndsWithAny(reader.path(), {".parquet"})) {
    return Fail(Code::kInvalid,
                "{} is no Parquet file: it does not begin with PAR1; name it after what it is",
                reader.path());
  }
  size_t mark = 0;
  Encoding encoding = record::EncodingOfMark(head, mark);
  std::string text = Decoded(head.substr(mark, 4096), encoding);
  std::string_view first = FirstLine(text);
  if (first.empty() && reader.head_is_all()) {
    return Fail(Code::kInvalid, "{} has only blank lines; there is nothing to take", reader.path());
  }
  bool json = EndsWithAny(reader.path(), {".json", ".jsonl", ".ndjson"}) || first[0] == '{' ||
              first.substr(0, 2) == "[{";
  return json ? SourceKind::kJson : SourceKind::kCsv;
}

Result<TextProfile> ProfileText(const SourceReader& reader, SourceKind kind, const ProfileOptions& options) {
  TextProfile profile;
  profile.kind = kind;
  profile.encoding = record::EncodingOfMark(reader.head(), profile.mark_bytes);
  if (!options.encoding.empty()) {
    TRY(Encoding given, record::ParseEncoding(options.encoding));
    // A mark knows the byte order better than "UTF-16" does.
    if (profile.mark_bytes == 0 || given == Encoding::kWindows1252) profile.encoding = given;
  } else if (profile.mark_bytes == 0) {
    JudgeEncoding(reader, profile);
  }
  if (kind != SourceKind::kCsv) return profile;
  char delimiter = '\0';
  if (!options.delimiter.empty()) {
    TRY(delimiter, record::ParseDelimiter(options.delimiter));
  }
  std::string head = HeadText(reader, profile);
  profile.dialect = record::DetectCsvDialect(head, reader.head_is_all(), delimiter);
  if (options.blank_runs && !delimiter && FirstNames(reader, profile).size() <= 1 &&
      IsBlankSeparated(head, reader.head_is_all())) {
    profile.blank_runs = true;
    profile.dialect = record::DetectCsvDialect(WithTabs(head), reader.head_is_all(), '\t');
  }
  return profile;
}

std::string HeaderReason(const SourceReader& reader, const TextProfile& profile) {
  return record::GuessHeader(profile.dialect, HeadText(reader, profile), reader.head_is_all()).reason;
}

Status SampleColumns(const SourceReader& reader, TextProfile& profile) {
  profile.columns.clear();
  if (profile.kind == SourceKind::kJson) return SampleJson(reader, profile);
  SampleCsv(reader, profile);
  if (profile.columns.empty())
    return Fail(Code::kInvalid, "{} has no line that can be read as a header", reader.path());
  return {};
}

std::vector<std::string> FirstNames(const SourceReader& reader, const TextProfile& profile) {
  std::string_view head = std::string_view(reader.head()).substr(profile.mark_bytes, 64 << 10);
  std::string text = Decoded(head, profile.encoding);
  if (profile.blank_runs) text = WithTabs(text);
  bool last = reader.head_is_all() && reader.head().size() <= (64 << 10);
  std::vector<std::string> names;
  if (profile.kind == SourceKind::kJson) {
    std::vector<std::string_view> lines;
    AddLines(text, last, kFirstRecords, lines);
    size_t objects = 0;
    for (auto& column : record::SampleJsonLines(lines, objects)) names.push_back(column.name);
    return names;
  }
  ForRecords(profile.dialect, text, last, 1,
             [&](const record::CsvScanner& scanner, const record::CsvRecord& record) {
               names = HeaderNames(scanner, record, profile.dialect.header);
             });
  return names;
}

}  // namespace souk::ingest
