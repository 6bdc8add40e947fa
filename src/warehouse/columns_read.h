// Which columns of a relation a SELECT reads, found from its syntax tree.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sql/database.h"

namespace souk::warehouse {

// Those of `columns` that `sql` may read of `relation`: never one too few, perhaps one too many where a name
// is written without its relation. kInvalid when the SQL cannot be read.
Result<std::set<std::string>> ColumnsRead(sql::Connection& connection, const std::string& sql,
                                          const std::string& relation,
                                          const std::vector<std::string>& columns);

}  // namespace souk::warehouse
