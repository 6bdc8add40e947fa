#include "warehouse/work_area.h"

#include "base/clock.h"
#include "base/log.h"

namespace souk::warehouse {
namespace {

// More writers than this only wait for the same disk.
constexpr int kMostConnections = 4;
// DuckDB goes through all rows in memory for a checkpoint too, of which nobody has anything. The setting is
// the whole database's, so the log of a store beside the warehouse may grow to as much during a build.
constexpr const char* kCheckpoint = "1GB";
// Of a table in memory, on average.
constexpr int kBytesPerValue = 20;

sql::QueryOptions Watched(Progress& progress) {
  sql::QueryOptions options;
  options.progress = &progress;
  return options;
}

// Logs how long a statement took, for whoever asks why a build is slow: log.rooms = "warehouse=debug".
class Stopwatch {
 public:
  explicit Stopwatch(const std::string& sql) : sql_(sql), begin_(SystemClock().Now()) {}
  ~Stopwatch() {
    if (!LogEnabled(LogLevel::kDebug, "warehouse")) return;
    Log(LogLevel::kDebug, "warehouse", "statement",
        {{"ms", std::to_string((SystemClock().Now() - begin_) / 1000)}, {"sql", sql_.substr(0, 200)}});
  }

 private:
  const std::string& sql_;
  Micros begin_;
};

}  // namespace

Result<std::unique_ptr<WorkArea>> WorkArea::Open(const std::shared_ptr<sql::Database>& database,
                                                 Progress& progress) {
  TRY(auto first, database->Connect());
  TRY(auto before, first.Query("SELECT CAST(current_setting('threads') AS BIGINT), "
                               "current_setting('wal_autocheckpoint')"));
  int64_t count = std::get<int64_t>(before.At(0, 0));
  auto wanted = std::min<int64_t>(count, kMostConnections);
  // One that a build left behind, whose end failed, would only be in the way.
  TRY_STATUS(first.Execute(
      "DETACH DATABASE IF EXISTS build; ATTACH ':memory:' AS build; SET parquet_metadata_cache = true"));
  std::vector<sql::Connection> connections;
  connections.push_back(std::move(first));
  for (int64_t i = 1; i < wanted; ++i) {
    TRY(auto connection, database->Connect());
    connections.push_back(std::move(connection));
  }
  // What a build that died had not yet served.
  TRY(auto left,
      connections.front().Query("SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = "
                                "current_database() AND starts_with(table_name, '__')"));
  for (const auto& row : left.rows) {
    TRY_STATUS(connections.front().Execute(fmt::format(
        "DROP TABLE {}.{}", sql::QuoteName(sql::CellText(row[0])), sql::QuoteName(sql::CellText(row[1])))));
  }
  for (sql::Connection& connection : connections) {
    // DuckDB's estimate of its progress costs an eighth of a build.
    TRY_STATUS(connection.Execute("SET enable_progress_bar = false"));
  }
  auto area = std::unique_ptr<WorkArea>(
      new WorkArea(std::move(connections), count, database->memory_bytes() / 2, progress));
  area->checkpoint_ = sql::CellText(before.At(0, 1));
  TRY_STATUS(area->main().Execute(fmt::format("SET wal_autocheckpoint = '{}'", kCheckpoint)));
  TRY_STATUS(area->KeepOrder(false));
  return area;
}

WorkArea::~WorkArea() {
  (void)KeepOrder(true);
  for (const std::string& view : views_) (void)main().Execute("DROP VIEW IF EXISTS temp." + view);
  // Also when the build was cancelled, after which nothing that is watched runs.
  for (const std::string& unseen : unseen_) (void)main().Execute("DROP TABLE IF EXISTS " + unseen);
  (void)main().Execute(fmt::format("SET wal_autocheckpoint = '{}'", checkpoint_));
  (void)main().Execute("DETACH DATABASE IF EXISTS build");
  for (sql::Connection& connection : connections_) (void)connection.Execute("SET enable_progress_bar = true");
}

Status WorkArea::KeepOrder(bool keep) {
  return main().Execute(fmt::format("SET preserve_insertion_order = {}", keep));
}

Result<std::unique_ptr<WorkArea::SideBySide>> WorkArea::SideBySide::Begin(WorkArea& work) {
  TRY_STATUS(work.main().Execute("SET threads = 1"));
  return std::unique_ptr<SideBySide>(new SideBySide(work));
}

WorkArea::SideBySide::~SideBySide() {
  (void)work_.main().Execute(fmt::format("SET threads = {}", work_.threads_));
}

Result<bool> WorkArea::MayStay(const std::string& name) {
  TRY(auto table, Query(fmt::format("SELECT estimated_size * column_count * {} FROM duckdb_tables() WHERE "
                                    "database_name = 'build' AND table_name = {}",
                                    kBytesPerValue, sql::QuoteLiteral(name))));
  uint64_t bytes = table.rows.empty() ? 0 : std::stoull(sql::CellText(table.At(0, 0)));
  if (bytes > spare_bytes_) return false;
  spare_bytes_ -= bytes;
  return true;
}

Status WorkArea::Make(const std::string& name, const std::string& query) {
  return Execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}", Name(name), query));
}

Status WorkArea::Drop(const std::string& name) { return Execute("DROP TABLE IF EXISTS " + Name(name)); }

Result<std::string> WorkArea::MakeUnseen(const std::string& schema, const std::string& name,
                                         const std::string& query) {
  std::string unseen = fmt::format("{}.{}", schema, sql::QuoteName("__" + name));
  unseen_.insert(unseen);
  TRY_STATUS(Execute(fmt::format("CREATE OR REPLACE TABLE {} AS {}", unseen, query)));
  return unseen;
}

Status WorkArea::Unveil(const std::string& unseen, const std::string& name) {
  return Execute(fmt::format("ALTER TABLE {} RENAME TO {}", unseen, sql::QuoteName(name)));
}

Status WorkArea::DropUnseen(const std::string& unseen) { return Execute("DROP TABLE IF EXISTS " + unseen); }

Status WorkArea::View(const std::string& name, const std::string& query) {
  views_.push_back(sql::QuoteName(name));
  return Execute(fmt::format("CREATE OR REPLACE TEMP VIEW {} AS {}", sql::QuoteName(name), query));
}

Status WorkArea::Execute(const std::string& sql) {
  Stopwatch watch(sql);
  return main().Execute(sql, Watched(progress_));
}

Result<sql::Table> WorkArea::Query(const std::string& sql) {
  Stopwatch watch(sql);
  return main().Query(sql, {}, Watched(progress_));
}

Result<DaySet> WorkArea::Days(const std::string& query) {
  TRY(auto table, Query(query));
  DaySet days;
  for (const auto& row : table.rows) {
    TRY(Day day, ParseDay(sql::CellText(row[0])));
    days.days.insert(DaysFromDay(day));
  }
  return days;
}

Result<uint64_t> WorkArea::Count(const std::string& sql) {
  TRY(auto table, Query(sql));
  return std::stoull(sql::CellText(table.At(0, 0)));
}

}  // namespace souk::warehouse
