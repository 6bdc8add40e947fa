#include "warehouse/lake_table.h"

#include <algorithm>

#include "base/files.h"
#include "lake/partition.h"

namespace souk::warehouse {
namespace {

using lake::DeltaFile;
using lake::DeltaSnapshot;
using sql::QuoteLiteral;
using sql::QuoteName;

constexpr const char* kApplication = "souk";

std::string Folder(const Model& model) {
  return fmt::format("ecommerce/{}/{}", model.schema == "clean" ? "clean" : "warehouse", model.name);
}

// The store makes no folders by itself, and the engine wants them.
Status MakeFolder(const std::string& url) { return url.starts_with('/') ? CreateDirectories(url) : Status(); }

std::string Codec(const std::string& codec) {
  // Level 1 is half the work of the default and a few percent larger.
  return codec == "zstd" ? "COMPRESSION zstd, COMPRESSION_LEVEL 1" : "COMPRESSION " + codec;
}

// The day of a file in a table whose partitions are year, month, day.
std::optional<Day> DayOf(const DeltaFile& file) {
  Day day;
  for (auto [name, part] :
       {std::pair{"year", &day.year}, std::pair{"month", &day.month}, std::pair{"day", &day.day}}) {
    auto found = file.partition_values.find(name);
    if (found == file.partition_values.end()) return std::nullopt;
    *part = std::atoi(found->second.c_str());
  }
  return day;
}

}  // namespace

bool DayRange::Contains(const Day& day) const {
  int64_t number = DaysFromDay(day);
  return (!from || number >= DaysFromDay(*from)) && (!to || number <= DaysFromDay(*to));
}

std::string DayRange::Condition(const std::string& column) const {
  std::string sql;
  if (from) sql += fmt::format(" AND {} >= DATE '{}'", column, FormatDay(*from));
  if (to) sql += fmt::format(" AND {} <= DATE '{}'", column, FormatDay(*to));
  return sql;
}

LakeTable::LakeTable(std::shared_ptr<lake::FileStore> store, const Model& model, std::string codec)
    : store_(std::move(store)), model_(model), codec_(std::move(codec)), table_(store_, Folder(model)) {}

Result<WrittenFiles> LakeTable::Write(sql::Connection& connection, const std::string& query,
                                      Progress& progress) {
  std::string folder = store_->EngineUrl(table_.folder());
  TRY_STATUS(MakeFolder(folder));
  std::string target = folder, layout;
  if (model_.partitions.empty()) {
    TRY(auto name, connection.Query("SELECT CAST(uuid() AS VARCHAR)"));
    target += "/part-" + sql::CellText(name.At(0, 0)) + ".parquet";
  } else {
    for (const std::string& column : model_.partitions)
      layout += (layout.empty() ? "" : ", ") + QuoteName(column);
    layout =
        fmt::format(", PARTITION_BY ({}), FILENAME_PATTERN 'part-{{uuid}}', OVERWRITE_OR_IGNORE", layout);
  }
  sql::QueryOptions options;
  options.progress = &progress;
  TRY(auto table, connection.Query(fmt::format("COPY ({}) TO {} (FORMAT parquet, {}, RETURN_STATS{})", query,
                                               QuoteLiteral(target), Codec(codec_), layout),
                                   {}, options));
  WrittenFiles written;
  std::vector<std::string> paths;
  for (const auto& row : table.rows) {
    DeltaFile file;
    file.path = sql::CellText(row[0]).substr(folder.size() + 1);
    file.rows = std::stoull(sql::CellText(row[1]));
    file.bytes = std::stoull(sql::CellText(row[2]));
    if (!model_.partitions.empty()) {
      TRY(file.partition_values, lake::HivePartitionValues(file.path));
    }
    paths.push_back(table_.folder() + "/" + file.path);
    written.rows += file.rows;
    written.files.push_back(std::move(file));
  }
  std::sort(written.files.begin(), written.files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  TRY_STATUS(store_->Sync(paths));
  return written;
}

Result<lake::DeltaSchema> LakeTable::Schema(const std::vector<sql::Column>& columns) const {
  lake::DeltaSchema schema;
  for (const sql::Column& column : columns) {
    auto type = lake::DeltaTypeOf(column.type);
    if (!type) return Wrap(type.error(), fmt::format("{}, column {}", model_.file, column.name));
    auto said = std::find_if(model_.columns.begin(), model_.columns.end(),
                             [&](const ModelColumn& c) { return c.name == column.name; });
    schema.columns.push_back(
        {column.name, *type, true, said == model_.columns.end() ? "" : said->description});
  }
  schema.partition_columns = model_.partitions;
  return schema;
}

Result<DeltaSnapshot> LakeTable::Commit(const DeltaSnapshot& base, const WrittenFiles& written,
                                        const std::vector<sql::Column>& columns, const DayRange& days,
                                        int64_t mark, Micros now) {
  lake::DeltaCommit commit;
  commit.operation = "WRITE";
  commit.parameters["mode"] = "Overwrite";
  if (!days.whole()) commit.parameters["predicate"] = "true" + days.Condition(model_.day);
  TRY(commit.schema, Schema(columns));
  commit.description = model_.description;
  commit.add = written.files;
  for (const DeltaFile& file : base.files) {
    auto day = DayOf(file);
    if (days.whole() || (day && days.Contains(*day))) commit.remove.push_back(file.path);
  }
  commit.application = kApplication;
  commit.application_version = mark;
  TRY(int64_t version, table_.Commit(base, commit, now));
  return table_.Snapshot(version);
}

int64_t LakeTable::Mark(const DeltaSnapshot& snapshot) {
  auto found = snapshot.transactions.find(kApplication);
  return found == snapshot.transactions.end() ? 0 : found->second;
}

std::string LakeTable::Select(const std::vector<DeltaFile>& files,
                              const std::vector<sql::Column>& columns) const {
  std::string list, names, types;
  for (const sql::Column& column : columns) {
    bool partition =
        std::find(model_.partitions.begin(), model_.partitions.end(), column.name) != model_.partitions.end();
    names +=
        fmt::format("{}{}", names.empty() ? "" : ", ",
                    files.empty() ? fmt::format("CAST(NULL AS {}) AS {}", column.type, QuoteName(column.name))
                                  : QuoteName(column.name));
    if (partition)
      types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", QuoteName(column.name), column.type);
  }
  if (files.empty()) return fmt::format("SELECT {} WHERE false", names);
  for (const DeltaFile& file : files) {
    list += (list.empty() ? "" : ", ") + QuoteLiteral(store_->EngineUrl(table_.folder() + "/" + file.path));
  }
  std::string hive = types.empty() ? "false" : fmt::format("true, hive_types = {{{}}}", types);
  return fmt::format("SELECT {} FROM read_parquet([{}], hive_partitioning = {})", names, list, hive);
}

Result<std::vector<sql::Column>> ColumnsOf(sql::Connection& connection, const std::string& query) {
  TRY(auto table, connection.Query("DESCRIBE " + query));
  std::vector<sql::Column> columns;
  for (const auto& row : table.rows) columns.push_back({sql::CellText(row[0]), sql::CellText(row[1])});
  return columns;
}

}  // namespace souk::warehouse
