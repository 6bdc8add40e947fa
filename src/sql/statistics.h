// What COMPUTE STATS and SHOW … STATS show of a table. For the sources of this room only.
#pragma once

#include <string>
#include <vector>

#include "sql/database.h"
#include "sql/syntax_tree.h"

namespace souk::sql {

// One row: how many rows, then what StatisticsOf wants of each column. `condition` is SQL; "" = all rows.
// Distinct values are counted, or estimated, which may be a fifth off but costs little.
std::string StatisticsSql(const RelationName& relation, const std::vector<Column>& columns,
                          const std::string& condition, bool exact);
// A row per column: type, distinct values, nulls, and the least and greatest
// value or, of text, the size in bytes.
Table StatisticsOf(const std::vector<Column>& columns, const Table& row);

// How many rows: per year, month and day where the table is divided by them, and in all.
std::string RowCountsSql(const RelationName& relation, const std::vector<Column>& columns);

}  // namespace souk::sql
