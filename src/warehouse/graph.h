// The models in the order in which they are built, found from what their SQL reads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/database.h"
#include "warehouse/model.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

struct Node {
  Model model;
  std::string sql;  // DuckDB's: {{ … }} filled in, relations by their plain names
  // What the model says, as a hash: its SQL with all macros written out, but without the values of settings.
  std::string definition;
  std::map<std::string, std::string> settings;  // those it depends on, with their values
  std::vector<std::string> inputs;              // relations it reads: models and raw_*, sorted
};

// Upstream first; models that do not depend on each other in the order of their names, lake before tables.
struct Graph {
  std::vector<Node> nodes;
  const Node* Find(std::string_view name) const;
};

// `connection` parses only. kInvalid names the file: SQL that cannot be read, a relation that does not exist,
// a cycle, a test whose target does not exist or is not there yet when it runs.
Result<Graph> MakeGraph(const WarehouseOptions& options, sql::Connection& connection);

// A model's SQL in another dialect, macros written out.
Result<std::string> DialectSql(const Model& model, const WarehouseOptions& options,
                               const std::string& dialect);

// Base relations a SELECT reads, CTEs left out.
Result<std::vector<std::string>> RelationsOf(sql::Connection& connection, const std::string& sql,
                                             const std::string& origin);

}  // namespace souk::warehouse
