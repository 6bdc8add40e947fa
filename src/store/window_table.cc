#include "store/window_table.h"

#include <algorithm>

#include "sql/appender.h"
#include "store/hot_tables.h"
#include "store/last_of_each.h"

namespace souk::store {
namespace {

constexpr uint64_t kFewRows = 50'000;  // that may lie about without harm

constexpr const char* kKey = "kpi, window_start, window_end, dimension, member";

std::string HashableKey(const WindowValue& window) {
  const WindowKey& key = window.key;
  return fmt::format("{}:{}:{}:{}:{}{}{}", key.start, key.end, key.kpi.size(), key.dimension.size(), key.kpi,
                     key.dimension, key.member);
}

uint64_t RowBytes(const WindowKey& key) {
  return key.kpi.size() + key.dimension.size() + key.member.size() + 24;
}

}  // namespace

std::string WindowTable::Latest() {
  return fmt::format(
      "(SELECT {}, arg_max(value, commit_number) AS value FROM {} GROUP BY {} "
      "HAVING arg_max(value, commit_number) <> 0)",
      kKey, InHotStore("kpi_windows"), kKey);
}

const char* WindowTable::RowBytesSql() { return "strlen(kpi) + strlen(dimension) + strlen(member) + 24"; }

Status WindowTable::Append(sql::Connection& connection, const std::vector<WindowValue>& windows,
                           int64_t commit_number, HotSize& size) {
  if (windows.empty()) return {};
  TRY(auto appender, sql::Appender::Open(connection, {kHotDatabase, "main", "kpi_windows"}));
  for (const WindowValue* window : LastOfEach(windows, HashableKey)) {
    const WindowKey& key = window->key;
    if (!window->stored && window->value == 0) continue;
    if (!window->stored) ++size.windows, size.bytes += RowBytes(key);
    if (window->value == 0) --size.windows, size.bytes -= RowBytes(key);
    if (window->stored) {
      Touched& touched =
          touched_.try_emplace(key.end - key.start, Touched{key.start, key.start}).first->second;
      touched.first = std::min(touched.first, key.start);
      touched.last = std::max(touched.last, key.start);
      ++touched.replaced;
    }
    appender.Text(key.kpi);
    appender.Timestamp(key.start);
    appender.Timestamp(key.end);
    appender.Text(key.dimension);
    appender.Text(key.member);
    appender.Int(window->value);
    appender.Int(commit_number);
    TRY_STATUS(appender.EndRow());
  }
  return appender.Finish();
}

Status WindowTable::Committed(sql::Connection& connection) {
  for (auto& [length, touched] : touched_) {
    if (touched.replaced < kFewRows) continue;
    TRY_STATUS(RemoveReplaced(connection, length, touched));
    touched_.erase(length);
    return {};  // one at a time, so that no commit waits for all of them
  }
  return {};
}

// The times are in the statement so that DuckDB passes over the row groups of other times.
Status WindowTable::RemoveReplaced(sql::Connection& connection, Micros length, const Touched& touched) {
  std::string rows = fmt::format(
      "{} WHERE window_start BETWEEN make_timestamptz({}) AND make_timestamptz({}) AND "
      "epoch_us(window_end) - epoch_us(window_start) = {}",
      InHotStore("kpi_windows"), touched.first, touched.last, length);
  return connection.Execute(
      fmt::format("DELETE FROM {} AND rowid IN (SELECT rowid FROM (SELECT rowid, value = 0 AS gone, "
                  "row_number() OVER (PARTITION BY {} ORDER BY commit_number DESC) AS age FROM {}) "
                  "WHERE age > 1 OR gone)",
                  rows, kKey, rows));
}

}  // namespace souk::store
