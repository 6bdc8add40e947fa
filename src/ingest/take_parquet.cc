#include <algorithm>
#include <map>
#include <set>

#include "base/files.h"
#include "ingest/ingest_run.h"
#include "ingest/parquet_columns.h"
#include "ingest/placement.h"
#include "ingest/raw_format.h"
#include "record/record_check.h"

namespace souk::ingest {
namespace {

struct BadRow {
  int64_t row = 0;  // from 0
  record::Fault fault;
};

std::string JoinRows(const std::vector<BadRow>& rows) {
  std::string text;
  for (const BadRow& bad : rows) text += fmt::format("{}{}", text.empty() ? "" : ",", bad.row);
  return text;
}

// Parquet files of one record with equal columns, checked together.
class ParquetGroup {
 public:
  ParquetGroup(IngestRun& run, std::vector<ParquetCopy*> copies, sql::Connection& connection)
      : run_(run), copies_(std::move(copies)), connection_(connection) {}

  Status Check();

 private:
  Status Map();
  std::string Suspicion(const record::CheckedValue& value) const;
  std::string Suspicion(const record::CheckedPresence& presence) const;
  Status FindBadRows();
  Status CountRows();
  Status FindDays();
  Status TakeOut(ParquetCopy& copy, const std::vector<BadRow>& rows);
  void Describe(ParquetCopy& copy) const;
  std::vector<std::string> Paths() const;

