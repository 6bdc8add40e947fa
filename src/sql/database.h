// The only owner of DuckDB. One Database per DuckDB file and process; connections are lent from a pool.
//
// Threads: Database may be used from any thread; a Connection by one thread at a time, its Cancel by any.
// One thread per Database (started when first needed) watches deadlines and cancellation.
// Failure: DuckDB's errors come back as Result, in one line, with the place in the statement; nothing throws.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/progress.h"
#include "base/result.h"

namespace souk::sql {

struct Column {
  std::string name;
  std::string type;  // DuckDB's name: "DECIMAL(12,2)", "TIMESTAMP WITH TIME ZONE", …
};

// One cell: bool; int64_t for all integers up to 64 bits (UBIGINT excepted); double for FLOAT and DOUBLE;
// std::string for VARCHAR and, as DuckDB's own exact text, for everything else: DECIMAL "12.50", HUGEINT and
// UBIGINT, DATE "2025-11-28", TIMESTAMP "2025-11-28 12:04:30.5" (fraction only when there is one),
// TIMESTAMPTZ the same with "+00", TIME, UUID, BLOB, ENUM, INTERVAL, LIST "[1, 2]", STRUCT, MAP.
using Cell = std::variant<std::monostate, bool, int64_t, double, std::string>;

// A result held in memory.
struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;

  // For results of a known shape; aborts when the shape is another (a programmer's error).
  const Cell& At(size_t row, size_t column) const;
  // The column's position, by its exact name.
  std::optional<size_t> Find(std::string_view column) const;
};
// "" for null; true/false; exact text otherwise.
std::string CellText(const Cell& cell);

// A bound parameter, named as in the statement ($from) without the dollar. A list is bound as VARCHAR[].
// Dates and times are bound as text; DuckDB casts them where they are compared with a DATE or TIMESTAMP
// column.
struct Parameter {
  std::string name;
  std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<std::string>> value;
};

struct QueryOptions {
  uint64_t max_rows = 0;         // 0 = no bound; one row more is an error kInvalid that names the bound
  int64_t timeout_ms = 0;        // 0 = none; kTimeout afterwards
  Progress* progress = nullptr;  // asked for cancellation several times a second
  // How many units of the caller's present stage the statement is worth: progress is advanced by that much in
  // all, as DuckDB's own estimate moves. 0 = progress is asked for cancellation only.
  uint64_t progress_units = 0;
  // Asked to stop by whoever no longer wants the answer: the statement ends with kCancelled within some 20
  // ms, or is not begun.
  std::stop_token stop = {};
};

struct ParquetExport;  // sql/parquet_export.h
struct ParquetFile;
using TakeParquetFile = std::function<Status(ParquetFile)>;

class Connection {
 public:
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  // One or several statements without result.
  Status Execute(std::string_view sql, const QueryOptions& options = {});
  // One statement; the whole result. Every parameter of the statement must have a value; values that the
  // statement does not use are ignored, so one set of filters serves many reports.
  Result<Table> Query(std::string_view sql, const std::vector<Parameter>& parameters = {},
                      const QueryOptions& options = {});
  // One statement; rows are handed over chunk by chunk (at most 2048 rows) as they are produced, in a Table
  // that is used again for the next chunk. `on_chunk` is called at least once, with the columns and no row
  // when there is none; returning false ends the query without error.
  Status Stream(std::string_view sql, const std::vector<Parameter>& parameters,
                const std::function<bool(const Table& chunk)>& on_chunk, const QueryOptions& options = {});
  // Runs `body` between BEGIN and COMMIT; rolls back when it fails.
  Status Transaction(const std::function<Status()>& body);
  // Stops what runs on this connection now; that call returns kCancelled. Nothing happens when nothing runs.
  void Cancel();

  struct Impl;

 private:
  friend class Appender;
  friend class Database;
  friend Status ExportParquet(Connection& connection, const ParquetExport& what, const TakeParquetFile& take,
                              const QueryOptions& options);
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

struct DatabaseOptions {
  std::string path = {};  // "" = in memory
  uint64_t memory_bytes = 2'000'000'000;
  uint64_t idle_bytes = 0;  // what GiveBackPages leaves; 0 = all
  int threads = 2;
  std::string temp_directory =
      {};  // where large sorts spill; "" = beside the file (in memory: the system's own)
  std::string time_zone = "UTC";  // shop.time_zone: what the macros of models/macro/ call the shop's day
  std::string models_directory =
      {};  // models.dir; its macro/ folder overrides built-in macros; "" = built-in only
  std::string memory_setting = "sql.memory";  // named in the error when memory_bytes do not suffice
};

// Another file of the same instance: its tables are called name.schema.table, queries may join those of
// several files, and a transaction writes those of one.
struct AttachedFile {
  std::string path;
  std::string name;
  // How many rows lie together in the file. Few make the checkpoints of a table that grows by little commits
  // short, many are scanned faster. A power of two, at least 2048.
  uint64_t row_group_rows = 122'880;
};

class Database {
 public:
  // Opens or creates the file. Session settings every connection has: TimeZone UTC, autoloading of extensions
  // off, no progress bar on the terminal. The macros of sql/macro.h exist in its schema main. kAlreadyExists:
  // this process has the file open; kUnavailable: another process has it, which the message names.
  static Result<std::shared_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();

  // A connection from the pool, or a new one; goes back to the pool when it is destroyed (an open transaction
  // is rolled back). Connections keep the file open: the last of Database and its connections closes it.
  Result<Connection> Connect();
  // Opens or creates the file as another database, for as long as this one is open. Errors as of Open.
  // kAlreadyExists also when the name is taken.
  Status Attach(const AttachedFile& file);
  uint64_t memory_bytes() const;
  // DuckDB keeps the pages it has read until memory_bytes are full. Forgets those beyond idle_bytes, the ones
  // that were used last stay; does nothing while a statement runs.
  void GiveBackPages();
  // Names of the macros it was opened with.
  const std::vector<std::string>& macro_names() const;
  // "1.4.4"
  static std::string LibraryVersion();

  struct Impl;

 private:
  explicit Database(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// 'text' with quotes doubled, and "name" likewise.
std::string QuoteLiteral(std::string_view text);
std::string QuoteName(std::string_view name);

}  // namespace souk::sql
