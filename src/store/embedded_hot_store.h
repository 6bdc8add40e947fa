// The hot store in a DuckDB file (docs/format/hot_store.md). Its tables are read beside the warehouse's when
// it is opened on the warehouse's instance.
//
// Threads: any. Commits and trims wait for each other; readings have connections of their own and see the
// state of the last commit.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "sql/database.h"
#include "store/hot_store.h"
#include "store/hot_tables.h"
#include "store/state_table.h"
#include "store/window_table.h"

namespace souk::store {

class EmbeddedHotStore : public HotStore {
 public:
  // Opens or creates the file `path` as the database hot_store of `database`, which holds it open from then
  // on (also without the store), and makes the views hot.orders, hot.events, hot.late_records and
  // hot.kpi_windows in it. kAlreadyExists: this program has the file open; kUnavailable: another one has;
  // kUnsupported: a newer Souk wrote it.
  static Result<std::unique_ptr<EmbeddedHotStore>> Open(std::shared_ptr<sql::Database> database,
                                                        const std::string& path);
  ~EmbeddedHotStore() override;

  Status Commit(const HotBatch& batch) override;
  Status Trim(const HotRetention& retention) override;

  Result<HotHead> Head() override;
  Status ReadState(
      const std::string& space,
      const std::function<Status(std::string_view key, std::string_view value)>& on_entry) override;
  Status ReadLines(Micros since, const std::function<Status(const HotRecord&)>& on_line) override;
  Result<std::vector<HotRecord>> FindOrders(const std::vector<std::string>& order_ids) override;
  Status ReadWindows(Micros from, Micros to,
                     const std::function<Status(const WindowValue&)>& on_window) override;
  Result<std::vector<WindowValue>> FindWindows(const std::vector<WindowKey>& keys) override;
  Result<HotSize> Size() override;

 private:
  EmbeddedHotStore(std::shared_ptr<sql::Database> database, sql::Connection writer)
      : database_(std::move(database)), writer_(std::move(writer)) {}

  Status OpenTables();
  Status Restore();
  // What a transaction does; `head` and `size` become the store's when it stands.
  Status Write(const HotBatch& batch, HotHead& head, HotSize& size);
  Status WriteLines(const std::vector<HotRecord>& lines, HotSize& size);
  Status RemoveReplaced(const std::vector<const HotRecord*>& lines, HotSize& size);
  Status WriteRecords(const HotTable& table, const std::vector<HotRecord>& records, uint64_t& rows,
                      HotSize& size);
  Status WriteHead(const HotHead& head);
  Status Remove(const HotRetention& retention, HotSize& size);
  Status RemoveWhere(const std::string& table, const std::string& condition, uint64_t& rows, HotSize& size);
  // So that `most` of the newest rows are left.
  Status RemoveBeyond(const HotTable& table, const std::string& time, uint64_t most, uint64_t& rows,
                      HotSize& size);
  Status RemoveWindows(const std::string& condition, HotSize& size);
  // Takes rows and bytes of what `condition` holds for off `rows` and `size`.
  Status TakeOffWhere(const std::string& from, const std::string& condition, const std::string& bytes_sql,
                      uint64_t& rows, HotSize& size);

  std::shared_ptr<sql::Database> database_;
  HotTable orders_ = OrdersTable(), events_ = EventsTable(), late_ = LateTable();

  std::mutex commit_mutex_;  // held for a whole commit
  sql::Connection writer_;
  StateTable state_;
  WindowTable windows_;
  int64_t commits_ = 0;

  std::mutex mutex_;  // held for a moment
  HotHead head_;
  HotSize size_;
};

}  // namespace souk::store