  IngestRun& run_;
  std::vector<ParquetCopy*> copies_;
  sql::Connection& connection_;
  ParquetColumns columns_;
  record::Mapping mapping_;
  lake::RawFormat format_;
  record::RecordCheck check_;
  std::map<std::string, std::vector<BadRow>> bad_;  // by path
};

std::vector<std::string> ParquetGroup::Paths() const {
  std::vector<std::string> paths;
  for (const ParquetCopy* copy : copies_) paths.push_back(copy->path());
  return paths;
}

Status ParquetGroup::Map() {
  const SourceFile& first = copies_.front()->source;
  auto columns = DescribeParquet(Paths(), connection_);
  if (!columns) return Wrap(columns.error(), first.path);
  columns_ = *std::move(columns);
  TRY(const record::Schema* schema, record::FindSchema(first.record));
  for (const auto& [target, name] : run_.options().map) {
    const auto& nested = columns_.nested;
    if (std::find(nested.begin(), nested.end(), name) == nested.end()) continue;
    return Fail(Code::kInvalid,
                "{}: column '{}' holds lists or objects, which are not taken; {} needs single values",
                run_.Named(first), name, target);
  }
  auto mapping = MapColumns(*schema, columns_.columns, run_.options());
  if (!mapping) return Wrap(mapping.error(), run_.Named(first));
  mapping_ = *std::move(mapping);
  // Numbers of a file that has types are written in one way, whatever was said of texts.
  for (size_t i = 0; i < columns_.types.size(); ++i) {
    if (columns_.types[i] == "VARCHAR") continue;
    columns_.columns[i].decimal_separator = '.';
    columns_.columns[i].grouped_numbers = false;
  }
  TRY(check_, record::RecordCheck::Make(mapping_, columns_.columns));
  format_ = FormatOfMapping(mapping_, columns_.columns, run_.options().time_zone);
  format_.kind = "parquet";
  std::set<std::string> used;
  for (const auto& field : mapping_.fields) used.insert(field.column);
  format_.columns.assign(used.begin(), used.end());
  return {};
}

// A condition that holds for every value which the check refuses, and for few others.
std::string ParquetGroup::Suspicion(const record::CheckedValue& value) const {
  const std::string& type = columns_.types[value.column];
  std::string name = sql::QuoteName(columns_.columns[value.column].name);
  if (type == "VARCHAR" || type == "BLOB") return fmt::format("{} IS NOT NULL", name);
  switch (value.field->type) {
    case record::FieldType::kText: return "";
    case record::FieldType::kTimestamp:
      return type == "DATE" || type.starts_with("TIMESTAMP") ? "" : fmt::format("{} IS NOT NULL", name);
    case record::FieldType::kBool: return type == "BOOLEAN" ? "" : fmt::format("{} NOT IN (0, 1)", name);
    case record::FieldType::kInt:
      return fmt::format(
          "({0} IS NOT NULL AND (TRY_CAST({0} AS BIGINT) IS NULL OR {0} <> TRY_CAST({0} AS BIGINT)))", name);
    case record::FieldType::kDecimal:
      return fmt::format("({0} IS NOT NULL AND TRY_CAST({0} AS {1}) IS NULL)", name,
                         DuckdbType(*value.field));
  }
  return "";
}

std::string ParquetGroup::Suspicion(const record::CheckedPresence& presence) const {
  std::string all;
  for (size_t column : presence.columns) {
    std::string name = sql::QuoteName(columns_.columns[column].name);
    // Every text that stands for "no value" is short.
    bool text = columns_.types[column] == "VARCHAR";
    bool floating = columns_.types[column] == "DOUBLE" || columns_.types[column] == "FLOAT";
    std::string empty = fmt::format("{} IS NULL", name);
    if (text) empty = fmt::format("({0} IS NULL OR length(trim({0}, ' \t')) <= 4)", name);
    if (floating) empty = fmt::format("({0} IS NULL OR isnan({0}))", name);
    all += (all.empty() ? "(" : " AND ") + empty;
  }
  return all + ")";
}

Status ParquetGroup::FindBadRows() {
  std::string where, list;
  std::vector<size_t> place(columns_.columns.size(), 0);  // of a column among the selected
  size_t selected = 2;
  auto select = [&](size_t column) {
    if (place[column] != 0) return;
    place[column] = selected++;
    list += fmt::format(", CAST({} AS VARCHAR)", sql::QuoteName(columns_.columns[column].name));
  };
  auto suspect = [&](const std::string& condition) {
    if (!condition.empty()) where += (where.empty() ? "" : " OR ") + condition;
  };
  for (const auto& presence : check_.presences()) {
    for (size_t column : presence.columns) select(column);
    suspect(Suspicion(presence));
  }
  for (const auto& value : check_.values()) {
    select(value.column);
    suspect(Suspicion(value));
  }
  if (where.empty()) return {};
  std::string sql = fmt::format(
      "SELECT filename, file_row_number{} FROM read_parquet($files, filename = true, "
      "file_row_number = true) WHERE {}",
      list, where);
  Status within;
  auto on_chunk = [&](const sql::Table& chunk) {
    for (const auto& row : chunk.rows) {
      std::vector<std::string> texts(columns_.columns.size());
      for (size_t i = 0; i < texts.size(); ++i) {
        if (place[i] != 0) texts[i] = sql::CellText(row[place[i]]);
      }
      record::Fault fault;
      if (check_.Check([&](size_t column) { return std::string_view(texts[column]); }, fault)) continue;
      within = run_.budget().Take(300, copies_.front()->source.path, fault.reason);
      if (!within) return false;
      bad_[sql::CellText(row[0])].push_back({std::get<int64_t>(row[1]), std::move(fault)});
    }
    return true;
  };
  sql::QueryOptions options;
  options.progress = &run_.progress();
  Status done = connection_.Stream(sql, {{"files", Paths()}}, on_chunk, options);
  return within ? done : within;
}

Status ParquetGroup::CountRows() {
  TRY(auto table,
      connection_.Query("SELECT file_name, CAST(num_rows AS BIGINT) FROM parquet_file_metadata($files)",
                        {{"files", Paths()}}));
  std::map<std::string, uint64_t> rows;
  for (const auto& row : table.rows)
    rows[sql::CellText(row[0])] = static_cast<uint64_t>(std::get<int64_t>(row[1]));
  for (ParquetCopy* copy : copies_) copy->file.raw.rows = rows[copy->path()];
  return {};
}

// Files whose path names no day: the day that all of their events lie in.
Status ParquetGroup::FindDays() {
  std::vector<std::string> paths;
  for (const ParquetCopy* copy : copies_) {
    if (!copy->source.day) paths.push_back(copy->path());
  }
  auto event =
      std::find_if(check_.values().begin(), check_.values().end(), [](auto& v) { return v.event_time; });
  if (paths.empty() || event == check_.values().end()) return {};
  const std::string& type = columns_.types[event->column];
  if (type != "DATE" && !type.starts_with("TIMESTAMP")) return {};
  std::string name = sql::QuoteName(columns_.columns[event->column].name);
  TRY(auto table,
      connection_.Query(fmt::format("SELECT filename, epoch_us(min({0})), epoch_us(max({0})) "
                                    "FROM read_parquet($files, filename = true) GROUP BY filename",
                                    name),
                        {{"files", paths}}));
  for (const auto& row : table.rows) {
    const auto* first = std::get_if<int64_t>(&row[1]);
    const auto* last = std::get_if<int64_t>(&row[2]);
    if (!first || !last) continue;
    record::TimeSpan span{true, event->zoned, *first, *last};
    auto day = DayOfSpan(span, run_.options().time_zone, run_.target().database.get());
    for (ParquetCopy* copy : copies_) {
      if (copy->path() == sql::CellText(row[0])) copy->source.day = day;
    }
  }
  return {};
}

// Moves the bad rows of a file into its rejects and writes the file without them.
Status ParquetGroup::TakeOut(ParquetCopy& copy, const std::vector<BadRow>& rows) {
  std::string names, fields, numbers = JoinRows(rows);
  for (const auto& column : columns_.columns) {
    std::string name = sql::QuoteName(column.name);
    fields += fmt::format("{}{} := {}", fields.empty() ? "" : ", ", name, name);
  }
  std::vector<sql::Parameter> file = {{"file", copy.path()}};
  TRY(auto table,
      connection_.Query(fmt::format("SELECT file_row_number, to_json(struct_pack({})) FROM read_parquet("
                                    "$file, file_row_number = true) WHERE file_row_number IN ({})",
                                    fields, numbers),
                        file));
  std::map<int64_t, std::string> contents;
  for (const auto& row : table.rows) contents[std::get<int64_t>(row[0])] = sql::CellText(row[1]);
  for (const BadRow& bad : rows) {
    TRY_STATUS(run_.budget().Take(contents[bad.row].size(), copy.source.path, bad.fault.reason));
    copy.file.rejects.push_back(
        {static_cast<uint64_t>(bad.row) + 1, bad.fault.reason, bad.fault.field, contents[bad.row]});
  }
  copy.file.raw.rows -= rows.size();
  if (copy.copy.path().empty() || copy.file.raw.rows == 0) return {};
  TRY(auto rest, RawOutput::Create(run_.scratch()));
  TRY_STATUS(rest.Close());
  TRY_STATUS(connection_.Execute(
      fmt::format("COPY (SELECT * EXCLUDE (file_row_number) FROM read_parquet({}, file_row_number = true) "
                  "WHERE file_row_number "
                  "NOT IN ({})) TO {} (FORMAT parquet, COMPRESSION zstd)",
                  sql::QuoteLiteral(copy.path()), numbers, sql::QuoteLiteral(rest.path()))));
  TRY(copy.file.raw.bytes, FileSize(rest.path()));
  copy.copy = std::move(rest);
  return {};
}

void ParquetGroup::Describe(ParquetCopy& copy) const {
  TakenFile& file = copy.file;
  file.shown.mapping = mapping_;
  file.shown.nested = columns_.nested;
  file.shown.rows = file.raw.rows;
  file.shown.quarantined = file.rejects.size();
  if (file.raw.rows == 0) file.shown.note = file.rejects.empty() ? "no rows" : "no row could be taken";
  file.raw.format = format_;
  // Rejected rows are kept as JSON, so they are read again as such.
  lake::RawFormat rejected = format_;
  rejected.kind = "json";
  file.quarantine.record = copy.source.record;
  file.quarantine.source = copy.source.path;
  file.quarantine.fingerprint = file.raw.fingerprint;
  file.quarantine.format_json = lake::RawFormatToJson(rejected);
}

Status ParquetGroup::Check() {
  TRY_STATUS(Map());
  TRY_STATUS(CountRows());
  TRY_STATUS(FindBadRows());
  TRY_STATUS(FindDays());
  for (ParquetCopy* copy : copies_) {
    auto bad = bad_.find(copy->path());
    if (bad != bad_.end()) TRY_STATUS(TakeOut(*copy, bad->second));
    Describe(*copy);
  }
  return {};
}

}  // namespace

Result<ParquetCopy> CopyParquet(IngestRun& run, const SourceFile& source,
                                std::unique_ptr<SourceReader> reader) {
  TRY(auto output, RawOutput::Create(run.scratch()));
  ParquetCopy copy{source, std::move(output), {}};
  if (copy.source.record.empty()) {
    TRY(auto connection, run.target().database->Connect());
    auto columns = DescribeParquet({source.path}, connection);
    if (!columns) return Wrap(columns.error(), source.path);
    TRY(const record::Schema* schema, SchemaFor(source.path, "", columns->columns));
    copy.source.record = schema->name;
  }
  reader->Decode(record::Encoding::kUtf8, 0);
  std::string piece;
  for (bool more = true; more;) {
    piece.clear();
    TRY(more, reader->Read(piece));
    TRY_STATUS(copy.copy.Write(piece));
  }
  TRY_STATUS(copy.copy.Close());
  TakenFile& file = copy.file;
  file.shown.path = source.path;
  file.shown.record = copy.source.record;
  file.shown.format = "Parquet";
  file.shown.bytes = file.raw.bytes = reader->bytes();
  file.raw.source = source.path;
  file.raw.fingerprint = reader->Fingerprint(copy.source.record);
  TRY_STATUS(run.FindEarlier(file));
  return copy;
}

Status CheckParquet(IngestRun& run, std::vector<ParquetCopy>& copies) {
  std::map<std::string, std::vector<ParquetCopy*>> by_record;
  for (ParquetCopy& copy : copies) {
    if (!copy.file.shown.skipped) by_record[copy.source.record].push_back(&copy);
  }
  if (by_record.empty()) return {};
  TRY(auto connection, run.target().database->Connect());
  for (auto& [record, all] : by_record) {
    std::vector<std::string> paths, names;
    for (const ParquetCopy* copy : all) {
      paths.push_back(copy->path());
      names.push_back(copy->source.path);
    }
    TRY(auto groups, GroupByColumns(paths, names, connection));
    for (const auto& places : groups) {
      std::vector<ParquetCopy*> members;
      for (size_t place : places) members.push_back(all[place]);
      TRY_STATUS(ParquetGroup(run, std::move(members), connection).Check());
    }
  }
  return {};
}

}  // namespace souk::ingest
