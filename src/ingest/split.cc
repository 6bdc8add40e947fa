#include "ingest/split.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>

#include "base/files.h"
#include "ingest/raw_output.h"
#include "ingest/text_profile.h"
#include "record/times.h"
#include "record/values.h"

namespace souk::ingest {
namespace {

constexpr size_t kMaxLineBytes = 16'000'000;
constexpr size_t kWriteBytes = 1 << 20;
constexpr Micros kNoTime = std::numeric_limits<Micros>::min();

struct SourceLine {
  std::string_view bytes;  // line end included
  std::string_view time;   // of the time column; empty = none
  bool row = true;         // false: blank
};
using TakeLine = std::function<Status(const SourceLine&)>;

// The file's rows with their bytes, as often as needed.
class SourceLines {
 public:
  SourceLines(std::string path, TextProfile profile, Progress& progress)
      : path_(std::move(path)), profile_(std::move(profile)), progress_(progress) {}

  void ReadTimeOf(const std::string& column) {
    const auto& columns = profile_.columns;
    key_ = column;
    place_ = static_cast<size_t>(
        std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == column; }) -
        columns.begin());
  }

  Status ForEach(const TakeLine& take) {
    TRY(auto reader, SourceReader::Open(path_, progress_));
    reader->LeaveOutFingerprint();
    reader->Decode(record::Encoding::kUtf8, 0);  // bytes as they are
    bool csv = profile_.kind == SourceKind::kCsv;
    record::CsvScanner scanner(profile_.dialect);
    scanner_ = &scanner;
    header_ahead_ = csv && profile_.dialect.header;
    header_.clear();
    std::string buffer;
    bool first = true;
    for (bool more = true; more;) {
      TRY(more, reader->Read(buffer));
      std::string_view text = buffer;
      if (first) header_ = text.substr(0, profile_.mark_bytes);
      if (first) text.remove_prefix(profile_.mark_bytes);
      first = false;
      TRY(size_t used, csv ? TakeCsv(text, !more, take) : TakeJson(text, !more, take));
      buffer.erase(0, buffer.size() - text.size() + used);
      if (buffer.size() > kMaxLineBytes) {
        return Fail(Code::kUnsupported,
                    "{}: a line is longer than 16 MB, or its quotes do not close; mend it first", path_);
      }
    }
    return {};
  }

  // The byte order mark and the header, which belong into every part.
  const std::string& header() const { return header_; }

 private:
  Result<size_t> TakeCsv(std::string_view text, bool last, const TakeLine& take) {
    record::CsvRecord record;
    scanner_->Feed(text, last);
    while (scanner_->Next(record) == record::CsvScanner::Step::kRecord) {
      SourceLine line{record.bytes, {}, !record.content.empty()};
      if (header_ahead_) {
        header_ += record.bytes;
        header_ahead_ = !line.row;
        continue;
      }
      bool whole = record.problem == record::CsvProblem::kNone;
      if (whole && place_ < record.fields.size() && record.fields.size() == profile_.columns.size())
        line.time = record.fields[place_].text;
      TRY_STATUS(take(line));
    }
    return scanner_->consumed();
  }

  Result<size_t> TakeJson(std::string_view text, bool last, const TakeLine& take) {
    size_t begin = 0;
    while (begin < text.size()) {
      size_t end = text.find('\n', begin);
      if (end == std::string_view::npos && !last) break;
      SourceLine line{text.substr(begin, end == std::string_view::npos ? end : end + 1 - begin), {}, true};
      line.row = line.bytes.find_first_not_of(" \t\r\n") != std::string_view::npos;
      if (line.row && !key_.empty()) line.time = JsonTime(line.bytes);
      TRY_STATUS(take(line));
      begin += line.bytes.size();
    }
    return begin;
  }

  std::string_view JsonTime(std::string_view line) {
    simdjson::dom::element value;
    if (parser_.parse(line.data(), line.size()).at_key(key_).get(value)) return {};
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return text;
    number_ = value.is_int64() ? std::to_string(value.get_int64().value_unsafe()) : "";
    return number_;
  }

  std::string path_;
  TextProfile profile_;
  Progress& progress_;
  std::string key_;
  size_t place_ = std::numeric_limits<size_t>::max();
  record::CsvScanner* scanner_ = nullptr;
  simdjson::dom::parser parser_;
  std::string number_;
  std::string header_;
  bool header_ahead_ = false;
};

// One part being written.
class Part {
 public:
  static Result<Part> Create(const std::string& directory) {
    TRY(auto output, RawOutput::Create(directory));
    return Part(std::move(output));
  }
  Status Write(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() < kWriteBytes) return {};
    return Flush();
  }
  Status Close() {
    TRY_STATUS(Flush());
    TRY_STATUS(output_.Close());
    return SyncFile(output_.path());
  }
  Status MoveTo(const std::string& path) {
    if (std::rename(output_.path().c_str(), path.c_str()) != 0)
      return Fail(Code::kIo, "cannot put {} in place: {}", path, std::strerror(errno));
    output_.Release();
    return {};
  }

 private:
  explicit Part(RawOutput output) : output_(std::move(output)) {}
  Status Flush() {
    Status written = output_.Write(buffer_);
    buffer_.clear();
    return written;
  }
  RawOutput output_;
  std::string buffer_;
};

