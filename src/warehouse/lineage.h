// Column lineage: which columns every column of a model or report is made from, found from the SQL alone.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "warehouse/warehouse.h"

namespace souk::warehouse {

// What a column is to another one. The first three carry values and are called direct; of two direct uses the
// later in this order is told. The others only decide which value, or whether there is a row at all.
enum class Use : uint8_t {
  kIdentity,     // copied as it is
  kExpression,   // computed from it, row by row
  kAggregation,  // computed from many rows of it
  kRows,         // only to and from "*": rows are made from these rows
  kCondition,    // of a CASE or a FILTER
  kWindow,       // PARTITION BY or ORDER BY of a window
  kFilter,       // WHERE, HAVING, QUALIFY
  kJoin,         // ON or USING
  kGrouping,     // GROUP BY or DISTINCT
  kOrder,        // ORDER BY before a LIMIT, or inside an aggregate
};
inline constexpr int kUses = 10;
const char* UseName(Use use);  // "identity", …, "order"
inline bool IsDirect(Use use) { return use <= Use::kAggregation; }

using UseSet = std::set<Use>;
// The direct use in it, else nothing but decisions: "aggregation", or "indirect (filter, join)".
std::string KindOf(const UseSet& uses);
bool IsDirect(const UseSet& uses);

// Column "*": the rows of the relation, as COUNT(*) counts them and as WHERE picks them.
struct ColumnId {
  std::string relation;  // a model, "raw_users", or "report.sales_overview"
  std::string column;
  std::string Text() const { return relation + "." + column; }
  auto operator<=>(const ColumnId&) const = default;
};
inline constexpr const char* kRowsColumn = "*";

using Inputs = std::map<ColumnId, UseSet>;

struct ColumnLineage {
  std::string name;
  Inputs from;                // only of relations the SQL names; empty = a constant
  std::set<std::string> pii;  // kinds of personal data in it: its own tag, and those of what it is made from
};

struct RelationLineage {
  std::string name;
  std::string kind;  // "raw", "lake", "table", "view", "build", "report"
  std::vector<ColumnLineage> columns;
  Inputs rows;  // what decides which rows it has
  const ColumnLineage* Find(std::string_view column) const;
};

// One step from a column to another.
struct LineageEdge {
  ColumnId from;  // relation "" = to is a constant
  ColumnId to;
  UseSet uses;
  std::set<std::string> pii;  // of `from`, when the use is direct
};

struct LineageRequest {
  std::string relation;
  std::string column;     // "" = all of the relation
  int depth = 0;          // steps; 0 = as far as it goes
  bool indirect = false;  // also what is not direct; only direct uses are followed further
};

class Lineage {
 public:
  // Reads all models and reports. kInvalid and kUnsupported name the file and what in its SQL cannot be
  // followed: nothing is left out silently.
  static Result<Lineage> Load(const WarehouseOptions& options);

  // Raw relations, then models in the order of their dependencies, then data_quality and its history, then
  // reports.
  const std::vector<RelationLineage>& relations() const { return relations_; }
  const RelationLineage* Find(std::string_view relation) const;
  // "fact_transactions", "fact_transactions.profit", "clean.stg_users.email", "sales_overview.revenue".
  // kNotFound names the nearest.
  Result<LineageRequest> Resolve(const std::string& text) const;

  // Each edge once, the nearest first. Upstream of a column, and with `indirect`, what decides about the rows
  // of its relation comes last.
  std::vector<LineageEdge> Upstream(const LineageRequest& request) const;
  std::vector<LineageEdge> Downstream(const LineageRequest& request) const;
  // The relation's columns and those they are made from, as OpenLineage's column lineage facet.
  std::string OpenLineageFacet(const RelationLineage& relation) const;

 private:
  std::vector<LineageEdge> EdgesInto(const ColumnId& column, bool indirect) const;
  std::vector<LineageEdge> EdgesOutOf(const ColumnId& column, bool indirect) const;
  void SpreadPii();

  std::vector<RelationLineage> relations_;
};

}  // namespace souk::warehouse
