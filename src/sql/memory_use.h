// What DuckDB's memory is used for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sql/database.h"

namespace souk::sql {

struct MemoryUse {
  std::string use;  // DuckDB's name in lower case: base_table (pages of files), hash_table, …
  uint64_t bytes = 0;
};

// Of the whole instance; uses without memory are left out.
Result<std::vector<MemoryUse>> MemoryUses(Database& database);

}  // namespace souk::sql