std::string SwappedFormat(std::string format) {
  size_t day = format.find("%d"), month = format.find("%m");
  if (day == std::string::npos || month == std::string::npos) return "";
  std::swap(format[day + 1], format[month + 1]);
  return format;
}

class Splitter {
 public:
  Splitter(const std::string& path, const SplitOptions& options, Progress& progress)
      : path_(path), options_(options), progress_(progress) {}

  Result<SplitReport> Run() {
    TRY_STATUS(Look());
    TRY_STATUS(NameOutputs());
    SourceLines lines(path_, profile_, progress_);
    if (!report_.time_column.empty()) lines.ReadTimeOf(report_.time_column);
    TRY_STATUS(ReadTimes(lines));
    TRY_STATUS(Divide());
    TRY_STATUS(Write(lines));
    return std::move(report_);
  }

 private:
  Status Look();
  Status ChooseTime(const record::Schema* schema);
  Status NameOutputs();
  Status ReadTimes(SourceLines& lines);
  Status ReadTimesAs(SourceLines& lines, const std::string& format);
  Status Divide();
  Status Write(SourceLines& lines);
  bool IsHistorical(Micros time);

  const std::string& path_;
  const SplitOptions& options_;
  Progress& progress_;
  TextProfile profile_;
  const record::Schema* schema_ = nullptr;
  SplitReport report_;
  std::vector<Micros> times_;  // of every row, in the order of lines
  Micros border_ = 0;          // rows before it are historical …
  uint64_t border_rows_ = 0;   // … and so many of those at it
};

Status Splitter::Look() {
  if (!(options_.historical > 0 && options_.historical < 1)) {
    return Fail(Code::kInvalid, "--historical {}: give a share between 0 and 1, such as 0.7",
                options_.historical);
  }
  if (!PathExists(path_))
    return Fail(Code::kNotFound, "there is no file {}; look at the spelling and the current directory",
                path_);
  if (!std::filesystem::is_regular_file(path_))
    return Fail(Code::kInvalid, "{} is no plain file; it has to be read twice", path_);
  TRY(auto reader, SourceReader::Open(path_, progress_));
  TRY(SourceKind kind, KindOf(*reader));
  if (kind == SourceKind::kParquet)
    return Fail(Code::kUnsupported, "{} is Parquet, which has no lines to split; write it as CSV first",
                path_);
  TRY(profile_, ProfileText(*reader, kind, {options_.delimiter, "", false}));
  if (profile_.encoding == record::Encoding::kUtf16Le || profile_.encoding == record::Encoding::kUtf16Be) {
    return Fail(Code::kUnsupported, "{} is UTF-16; make it UTF-8 first: iconv -f utf-16 -t utf-8 '{}'", path_,
                path_);
  }
  TRY_STATUS(SampleColumns(*reader, profile_));
  schema_ = record::GuessSchema(profile_.columns);
  return ChooseTime(schema_);
}

// The event's own time, else the first column that holds times.
Status Splitter::ChooseTime(const record::Schema* schema) {
  std::string wanted = options_.time_column;
  if (wanted.empty() && schema) {
    if (auto mapping = record::GuessMapping(*schema, profile_.columns)) {
      for (const char* field : {"transaction_timestamp", "event_time", "signup_at", "created_at"}) {
        const record::MappedField* mapped = mapping->Find(field);
        if (mapped && wanted.empty()) wanted = mapped->column;
      }
    }
  }
  for (const auto& column : profile_.columns) {
    bool found = wanted.empty() ? column.type == record::FieldType::kTimestamp : column.name == wanted;
    if (!found) continue;
    report_.time_column = column.name;
    report_.time_format = column.time_format;
    if (!options_.time_format.empty()) report_.time_format = options_.time_format;
    if (column.time || !options_.time_format.empty()) return {};
    return Fail(Code::kInvalid,
                "{}: column '{}' holds no times such as 2025-11-28; say how they are written with "
                "--time-format '%d.%m.%Y'",
                path_, column.name);
  }
  if (wanted.empty()) return {};
  return Fail(Code::kInvalid, "{} has no column '{}'", path_, wanted);
}

