#include "warehouse/lake_table.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "base/files.h"
#include "lake/partition.h"
#include "sql/parquet_export.h"

namespace souk::warehouse {
namespace {

using lake::DeltaFile;
using lake::DeltaSnapshot;
using sql::QuoteLiteral;
using sql::QuoteName;

std::string Folder(const Model& model) {
  return fmt::format("ecommerce/{}/{}", model.schema == "ecommerce" ? "warehouse" : model.schema, model.name);
}

// The day of a file in a table whose partitions are year, month, day.
std::optional<int64_t> DayOf(const DeltaFile& file) {
  Day day;
  for (auto [name, part] :
       {std::pair{"year", &day.year}, std::pair{"month", &day.month}, std::pair{"day", &day.day}}) {
    auto found = file.partition_values.find(name);
    if (found == file.partition_values.end()) return std::nullopt;
    *part = std::atoi(found->second.c_str());
  }
  return DaysFromDay(day);
}

std::string DayFolder(const Day& day) {
  return fmt::format("year={}/month={}/day={}/", day.year, day.month, day.day);
}

// Of a part: enough that its query is worth the while, few enough for a file of each of its days to be made
// in memory.
constexpr int64_t kPartRows = 65'536;

}  // namespace

LakeTable::LakeTable(std::shared_ptr<lake::FileStore> store, const Model& model, lake::ParquetCodec codec)
    : store_(std::move(store)), model_(model), codec_(codec), table_(store_, Folder(model)) {}

Result<WrittenFiles> LakeTable::WritePart(sql::Connection& connection, const FileTask& task,
                                          Progress& progress) const {
  sql::QueryOptions options;
  options.progress = &progress;
  bool by_day = !model_.partitions.empty();
  sql::ParquetExport what{task.query, by_day ? model_.days.column : "", codec_};
  WrittenFiles written;
  auto write = [&](sql::ParquetFile file) -> Status {
    DeltaFile added;
    added.path =
        fmt::format("{}{}-{}.parquet", by_day ? DayFolder(*file.day) : "", task.name, written.files.size());
    added.rows = file.rows;
    added.bytes = file.content.size();
    if (by_day) {
      TRY(added.partition_values, lake::HivePartitionValues(added.path));
    }
    TRY_STATUS(store_->WriteUnsynced(table_.folder() + "/" + added.path, file.content));
    written.rows += added.rows;
    written.files.push_back(std::move(added));
    return {};
  };
  TRY_STATUS(sql::ExportParquet(connection, what, write, options));
  return written;
}

Result<std::vector<FileTask>> LakeTable::PartsToWrite(sql::Connection& connection,
                                                      const std::string& relation,
                                                      const std::vector<sql::Column>& columns) const {
  TRY(auto uuid, connection.Query("SELECT CAST(uuid() AS VARCHAR)"));
  std::string name = "part-" + sql::CellText(uuid.At(0, 0));
  std::string list;
  for (const sql::Column& column : columns) {
    bool inside =
        std::find(model_.partitions.begin(), model_.partitions.end(), column.name) == model_.partitions.end();
    if (inside) list += (list.empty() ? "" : ", ") + QuoteName(column.name);
  }
  std::string query = fmt::format("SELECT {} FROM {}", list, relation);
  if (model_.partitions.empty()) return std::vector<FileTask>{{name, query}};
  std::vector<FileTask> tasks;
  std::string column = QuoteName(model_.days.column);
  TRY(auto days,
      connection.Query(fmt::format("SELECT {0}, count(*) FROM {1} GROUP BY 1 ORDER BY 1", column, relation)));
  for (size_t first = 0, last = 0; first < days.rows.size(); first = last) {
    int64_t rows = 0;
    for (; last < days.rows.size() && rows < kPartRows; ++last) rows += std::get<int64_t>(days.At(last, 1));
    tasks.push_back({fmt::format("{}-{}", name, tasks.size()),
                     fmt::format("{} WHERE {} BETWEEN DATE '{}' AND DATE '{}'", query, column,
                                 sql::CellText(days.At(first, 0)), sql::CellText(days.At(last - 1, 0)))});
  }
  return tasks;
}

Result<WrittenFiles> LakeTable::Write(WorkArea& work, const std::string& relation,
                                      const std::vector<sql::Column>& columns, Progress& progress) const {
  std::vector<sql::Connection>& connections = work.connections();
  TRY(auto tasks, PartsToWrite(connections.front(), relation, columns));
  progress.Stage("writing " + model_.name, tasks.size(), "parts");
  std::vector<Result<WrittenFiles>> results(tasks.size(), WrittenFiles{});
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  std::unique_ptr<WorkArea::SideBySide> side_by_side;
  if (tasks.size() > connections.size()) {
    TRY(side_by_side, WorkArea::SideBySide::Begin(work));
  }
  auto write = [&](sql::Connection& connection) {
    for (size_t i = next++; i < tasks.size() && !failed; i = next++) {
      results[i] = WritePart(connection, tasks[i], progress);
      if (!results[i]) failed = true;
      progress.Advance(1);
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(connections.size(), tasks.size()); ++i) {
    threads.emplace_back([&, i] { write(connections[i]); });
  }
  write(connections.front());
  for (std::thread& thread : threads) thread.join();
  side_by_side.reset();
  return Finish(results);
}

Result<WrittenFiles> LakeTable::Finish(std::vector<Result<WrittenFiles>>& results) const {
  WrittenFiles written;
  std::vector<std::string> paths;
  for (Result<WrittenFiles>& result : results) {
    if (!result) return tl::unexpected(result.error());
    written.rows += result->rows;
    for (DeltaFile& file : result->files) {
      paths.push_back(table_.folder() + "/" + file.path);
      written.files.push_back(std::move(file));
    }
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
                                        const std::vector<sql::Column>& columns, const DaySet& days,
                                        const std::map<std::string, int64_t>& transactions, Micros now) {
  lake::DeltaCommit commit;
  commit.operation = "WRITE";
  commit.parameters["mode"] = "Overwrite";
  if (!days.all) commit.parameters["predicate"] = days.Condition(model_.days.column);
  TRY(commit.schema, Schema(columns));
  commit.description = model_.description;
  commit.add = written.files;
  for (const DeltaFile& file : FilesOf(base.files, days)) commit.remove.push_back(file.path);
  commit.transactions = transactions;
  TRY(int64_t version, table_.Commit(base, commit, now));
  return table_.Snapshot(version);
}

int64_t LakeTable::Transaction(const DeltaSnapshot& snapshot, const std::string& application) {
  auto found = snapshot.transactions.find(application);
  return found == snapshot.transactions.end() ? 0 : found->second;
}

std::vector<DeltaFile> LakeTable::FilesOf(const std::vector<DeltaFile>& files, const DaySet& days) const {
  if (days.all || model_.partitions.empty()) return days.none() ? std::vector<DeltaFile>() : files;
  std::vector<DeltaFile> chosen;
  for (const DeltaFile& file : files) {
    auto day = DayOf(file);
    if (day && days.Contains(*day)) chosen.push_back(file);
  }
  return chosen;
}

DaySet LakeTable::Difference(const DeltaSnapshot& before, const DeltaSnapshot& after) const {
  std::set<std::string> left;
  for (const DeltaFile& file : before.files) left.insert(file.path);
  DaySet days;
  auto note = [&](const DeltaFile& file) {
    auto day = DayOf(file);
    if (day)
      days.days.insert(*day);
    else
      days.all = true;
  };
  for (const DeltaFile& file : after.files) {
    if (left.erase(file.path) == 0) note(file);
  }
  for (const DeltaFile& file : before.files) {
    if (left.contains(file.path)) note(file);
  }
  return days.all ? DaySet::All() : days;
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
