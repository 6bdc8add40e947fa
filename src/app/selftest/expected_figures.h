// What the hot store has to hold after a list of records: computed plainly in SQL over all of them at once,
// with nothing of the stream processor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/selftest/shop_load.h"
#include "sql/database.h"

namespace souk::app {

struct FiguresChecked {
  uint64_t windows = 0, lines = 0, events = 0;  // that were compared
};

// Not thread-safe.
class ExpectedFigures {
 public:
  // `path`: a file to be made, for the records. Topics as in ShopLoadOptions.
  static Result<ExpectedFigures> Open(const std::string& path, const ShopLoadOptions& topics);

  Status Add(const std::vector<AcknowledgedRecord>& records);
  // Compares with the hot store's file, which no other program may have open. kCorrupt names what differs:
  // the number of differences, and the first of them.
  Result<FiguresChecked> CheckHotStore(const std::string& path);

 private:
  ExpectedFigures(std::shared_ptr<sql::Database> database, sql::Connection connection,
                  const ShopLoadOptions& topics)
      : database_(std::move(database)), connection_(std::move(connection)), topics_(topics) {}
  Status Compute();
  Status Compare(const std::string& what, const std::string& differences);
  Result<uint64_t> Count(const std::string& from);

  std::shared_ptr<sql::Database> database_;
  sql::Connection connection_;
  ShopLoadOptions topics_;
};

}  // namespace souk::app
