#include "sql/memory_use.h"

namespace souk::sql {

Result<std::vector<MemoryUse>> MemoryUses(Database& database) {
  TRY(auto connection, database.Connect());
  TRY(Table rows,
      connection.Query("SELECT lower(tag), CAST(memory_usage_bytes AS BIGINT) FROM duckdb_memory() "
                       "WHERE memory_usage_bytes > 0 ORDER BY 1"));
  std::vector<MemoryUse> uses;
  for (const auto& row : rows.rows)
    uses.push_back({CellText(row[0]), static_cast<uint64_t>(std::get<int64_t>(row[1]))});
  return uses;
}

}  // namespace souk::sql
