// What the embedded hot store is asked.
#include <algorithm>

#include "sql/appender.h"
#include "store/embedded_hot_store.h"
#include "store/hot_rows.h"

namespace souk::store {
namespace {

constexpr const char* kWindowColumns =
    "w.kpi, epoch_us(w.window_start), epoch_us(w.window_end), w.dimension, w.member, w.value";
constexpr const char* kWindowOrder = "w.kpi, w.window_start, w.window_end, w.dimension, w.member";

// The first and the last microsecond that DuckDB has a timestamp for.
constexpr Micros kFirst = -9'223'372'022'400'000'000, kLast = 9'223'372'036'854'775'806;

WindowValue ReadWindow(const std::vector<sql::Cell>& row) {
  WindowValue window;
  window.key = {sql::CellText(row[0]), IntOf(row[1]), IntOf(row[2]), sql::CellText(row[3]),
                sql::CellText(row[4])};
  window.value = IntOf(row[5]);
  return window;
}

}  // namespace

Result<HotHead> EmbeddedHotStore::Head() {
  std::lock_guard lock(mutex_);
  return head_;
}

Result<HotSize> EmbeddedHotStore::Size() {
  std::lock_guard lock(mutex_);
  return size_;
}

Status EmbeddedHotStore::ReadState(
    const std::string& space,
    const std::function<Status(std::string_view key, std::string_view value)>& on_entry) {
  TRY(auto connection, database_->Connect());
  return StateTable::Read(connection, space, on_entry);
}

Status EmbeddedHotStore::ReadLines(Micros since, const std::function<Status(const HotRecord&)>& on_line) {
  TRY(auto connection, database_->Connect());
  Status told;
  auto on_chunk = [&](const sql::Table& chunk) {
    for (const auto& row : chunk.rows) {
      auto line = ReadRecord(orders_, row);
      told = line ? on_line(*line) : Status(tl::unexpected(line.error()));
      if (!told) return false;
    }
    return true;
  };
  TRY_STATUS(connection.Stream(fmt::format("SELECT {} FROM {} WHERE updated_at >= make_timestamptz({})",
                                           SelectList(orders_), InHotStore(orders_.name), since),
                               {}, on_chunk));
  return told;
}

Result<std::vector<HotRecord>> EmbeddedHotStore::FindOrders(const std::vector<std::string>& order_ids) {
  TRY(auto connection, database_->Connect());
  TRY(sql::Table rows,
      connection.Query(fmt::format("SELECT {} FROM {} WHERE order_id IN (SELECT unnest($ids)) "
                                   "ORDER BY order_id, {}",
                                   SelectList(orders_), InHotStore(orders_.name),
                                   sql::QuoteName(orders_.schemas.front()->key)),
                       {{"ids", order_ids}}));
  std::vector<HotRecord> lines;
  for (const auto& row : rows.rows) {
    TRY(lines.emplace_back(), ReadRecord(orders_, row));
  }
  return lines;
}

Status EmbeddedHotStore::ReadWindows(Micros from, Micros to,
                                     const std::function<Status(const WindowValue&)>& on_window) {
  from = std::clamp(from, kFirst, kLast);
  to = std::clamp(to, kFirst, kLast);
  TRY(auto connection, database_->Connect());
  Status told;
  auto on_chunk = [&](const sql::Table& chunk) {
    for (const auto& row : chunk.rows) {
      told = on_window(ReadWindow(row));
      if (!told) return false;
    }
    return true;
  };
  TRY_STATUS(
      connection.Stream(fmt::format("SELECT {} FROM {} AS w WHERE w.window_start >= make_timestamptz({}) AND "
                                    "w.window_start < make_timestamptz({}) ORDER BY {}",
                                    kWindowColumns, WindowTable::Latest(), from, to, kWindowOrder),
                        {}, on_chunk));
  return told;
}

// The keys are bound as lists, one for each of their parts; the times as text, which DuckDB casts.
Result<std::vector<WindowValue>> EmbeddedHotStore::FindWindows(const std::vector<WindowKey>& keys) {
  if (keys.empty()) return std::vector<WindowValue>();
  std::vector<std::string> kpis, starts, ends, dimensions, members;
  Micros first = keys.front().start, last = first;
  for (const WindowKey& key : keys) {
    kpis.push_back(key.kpi);
    starts.push_back(fmt::format("{}", key.start));
    ends.push_back(fmt::format("{}", key.end));
    dimensions.push_back(key.dimension);
    members.push_back(key.member);
    first = std::min(first, key.start);
    last = std::max(last, key.start);
  }
  TRY(auto connection, database_->Connect());
  TRY(sql::Table rows,
      connection.Query(
          fmt::format(
              "SELECT {} FROM {} AS w SEMI JOIN (SELECT unnest($kpis) AS kpi, "
              "make_timestamptz(CAST(unnest($starts) AS BIGINT)) AS window_start, "
              "make_timestamptz(CAST(unnest($ends) AS BIGINT)) AS window_end, "
              "unnest($dimensions) AS dimension, unnest($members) AS member) AS k "
              "USING (kpi, window_start, window_end, dimension, member) "
              "WHERE w.window_start BETWEEN make_timestamptz({}) AND make_timestamptz({}) ORDER BY {}",
              kWindowColumns, WindowTable::Latest(), first, last, kWindowOrder),
          {{"kpis", kpis},
           {"starts", starts},
           {"ends", ends},
           {"dimensions", dimensions},
           {"members", members}}));
  std::vector<WindowValue> windows;
  for (const auto& row : rows.rows) windows.push_back(ReadWindow(row));
  return windows;
}

}  // namespace souk::store
