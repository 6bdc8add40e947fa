#include "store/embedded_hot_store.h"

#include "base/crash_point.h"
#include "base/log.h"
#include "sql/appender.h"
#include "store/hot_rows.h"
#include "store/last_of_each.h"

namespace souk::store {
namespace {

// A temporary table of the writing connection.
constexpr const char* kLineKeys = "hot_line_keys";

constexpr uint64_t kRowGroupRows = 16'384;  // docs/format/hot_store.md says why

// Of all files of the instance; DuckDB knows no other. Four times its default costs four times fewer stalls,
// and up to a second more when a killed program is started again.
constexpr const char* kCheckpointThreshold = "64MB";

// Keys of the lines' schema, by their place.
size_t KeyOfLines(const HotTable& orders) {
  const record::Schema& schema = *orders.schemas.front();
  return static_cast<size_t>(schema.Find(schema.key) - schema.fields.data());
}

// `bytes` of each row that a DELETE … RETURNING gave.
void TakeOff(const sql::Table& removed, uint64_t& rows, HotSize& size) {
  for (const auto& row : removed.rows) size.bytes -= static_cast<uint64_t>(IntOf(row[0]));
  rows -= removed.rows.size();
}

std::string TimeLiteral(Micros time) { return fmt::format("make_timestamptz({})", time); }

Status CheckKind(const HotTable& table, const std::vector<HotRecord>& records) {
  for (const HotRecord& record : records) {
    const record::Schema* schema = record.record.schema();
    if (table.SchemaAt(schema) >= 0 && record.record.size() == schema->fields.size()) continue;
    return Fail(Code::kInvalid, "hot.{} takes no record of the kind {} with {} fields ({}-{}@{})", table.name,
                schema == nullptr ? "unknown" : schema->name, record.record.size(), record.topic,
                record.partition, record.offset);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<EmbeddedHotStore>> EmbeddedHotStore::Open(std::shared_ptr<sql::Database> database,
                                                                 const std::string& path) {
  TRY_STATUS(database->Attach({path, kHotDatabase, kRowGroupRows}));
  TRY(auto writer, database->Connect());
  TRY_STATUS(writer.Execute(fmt::format("SET GLOBAL checkpoint_threshold = '{}'", kCheckpointThreshold)));
  std::unique_ptr<EmbeddedHotStore> store(new EmbeddedHotStore(std::move(database), std::move(writer)));
  if (auto opened = store->OpenTables(); !opened) return Wrap(opened.error(), path);
  if (auto restored = store->Restore(); !restored) return Wrap(restored.error(), path);
  return store;
}

EmbeddedHotStore::~EmbeddedHotStore() {
  // The connection goes back to a pool.
  (void)writer_.Execute(
      fmt::format("DROP TABLE IF EXISTS temp.{}; SET enable_progress_bar = true", kLineKeys));
}

Status EmbeddedHotStore::OpenTables() {
  TRY_STATUS(writer_.Execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {}(format BIGINT, commits BIGINT, watermark BIGINT, committed_at BIGINT)",
      InHotStore("head"))));
  TRY(sql::Table head, writer_.Query("SELECT format FROM " + InHotStore("head")));
  if (!head.rows.empty() && IntOf(head.At(0, 0)) > kHotFormat) {
    return Fail(Code::kUnsupported,
                "the hot store has format {}, and this program knows {}: use the newer Souk",
                IntOf(head.At(0, 0)), kHotFormat);
  }
  for (HotTable* table : {&orders_, &events_, &late_}) TRY_STATUS(OpenHotTable(writer_, *table));
  TRY_STATUS(CreatePlainTables(writer_));
  if (!head.rows.empty() && IntOf(head.At(0, 0)) < kHotFormat) {
    TRY_STATUS(writer_.Execute(fmt::format("UPDATE {} SET format = {}", InHotStore("head"), kHotFormat)));
  }
  TRY_STATUS(OpenHotViews(writer_, {&orders_, &events_, &late_}));
  // A commit is many small statements; nobody asks how far one is, and finding out takes a tenth of them.
  return writer_.Execute(
      fmt::format("SET enable_progress_bar = false; CREATE OR REPLACE TEMP TABLE {}(id VARCHAR)", kLineKeys));
}

Status EmbeddedHotStore::Restore() {
  TRY(sql::Table head, writer_.Query("SELECT commits, watermark, committed_at FROM " + InHotStore("head")));
  if (!head.rows.empty()) {
    commits_ = IntOf(head.At(0, 0));
    head_.watermark = IntOf(head.At(0, 1));
    head_.committed_at = IntOf(head.At(0, 2));
  }
  TRY(sql::Table positions,
      writer_.Query("SELECT topic, partition, next_offset, latest FROM " + InHotStore("positions")));
  for (const auto& row : positions.rows) {
    head_.positions[{sql::CellText(row[0]), static_cast<int32_t>(IntOf(row[1]))}] = {IntOf(row[2]),
                                                                                     IntOf(row[3])};
  }
  TRY(sql::Table counters, writer_.Query("SELECT name, value FROM " + InHotStore("counters")));
  for (const auto& row : counters.rows) head_.counters[sql::CellText(row[0])] = IntOf(row[1]);
  auto add = [&](const std::string& table, const std::string& bytes_sql, uint64_t& rows) -> Status {
    TRY(sql::Table sum,
        writer_.Query(
            fmt::format("SELECT count(*), CAST(coalesce(sum({}), 0) AS BIGINT) FROM {}", bytes_sql, table)));
    rows = static_cast<uint64_t>(IntOf(sum.At(0, 0)));
    size_.bytes += static_cast<uint64_t>(IntOf(sum.At(0, 1)));
    return {};
  };
  TRY_STATUS(add(InHotStore(orders_.name), kRowBytes, size_.lines));
  TRY_STATUS(add(InHotStore(events_.name), kRowBytes, size_.events));
  TRY_STATUS(add(InHotStore(late_.name), kRowBytes, size_.late));
  return add(WindowTable::Latest(), WindowTable::RowBytesSql(), size_.windows);
}

Status EmbeddedHotStore::Commit(const HotBatch& batch) {
  TRY_STATUS(CheckKind(orders_, batch.lines));
  TRY_STATUS(CheckKind(events_, batch.events));
  TRY_STATUS(CheckKind(late_, batch.late));
  std::lock_guard committing(commit_mutex_);
  HotHead head = head_;
  HotSize size = size_;
  TRY_STATUS(writer_.Transaction([&]() -> Status {
    TRY_STATUS(Write(batch, head, size));
    CrashPoint("hot_written");
    return {};
  }));
  ++commits_;
  {
    std::lock_guard lock(mutex_);
    head_ = std::move(head);
    size_ = size;
  }
  // What was replaced may stay a little longer; the commit stands.
  Status cleaned = state_.Committed(writer_, batch.state);
  if (cleaned) cleaned = windows_.Committed(writer_);
  if (!cleaned)
    Log(LogLevel::kWarn, "store", "what was replaced is still there", {{"error", cleaned.error().message}});
  return {};
}

Status EmbeddedHotStore::Write(const HotBatch& batch, HotHead& head, HotSize& size) {
  TRY_STATUS(WriteLines(batch.lines, size));
  TRY_STATUS(WriteRecords(events_, batch.events, size.events, size));
  TRY_STATUS(WriteRecords(late_, batch.late, size.late, size));
  TRY_STATUS(windows_.Append(writer_, batch.windows, commits_ + 1, size));
  TRY_STATUS(state_.Forget(writer_, batch.forgotten));
  TRY_STATUS(state_.Append(writer_, batch.state, commits_ + 1));
  for (const auto& [partition, position] : batch.positions) head.positions[partition] = position;
  for (const auto& [name, value] : batch.counters) head.counters[name] = value;
  head.watermark = batch.watermark;
  head.committed_at = batch.committed_at;
  return WriteHead(head);
}

Status EmbeddedHotStore::WriteLines(const std::vector<HotRecord>& lines, HotSize& size) {
  if (lines.empty()) return {};
  size_t key = KeyOfLines(orders_);
  auto latest = LastOfEach(lines, [&](const HotRecord& line) { return line.record.value(key).text; });
  TRY_STATUS(RemoveReplaced(latest, size));
  TRY(auto appender, sql::Appender::Open(writer_, {kHotDatabase, "main", orders_.name}));
  for (const HotRecord* line : latest) {
    uint64_t bytes = RowBytes(*line, false);
    TRY_STATUS(AppendRecord(appender, orders_, *line, bytes));
    size.bytes += bytes;
  }
  size.lines += latest.size();
  return appender.Finish();
}

// Finds the rows first, by the key alone: RETURNING would read every column of the table. The times are in
// the statements so that DuckDB passes over the row groups of other times.
Status EmbeddedHotStore::RemoveReplaced(const std::vector<const HotRecord*>& lines, HotSize& size) {
  size_t key = KeyOfLines(orders_);
  Micros oldest = std::numeric_limits<Micros>::max(), newest = std::numeric_limits<Micros>::min();
  TRY_STATUS(writer_.Execute(fmt::format("TRUNCATE temp.{}", kLineKeys)));
  TRY(auto keys, sql::Appender::Open(writer_, {"temp", "main", kLineKeys}));
  for (const HotRecord* line : lines) {
    if (!line->replaces) continue;
    oldest = std::min(oldest, *line->replaces);
    newest = std::max(newest, *line->replaces);
    keys.Text(line->record.value(key).text);
    TRY_STATUS(keys.EndRow());
  }
  TRY_STATUS(keys.Finish());
  if (newest < oldest) return {};
  std::string table = InHotStore(orders_.name);
  std::string where = fmt::format("t.updated_at BETWEEN {} AND {} AND t.{} = k.id", TimeLiteral(oldest),
                                  TimeLiteral(newest), sql::QuoteName(orders_.schemas.front()->key));
  TRY(sql::Table replaced, writer_.Query(fmt::format("SELECT t.{} FROM {} AS t JOIN temp.{} AS k ON {}",
                                                     kRowBytes, table, kLineKeys, where)));
  TakeOff(replaced, size.lines, size);
  return writer_.Execute(
      fmt::format("DELETE FROM {} AS t USING temp.{} AS k WHERE {}", table, kLineKeys, where));
}

Status EmbeddedHotStore::WriteRecords(const HotTable& table, const std::vector<HotRecord>& records,
                                      uint64_t& rows, HotSize& size) {
  if (records.empty()) return {};
  TRY(auto appender, sql::Appender::Open(writer_, {kHotDatabase, "main", table.name}));
  for (const HotRecord& record : records) {
    uint64_t bytes = RowBytes(record, &table == &late_);
    TRY_STATUS(AppendRecord(appender, table, record, bytes));
    size.bytes += bytes;
  }
  rows += records.size();
  return appender.Finish();
}

// All of it anew: it is little, and one statement without a condition is quicker than looking for rows.
Status EmbeddedHotStore::WriteHead(const HotHead& head) {
  TRY_STATUS(writer_.Execute(fmt::format("DELETE FROM {}; DELETE FROM {}; DELETE FROM {}", InHotStore("head"),
                                         InHotStore("positions"), InHotStore("counters"))));
  TRY(auto one, sql::Appender::Open(writer_, {kHotDatabase, "main", "head"}));
  for (int64_t value : {kHotFormat, commits_ + 1, head.watermark, head.committed_at}) one.Int(value);
  TRY_STATUS(one.EndRow());
  TRY_STATUS(one.Finish());
  TRY(auto positions, sql::Appender::Open(writer_, {kHotDatabase, "main", "positions"}));
  for (const auto& [partition, position] : head.positions) {
    positions.Text(partition.first);
    for (int64_t value : {int64_t{partition.second}, position.next_offset, position.latest})
      positions.Int(value);
    TRY_STATUS(positions.EndRow());
  }
  TRY_STATUS(positions.Finish());
  TRY(auto counters, sql::Appender::Open(writer_, {kHotDatabase, "main", "counters"}));
  for (const auto& [name, value] : head.counters) {
    counters.Text(name);
    counters.Int(value);
    TRY_STATUS(counters.EndRow());
  }
  return counters.Finish();
}

Status EmbeddedHotStore::Trim(const HotRetention& retention) {
  std::lock_guard committing(commit_mutex_);
  HotSize size = size_;
  TRY_STATUS(writer_.Transaction([&]() -> Status {
    TRY_STATUS(Remove(retention, size));
    CrashPoint("hot_trimmed");
    return {};
  }));
  database_->GiveBackPages();
  std::lock_guard lock(mutex_);
  size_ = size;
  return {};
}

Status EmbeddedHotStore::Remove(const HotRetention& retention, HotSize& size) {
  std::string lines = "updated_at < " + TimeLiteral(retention.lines_before);
  std::string events = "event_time < " + TimeLiteral(retention.events_before);
  TRY_STATUS(RemoveWhere(InHotStore(orders_.name), lines, size.lines, size));
  TRY_STATUS(RemoveWhere(InHotStore(events_.name), events, size.events, size));
  TRY_STATUS(RemoveWhere(InHotStore(late_.name), "processing_time < " + TimeLiteral(retention.late_before),
                         size.late, size));
  TRY_STATUS(RemoveWindows("window_end < " + TimeLiteral(retention.windows_before), size));
  TRY_STATUS(RemoveBeyond(events_, "event_time", retention.most_events, size.events, size));
  return RemoveBeyond(late_, "processing_time", retention.most_events, size.late, size);
}

// Finds the time of the last row that may stay, which needs one column, and looks closer only at the rows of
// that time.
Status EmbeddedHotStore::RemoveBeyond(const HotTable& table, const std::string& time, uint64_t most,
                                      uint64_t& rows, HotSize& size) {
  if (rows <= most) return {};
  std::string name = InHotStore(table.name);
  if (most == 0) return RemoveWhere(name, "true", rows, size);
  TRY(sql::Table last,
      writer_.Query(fmt::format("SELECT epoch_us({}) FROM {} ORDER BY {} DESC LIMIT 1 OFFSET {}", time, name,
                                time, most - 1)));
  std::string cut = TimeLiteral(IntOf(last.At(0, 0)));
  TRY_STATUS(RemoveWhere(name, fmt::format("{} < {}", time, cut), rows, size));
  if (rows <= most) return {};
  std::string of_cut = fmt::format(
      "{} = {} AND rowid IN (SELECT rowid FROM {} WHERE {} = {} ORDER BY topic, partition, \"offset\" LIMIT "
      "{})",
      time, cut, name, time, cut, rows - most);
  return RemoveWhere(name, of_cut, rows, size);
}

Status EmbeddedHotStore::RemoveWindows(const std::string& condition, HotSize& size) {
  TRY_STATUS(TakeOffWhere(WindowTable::Latest(), condition, WindowTable::RowBytesSql(), size.windows, size));
  return writer_.Execute(fmt::format("DELETE FROM {} WHERE {}", InHotStore("kpi_windows"), condition));
}

Status EmbeddedHotStore::RemoveWhere(const std::string& table, const std::string& condition, uint64_t& rows,
                                     HotSize& size) {
  uint64_t before = rows;
  TRY_STATUS(TakeOffWhere(table, condition, kRowBytes, rows, size));
  if (rows == before) return {};
  return writer_.Execute(fmt::format("DELETE FROM {} WHERE {}", table, condition));
}

// Counts before they are removed: they may be many, and RETURNING holds them in memory.
Status EmbeddedHotStore::TakeOffWhere(const std::string& from, const std::string& condition,
                                      const std::string& bytes_sql, uint64_t& rows, HotSize& size) {
  TRY(sql::Table sum,
      writer_.Query(fmt::format("SELECT count(*), CAST(coalesce(sum({}), 0) AS BIGINT) FROM {} WHERE {}",
                                bytes_sql, from, condition)));
  rows -= static_cast<uint64_t>(IntOf(sum.At(0, 0)));
  size.bytes -= static_cast<uint64_t>(IntOf(sum.At(0, 1)));
  return {};
}

}  // namespace souk::store
