// The windows of the embedded hot store: a log of values, of which the last one of each key holds, and 0 says
// that the key is gone. A commit only appends; looking for what a value replaces took two thirds of it. What
// was replaced is removed when it is much. For the sources of this room only.
//
// Threads: as its connection. Append is called inside a transaction.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/database.h"
#include "store/hot_store.h"

namespace souk::store {

class WindowTable {
 public:
  // What the log amounts to, as a table to select from: kpi, window_start, window_end, dimension, member,
  // value.
  static std::string Latest();
  // The size of a row of Latest() as HotSize counts it, in SQL.
  static const char* RowBytesSql();

  // Counts into `size` what is new and what is gone.
  Status Append(sql::Connection& connection, const std::vector<WindowValue>& windows, int64_t commit_number,
                HotSize& size);
  // To be called after the commit that followed Append. Removes what was replaced, now and then.
  Status Committed(sql::Connection& connection);

 private:
  struct Touched {
    Micros first = 0, last = 0;  // starts
    uint64_t replaced = 0;       // rows of the log that no longer hold
  };
  Status RemoveReplaced(sql::Connection& connection, Micros length, const Touched& touched);

  std::map<Micros, Touched> touched_;  // by the windows' length, since replaced ones were removed
};

}  // namespace souk::store
