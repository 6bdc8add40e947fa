// The query door: every query that a person causes (command line, page, API, SQL wire, export, training) goes
// through QueryDoor::Run. It takes who asks beside what is asked, lets only reading statements pass, on a
// read-only transaction, and only relations and functions that are known to be harmless. Policies, masks and
// audit act here.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "governance/identity.h"
#include "sql/database.h"

namespace souk::sql {

struct DoorOptions {
  int64_t timeout_ms = 60'000;  // a query's own limits hold when they are tighter
  uint64_t max_rows = 1'000'000;
  // Schemas whose tables and views may be read, in lower case; names without schema are looked up in the
  // first, or in the one that USE names. One that does not exist (yet) has no tables.
  std::vector<std::string> schemas = {"ecommerce", "ecommerce_dwh", "clean", "hot"};
};

// The answer to one statement: rows, a message ("using ecommerce_dwh"), or rows with a remark in lines.
struct Answer {
  Table table;
  std::string message;
};

// Threads: any; each call takes its own connection and runs in a read-only transaction: it sees one state of
// the data. An identity that is not the owner is refused, as no policy gives it anything yet.
class QueryDoor {
 public:
  QueryDoor(std::shared_ptr<Database> database, DoorOptions options);
  ~QueryDoor();

  // One statement:
  //   SELECT (WITH, VALUES, FROM-first; anything DuckDB calls a query)
  //   SHOW TABLES [IN schema] [LIKE 'fact*'], SHOW SCHEMAS|DATABASES, SHOW COLUMNS IN table
  //   DESCRIBE|DESC [TABLE] name, DESCRIBE select, SUMMARIZE name, EXPLAIN [ANALYZE] select, USE schema
  //   SHOW TABLE STATS name, SHOW COLUMN STATS name
  // Impala's statements that have nothing to do here check their table and say so; statistics are shown:
  //   REFRESH [name [PARTITION (…)]], INVALIDATE METADATA [name],
  //   COMPUTE STATS name [(columns)], COMPUTE INCREMENTAL STATS name [PARTITION (…)]
  // Its hints (/*+ BROADCAST(t) */, SELECT STRAIGHT_JOIN …, JOIN [SHUFFLE] t) change nothing, and the message
  // says so.
  // kDenied names the relation, function or kind of statement that may not be used, and what may; kNotFound
  // the table that does not exist, and the nearest that does.
  Result<Answer> Run(const governance::Identity& identity, std::string_view sql,
                     const std::vector<Parameter>& parameters = {}, const QueryOptions& limits = {});
  // Several statements separated by ';' (quotes and comments respected); USE holds for those after it. Stops
  // at the first error, which says which statement.
  Result<std::vector<Answer>> RunScript(const governance::Identity& identity, std::string_view script,
                                        const QueryOptions& limits = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Splits a script at its semicolons; empty statements are left out.
std::vector<std::string> SplitStatements(std::string_view script);

}  // namespace souk::sql
