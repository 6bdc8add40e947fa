#include "ingest/inspect.h"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "base/files.h"
#include "ingest/column_crew.h"
#include "ingest/parquet_columns.h"

namespace souk::ingest {
namespace {

using record::ColumnReading;
using record::SourceColumn;

constexpr int kPasses = 3;

size_t BoundFor(size_t columns) {
  size_t share = std::bit_floor(kDistinctBudget / std::max<size_t>(columns, 1));
  return std::clamp<size_t>(share, 512, kDistinctBound);
}

const char* LineEndName(size_t place) {
  constexpr const char* kNames[] = {"\\n", "\\r\\n", "\\r\\r\\n", "\\r"};
  return kNames[place];
}

// "\r\n, some \n"
std::string LineEnds(const LineFacts& facts) {
  const auto& ends = facts.line_ends;
  auto most = static_cast<size_t>(std::max_element(ends.begin(), ends.end()) - ends.begin());
  if (ends[most] == 0) return "none";
  std::string text = LineEndName(most);
  for (size_t i = 0; i < ends.size(); ++i) {
    if (i != most && ends[i] > 0)
      text += fmt::format(", {} line{} {}", ends[i], ends[i] == 1 ? "" : "s", LineEndName(i));
  }
  return text;
}

class Inspector {
 public:
  Inspector(const std::string& path, const InspectOptions& options, Progress& progress)
      : path_(path), options_(options), progress_(progress), crew_(std::max(1, options.threads)) {}

  Result<Inspection> Run();

 private:
  Status RunText(std::unique_ptr<SourceReader> reader, SourceKind kind);
  Status RunParquet();
  void Guess(const std::vector<SourceColumn>& columns);
  void SetUp(const std::vector<SourceColumn>& columns);
  Status Pass(RowSource& source);
  bool Mend();
  void Finish();

  bool IsTime(const std::string& column) const {
    const auto& fields = inspection_.mapping.fields;
    return std::any_of(fields.begin(), fields.end(), [&](const record::MappedField& mapped) {
      return mapped.column == column &&
             inspection_.record->Find(mapped.field)->type == record::FieldType::kTimestamp;
    });
  }

