// One prepared statement from its text to its last chunk. For the sources of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/handle.h"
#include "sql/session.h"

namespace souk::sql {

// One thread. `connection` and `options` must outlive it. After an error nothing more can be asked.
class Statement {
 public:
  Statement(Connection::Impl& connection, std::string_view sql, const QueryOptions& options);

  // Prepares and begins to execute it.
  Status Start(const std::vector<Parameter>& parameters);
  // Whether there are columns: COPY … TO and the like have none.
  bool HasResult();
  // The next rows; an empty handle after the last of them.
  Result<ChunkHandle> Next();
  // To be called when all rows were taken: tells progress that the work is done.
  void Finish() { guard_.Finish(); }

  const std::string& sql() const { return sql_; }
  duckdb_result* result() { return result_.out(); }

 private:
  tl::unexpected<Error> Failed(const char* text) const;
  Status Bind(const std::vector<Parameter>& parameters);

  Connection::Impl& connection_;
  std::string sql_;
  const QueryOptions& options_;
  Watch::Guard guard_;
  PreparedHandle prepared_;
  ResultHandle result_;
};

}  // namespace souk::sql
