// Appender: many rows into one table, several times as fast as INSERT. Values are given in the order of the
// table's columns, row by row, and handed to DuckDB in chunks of columns.
//
// Threads: one at a time, the one that uses the connection. Inside a transaction of the connection the rows
// belong to it; outside one they are committed now and then.
// Failure: the first value that does not fit is remembered, and EndRow of that row tells it. After an error
// nothing more can be appended; roll the transaction back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sql/database.h"

namespace souk::sql {

struct TableName {
  std::string database = {};  // as it was attached; "" = the one that was opened
  std::string schema = "main";
  std::string table;
};

class Appender {
 public:
  // kNotFound when there is no such table. The connection must outlive the appender.
  static Result<Appender> Open(Connection& connection, const TableName& table);
  // Rows since the last Finish may be lost or kept: roll the transaction back, or call Finish.
  ~Appender();
  Appender(Appender&&) noexcept;
  Appender& operator=(Appender&&) noexcept;

  void Bool(bool value);              // BOOLEAN
  void Int(int64_t value);            // TINYINT to BIGINT
  void Decimal(int64_t unscaled);     // DECIMAL: the value times 10^scale of the column
  void Timestamp(int64_t micros);     // TIMESTAMP and TIMESTAMPTZ: microseconds since 1970 UTC
  void Text(std::string_view value);  // VARCHAR; UTF-8
  void Blob(std::string_view value);  // BLOB
  void Null();
  // kInvalid when a value has another type than its column or does not fit into it, when a text is not UTF-8,
  // or when the row has more or fewer values than the table columns.
  Status EndRow();
  // Hands over what is left. The appender may be used again.
  Status Finish();

 private:
  struct Impl;
  explicit Appender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::sql
