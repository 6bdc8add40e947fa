#include "sql/statistics.h"

#include <algorithm>
#include <array>

namespace souk::sql {
namespace {

// Of each column: distinct values, nulls, least, greatest, largest size, mean size.
constexpr size_t kFigures = 6;

std::string NameOf(const RelationName& relation) {
  return QuoteName(relation.schema) + "." + QuoteName(relation.table);
}

bool IsNested(const std::string& type) {
  return type.ends_with("]") || type.starts_with("STRUCT") || type.starts_with("MAP") ||
         type.starts_with("UNION");
}

std::string FiguresSql(const Column& column, bool exact) {
  std::string name = QuoteName(column.name);
  std::string distinct = exact ? "count(DISTINCT {0})" : "least(approx_count_distinct({0}), count({0}))";
  std::string sql = fmt::format(fmt::runtime(", " + distinct + ", count(*) - count({0})"), name);
  bool text = column.type == "VARCHAR", bytes = column.type == "BLOB";
  if (text || bytes) {
    std::string size = fmt::format("{}({})", text ? "strlen" : "octet_length", name);
    return sql + fmt::format(", NULL, NULL, max({0}), CAST(round(avg({0}), 1) AS DECIMAL(18, 1))", size);
  }
  if (IsNested(column.type)) return sql + ", NULL, NULL, NULL, NULL";
  return sql + fmt::format(", CAST(min({0}) AS VARCHAR), CAST(max({0}) AS VARCHAR), NULL, NULL", name);
}

}  // namespace

std::string StatisticsSql(const RelationName& relation, const std::vector<Column>& columns,
                          const std::string& condition, bool exact) {
  std::string sql = "SELECT count(*)";
  for (const Column& column : columns) sql += FiguresSql(column, exact);
  return sql + " FROM " + NameOf(relation) + (condition.empty() ? "" : " WHERE " + condition);
}

Table StatisticsOf(const std::vector<Column>& columns, const Table& row) {
  Table table;
  table.columns = {{"column", "VARCHAR"},  {"type", "VARCHAR"},          {"distinct_values", "BIGINT"},
                   {"nulls", "BIGINT"},    {"min", "VARCHAR"},           {"max", "VARCHAR"},
                   {"max_size", "BIGINT"}, {"avg_size", "DECIMAL(18,1)"}};
  for (size_t i = 0; i < columns.size(); ++i) {
    std::vector<Cell> cells = {columns[i].name, columns[i].type};
    for (size_t f = 0; f < kFigures; ++f) cells.push_back(row.At(0, 1 + i * kFigures + f));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string RowCountsSql(const RelationName& relation, const std::vector<Column>& columns) {
  bool divided = true;
  for (const char* part : {"year", "month", "day"}) {
    divided &= std::any_of(columns.begin(), columns.end(), [&](const Column& column) {
      return column.name == part && column.type == "INTEGER";
    });
  }
  if (!divided) return "SELECT count(*) AS rows FROM " + NameOf(relation);
  return fmt::format(
      "SELECT CASE WHEN grouping(year) = 1 THEN 'Total' ELSE CAST(year AS VARCHAR) END AS year, month, day, "
      "count(*) AS rows FROM {} t GROUP BY GROUPING SETS ((t.year, t.month, t.day), ()) "
      "ORDER BY grouping(t.year), t.year, t.month, t.day",
      NameOf(relation));
}

}  // namespace souk::sql