Status Splitter::NameOutputs() {
  std::filesystem::path source(path_);
  std::string name = options_.name;
  if (name.empty())
    name = schema_ && schema_->name == "transactions" ? schema_->name : source.stem().string();
  std::string ending = source.has_extension() ? source.extension().string() : ".csv";
  report_.historical_path = fmt::format("{}/{}_historical{}", options_.directory, name, ending);
  report_.realtime_path = fmt::format("{}/{}_realtime{}", options_.directory, name, ending);
  for (const std::string& path : {report_.historical_path, report_.realtime_path}) {
    if (!PathExists(path)) continue;
    std::error_code ignored;
    if (std::filesystem::equivalent(path, path_, ignored))
      return Fail(Code::kInvalid, "{} is the file to be split; name another folder with --out", path);
    if (!options_.overwrite)
      return Fail(Code::kAlreadyExists, "{} is there already; --overwrite replaces it", path);
  }
  return CreateDirectories(options_.directory);
}

Status Splitter::ReadTimesAs(SourceLines& lines, const std::string& format) {
  TRY(auto reader, record::TimeFormat::Parse(format));
  bool timed = !report_.time_column.empty();
  times_.clear();
  report_.without_time = 0;
  return lines.ForEach([&](const SourceLine& line) -> Status {
    if (!line.row) return {};
    record::TimeValue time;
    bool read = timed && reader.Read(line.time, time);
    report_.without_time += timed && !read;
    times_.push_back(read ? time.micros : timed ? kNoTime : 0);
    return {};
  });
}

// Where the sample left day and month open, the format that more of the rows have is taken.
Status Splitter::ReadTimes(SourceLines& lines) {
  uint64_t bytes = std::filesystem::file_size(path_);
  progress_.Stage("reading", bytes, "B");
  TRY_STATUS(ReadTimesAs(lines, report_.time_format));
  std::string other = options_.time_format.empty() ? SwappedFormat(report_.time_format) : "";
  if (report_.without_time == 0 || other.empty()) return {};
  std::vector<Micros> times = times_;
  uint64_t without = report_.without_time;
  progress_.Stage("reading again", bytes, "B");
  TRY_STATUS(ReadTimesAs(lines, other));
  if (report_.without_time < without) {
    report_.time_format = other;
  } else {
    times_ = std::move(times);
    report_.without_time = without;
  }
  return {};
}

Status Splitter::Divide() {
  uint64_t rows = times_.size();
  if (rows < 2)
    return Fail(Code::kInvalid, "{} has {}, which cannot be split", path_,
                rows == 0 ? "no rows" : "only one row");
  auto historical = static_cast<uint64_t>(std::llround(static_cast<double>(rows) * options_.historical));
  historical = std::clamp<uint64_t>(historical, 1, rows - 1);
  report_.historical_rows = historical;
  report_.realtime_rows = rows - historical;
  std::vector<Micros> sorted = times_;
  auto border = sorted.begin() + static_cast<ptrdiff_t>(historical);
  std::nth_element(sorted.begin(), border, sorted.end());
  border_ = *border;
  border_rows_ = historical - static_cast<uint64_t>(std::count_if(times_.begin(), times_.end(),
                                                                  [&](Micros t) { return t < border_; }));
  if (report_.time_column.empty() || border_ == kNoTime) return {};
  report_.first_realtime = FormatUtc(border_);
  report_.first_realtime[10] = ' ';  // as the clock on the wall showed it, mostly
  report_.first_realtime.pop_back();
  return {};
}

bool Splitter::IsHistorical(Micros time) {
  if (time != border_) return time < border_;
  if (border_rows_ == 0) return false;
  --border_rows_;
  return true;
}

Status Splitter::Write(SourceLines& lines) {
  progress_.Stage("writing", std::filesystem::file_size(path_), "B");
  TRY(auto historical, Part::Create(options_.directory));
  TRY(auto realtime, Part::Create(options_.directory));
  uint64_t row = 0;
  bool begun = false, past = true;
  auto begin = [&]() -> Status {
    begun = true;
    TRY_STATUS(historical.Write(lines.header()));
    return realtime.Write(lines.header());
  };
  TRY_STATUS(lines.ForEach([&](const SourceLine& line) -> Status {
    if (!begun) TRY_STATUS(begin());
    if (line.row) {
      if (row == times_.size())
        return Fail(Code::kUnavailable, "{} changed while it was read; try again", path_);
      past = IsHistorical(times_[row]);
      ++row;
    }
    return (past ? historical : realtime).Write(line.bytes);
  }));
  if (row != times_.size()) return Fail(Code::kUnavailable, "{} changed while it was read; try again", path_);
  TRY_STATUS(historical.Close());
  TRY_STATUS(realtime.Close());
  TRY_STATUS(historical.MoveTo(report_.historical_path));
  TRY_STATUS(realtime.MoveTo(report_.realtime_path));
  return SyncDirectory(options_.directory);
}

}  // namespace

Result<SplitReport> SplitFile(const std::string& path, const SplitOptions& options, Progress& progress) {
  return Splitter(path, options, progress).Run();
}

}  // namespace souk::ingest
