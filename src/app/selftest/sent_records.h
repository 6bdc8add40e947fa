// What a self-test sent and was acknowledged, in a database of its own, to be compared with what became of
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/selftest/shop_load.h"
#include "sql/database.h"

namespace souk::app {

// Tables: records(line, late, partition, "offset", value), and poison(line, partition, "offset", value BLOB)
// of those that cannot be read. Not thread-safe.
class SentRecords {
 public:
  // `path`: a file to be made. Topics as in ShopLoadOptions.
  static Result<SentRecords> Open(const std::string& path, const ShopLoadOptions& topics);

  Status Add(const std::vector<AcknowledgedRecord>& records);
  sql::Database& database() { return *database_; }
  sql::Connection& connection() { return connection_; }
  // An expression: the topic of a row of these tables.
  std::string TopicOf() const;

  // `differences` has one text column and no row where all is well. kCorrupt: the number of them, and the
  // first.
  Status Compare(const std::string& what, const std::string& differences);
  Result<uint64_t> Count(const std::string& from);

 private:
  SentRecords(std::shared_ptr<sql::Database> database, sql::Connection connection,
              const ShopLoadOptions& topics)
      : database_(std::move(database)), connection_(std::move(connection)), topics_(topics) {}

  std::shared_ptr<sql::Database> database_;
  sql::Connection connection_;
  ShopLoadOptions topics_;
};

}  // namespace souk::app