  const std::string& path_;
  const InspectOptions& options_;
  Progress& progress_;
  ColumnCrew crew_;
  record::DistinctCount row_set_{kRowBound};
  Inspection inspection_;
  std::vector<SourceColumn> samples_;
  std::vector<std::string> names_;
};

// Which record the columns are of, and which field each becomes, as an ingest would guess.
void Inspector::Guess(const std::vector<SourceColumn>& columns) {
  inspection_.record = record::GuessSchema(columns);
  if (!inspection_.record) return;
  auto mapping = record::GuessMapping(*inspection_.record, columns);
  if (mapping) {
    inspection_.mapping = *std::move(mapping);
  } else {
    inspection_.record = nullptr;
  }
}

void Inspector::SetUp(const std::vector<SourceColumn>& columns) {
  samples_ = columns;
  Guess(columns);
  crew_.distinct_bound = BoundFor(columns.size());
  crew_.row_set = &row_set_;
  for (const SourceColumn& column : columns) {
    bool seen = column.empty < column.sampled;
    auto reading = seen ? std::optional(record::ReadingOf(column, IsTime(column.name))) : std::nullopt;
    crew_.columns.emplace_back(std::move(reading), crew_.distinct_bound);
    names_.push_back(column.name);
  }
}

// The next batch is read while this one is looked at.
Status Inspector::Pass(RowSource& source) {
  RowBatch batch, ahead;
  TRY(bool more, source.Next(batch));
  while (more) {
    Result<bool> next = false;
    crew_.Work(batch, [&] { next = source.Next(ahead); });
    if (!next) return tl::unexpected(next.error());
    more = *next;
    std::swap(batch, ahead);
  }
  return {};
}

// Prepares another pass for the columns whose reading turned out wrong; false when there are none.
bool Inspector::Mend() {
  crew_.wanted.assign(crew_.columns.size(), false);
  crew_.row_set = nullptr;
  crew_.rows = 0;
  bool any = false;
  for (size_t i = 0; i < crew_.columns.size(); ++i) {
    auto better = crew_.columns[i].Better();
    if (!better) continue;
    crew_.columns[i] = record::ColumnProfiler(std::move(better), crew_.distinct_bound);
    crew_.wanted[i] = any = true;
  }
  return any;
}

Status Inspector::RunText(std::unique_ptr<SourceReader> reader, SourceKind kind) {
  TextProfile& text = inspection_.text;
  TRY(text, ProfileText(*reader, kind, {options_.delimiter, options_.encoding, true}));
  TRY_STATUS(SampleColumns(*reader, text));
  if (text.columns.size() > kMaxColumns) {
    return Fail(Code::kUnsupported, "{} has {} columns; at most {} can be looked at (is '{}' its delimiter?)",
                path_, text.columns.size(), kMaxColumns, text.dialect.delimiter);
  }
  if (kind == SourceKind::kCsv) inspection_.header_reason = HeaderReason(*reader, text);
  SetUp(text.columns);
  for (int pass = 0; pass < kPasses; ++pass) {
    if (pass > 0) {
      struct stat info {};
      bool regular = stat(path_.c_str(), &info) == 0 && S_ISREG(info.st_mode);
      if (!regular || !Mend()) break;
      progress_.Stage("reading again", inspection_.bytes, "B");
      TRY(reader, SourceReader::Open(path_, progress_));
    }
    auto source = kind == SourceKind::kCsv ? OpenCsvRows(std::move(reader), text, text.blank_runs)
                                           : OpenJsonRows(std::move(reader), text);
    TRY_STATUS(Pass(*source));
    if (pass > 0) continue;
    inspection_.facts = source->facts();
    inspection_.rows = crew_.rows;
    text.encoding = source->encoding();
    names_ = source->names();
  }
  inspection_.format = text.Describe();
  inspection_.line_end = LineEnds(inspection_.facts);
  return {};
}

// DuckDB hands over rows as text; times and numbers are written as the profilers read them.
void TakeChunk(const sql::Table& chunk, uint64_t first_row, RowBatch& batch) {
  batch.Clear(chunk.columns.size());
  for (size_t r = 0; r < chunk.rows.size(); ++r) {
    std::string whole;
    for (size_t c = 0; c < chunk.columns.size(); ++c) {
      const std::string& text = batch.made.emplace_back(sql::CellText(chunk.rows[r][c]));
      batch.columns[c].push_back(text);
      whole += fmt::format("{}:{};", text.size(), text);
    }
    batch.rows.push_back(batch.made.emplace_back(std::move(whole)));
    batch.lines.push_back(first_row + r + 1);
  }
}

Status Inspector::RunParquet() {
  if (!options_.database) return Fail(Code::kUnsupported, "{}: there is no database to read Parquet", path_);
  TRY(auto database, options_.database());
  TRY(auto connection, database->Connect());
  TRY_STATUS(GroupByColumns({path_}, {path_}, connection));
  auto described = DescribeParquet({path_}, connection);
  if (!described) return Wrap(described.error(), path_);
  for (size_t i = 0; i < described->columns.size(); ++i) {
    // What is text in the file stays text.
    if (described->types[i] == "VARCHAR") described->columns[i].type = record::FieldType::kText;
    if (described->types[i] == "VARCHAR") described->columns[i].unfit = 0;
  }
  inspection_.nested = described->nested;
  SetUp(described->columns);
  for (size_t i = 0; i < names_.size(); ++i) {
    if (described->types[i] != "VARCHAR") continue;
    crew_.columns[i] = record::ColumnProfiler(ColumnReading(), crew_.distinct_bound);
  }
  std::string list;
  for (const std::string& name : names_)
    list += fmt::format("{}CAST({} AS VARCHAR)", list.empty() ? "" : ", ", sql::QuoteName(name));
  std::string query = fmt::format("SELECT {} FROM read_parquet($file)", list);
  for (int pass = 0; pass < kPasses && (pass == 0 || Mend()); ++pass) {
    RowBatch batch;
    auto take = [&](const sql::Table& chunk) {
      TakeChunk(chunk, crew_.rows, batch);
      crew_.Work(batch, [] {});
      return true;
    };
    sql::QueryOptions query_options;
    query_options.progress = &progress_;
    query_options.progress_units = inspection_.bytes;
    TRY_STATUS(connection.Stream(query, {{"file", path_}}, take, query_options));
    if (pass == 0) inspection_.rows = crew_.rows;
  }
  inspection_.format = "Parquet";
  return {};
}

void Inspector::Finish() {
  inspection_.duplicate_rows = row_set_.repeated();
  inspection_.duplicates_exact = row_set_.exact();
  for (size_t i = 0; i < crew_.columns.size(); ++i) {
    InspectedColumn column;
    column.name = names_[i];
    if (i < samples_.size()) column.sample = samples_[i];
    for (const record::MappedField& mapped : inspection_.mapping.fields) {
      if (mapped.column == column.name) column.field = mapped.field;
    }
    column.profile = crew_.columns[i].Finish();
    // JSON: a second pass meets a late column late again.
    column.profile.nulls += inspection_.rows - column.profile.rows;
    column.profile.rows = inspection_.rows;
    inspection_.columns.push_back(std::move(column));
  }
  inspection_.warnings = WarningsOf(inspection_);
}

Result<Inspection> Inspector::Run() {
  inspection_.path = path_;
  if (!PathExists(path_))
    return Fail(Code::kNotFound, "there is no file {}; look at the spelling and the current directory",
                path_);
  if (IsDirectory(path_))
    return Fail(Code::kInvalid, "{} is a folder; name one file of it, e.g. souk inspect {}/FILE", path_,
                path_);
  struct stat info {};
  if (stat(path_.c_str(), &info) == 0 && S_ISREG(info.st_mode))
    inspection_.bytes = static_cast<uint64_t>(info.st_size);
  progress_.Stage("reading", inspection_.bytes, "B");
  TRY(auto reader, SourceReader::Open(path_, progress_));
  TRY(SourceKind kind, KindOf(*reader));
  inspection_.text.kind = kind;
  if (kind == SourceKind::kParquet) {
    TRY_STATUS(RunParquet());
  } else {
    TRY_STATUS(RunText(std::move(reader), kind));
  }
  Finish();
  return std::move(inspection_);
}

}  // namespace

Result<Inspection> InspectFile(const std::string& path, const InspectOptions& options, Progress& progress) {
  return Inspector(path, options, progress).Run();
}

}  // namespace souk::ingest
