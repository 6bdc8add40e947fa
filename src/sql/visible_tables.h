// What the query door lets be read: the tables and views of the allowed schemas, but none whose name begins
// with
// "__": a build makes it. For the sources of this room only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/database.h"
#include "sql/syntax_tree.h"

namespace souk::sql {

// What to do for tables to be in a schema that has none: "run `souk build`".
const char* FilledBy(const std::string& schema);

class VisibleTables {
 public:
  // As they are in the connection's present transaction. `schemas` in lower case.
  static Result<VisibleTables> Load(Connection& connection, const std::vector<std::string>& schemas);

  // The relation in the catalog's own spelling, with `current` for a missing schema. kDenied when it is
  // outside the allowed schemas, kNotFound when there is no such table.
  Result<RelationName> Resolve(const RelationName& name, const std::string& current) const;
  // kDenied unless `schema` is allowed; its name in lower case.
  Result<std::string> ResolveSchema(const std::string& schema) const;
  // Names in the order of the alphabet.
  std::vector<std::string> Tables(const std::string& schema) const;

 private:
  tl::unexpected<Error> NoSchema(const std::string& schema) const;
  tl::unexpected<Error> NoTable(const std::string& schema, const std::string& table) const;

  std::string catalog_;
  std::vector<std::string> schemas_;
  // Schema that exists → table in lower case → as it is written.
  std::map<std::string, std::map<std::string, std::string>> tables_;
};

}  // namespace souk::sql
