// The rows behind a live figure: what the hot store has of it now, the newest first. They are chosen by the
// figure's own definition, so those of a window are what was counted there.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "sql/door.h"
#include "stream/kpi_book.h"

namespace souk::serve {

struct LiveRowsRequest {
  Micros from = 0, to = 0;  // by the figure's own time, [from, to); a gauge looks at all
  std::string by, member;   // only this member of a dimension, "" = those that have none; by "" = all
  int64_t limit = 100;
  Micros now = 0;
  Micros cart_timeout = 0;     // the setting stream.cart_timeout
  bool has_warehouse = false;  // products have names and categories there
};

struct LiveRows {
  sql::Table table;  // columns of the report that LiveRowsReport names, those that are known here
  std::string sql;
};

// The report that lists the same things out of the warehouse, and says what each column is.
std::string_view LiveRowsReport(stream::Subject subject);

// Of a figure of lines the lines, of one of visits the visits. A visit is what the hot store has of a
// session_id: it keeps the newest events (stream.keep_events). kInvalid: no such dimension; kUnsupported: a
// figure of events.
Result<LiveRows> ReadLiveRows(sql::QueryDoor& door, const stream::Definition& figure,
                              const LiveRowsRequest& request, const sql::QueryOptions& options);

}  // namespace souk::serve
