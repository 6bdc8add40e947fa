// The processor's state in the embedded hot store: a log of versions, of which the last one of each key
// holds. A commit only appends, so it costs what it changes, however much state there is; what was replaced
// is removed when it has become as much as what holds, and in the spaces only where something was. For the
// sources of this room only.
//
// Threads: as its connection. Append and Forget are called inside a transaction.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sql/database.h"
#include "store/hot_store.h"

namespace souk::store {

class StateTable {
 public:
  Status Forget(sql::Connection& connection, const std::vector<StateRange>& ranges);
  Status Append(sql::Connection& connection, const std::vector<StateChange>& changes, int64_t commit_number);
  // To be called after the commit of these changes. Removes what was replaced, now and then.
  Status Committed(sql::Connection& connection, const std::vector<StateChange>& changes);

  static Status Read(sql::Connection& connection, const std::string& space,
                     const std::function<Status(std::string_view key, std::string_view value)>& on_entry);

 private:
  static Result<std::vector<std::string>> PartsOf(sql::Connection& connection, const std::string& space);
  static Status ReadPart(sql::Connection& connection, const std::string& space, const std::string& range,
                         const std::function<Status(std::string_view, std::string_view)>& on_entry);

  // Since replaced versions were removed:
  std::set<std::string> spaces_;  // that had changes of what was there
  uint64_t replaced_ = 0;         // how many
  uint64_t rows_when_clean_ = 0;  // that such spaces had
};

}  // namespace souk::store
