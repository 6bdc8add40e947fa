// What the warehouse remembers of its builds: schema souk of warehouse.duckdb, changed in the transaction
// that changes the tables it describes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/database.h"
#include "warehouse/day_set.h"
#include "warehouse/model.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

struct ModelState {
  std::string signature;                        // of what is built
  std::string definition;                       // Node::definition it was built from
  std::map<std::string, std::string> settings;  // Node::settings it was built from
  std::map<std::string, std::string> inputs;    // relation → signature it was built from
  // Input → version it was built from: of the raw zone, of a lake model's Delta table, of a table's
  // `version`.
  std::map<std::string, int64_t> built_from;
  int64_t version = 0;         // of the warehouse when its rows last changed
  int64_t delta_version = -1;  // lake models: the snapshot that clean.<name> shows
  uint64_t rows = 0;
};

struct BuildState {
  WarehouseState warehouse;
  std::map<std::string, ModelState> models;
};

Status CreateStateTables(sql::Connection& connection);
Result<BuildState> LoadState(sql::Connection& connection);
Result<WarehouseState> LoadWarehouseState(sql::Connection& connection);
// Days of a table that changed after that version of the warehouse.
Result<DaySet> DaysSince(sql::Connection& connection, const std::string& model, int64_t version);
// After the table was changed.
Status SaveDays(sql::Connection& connection, const Model& model, const DaySet& days, int64_t version);
Status SaveModel(sql::Connection& connection, const std::string& name, const ModelState& state);
Result<std::vector<Reject>> LoadRejects(sql::Connection& connection);
Status SaveRejects(sql::Connection& connection, const std::string& model, const std::vector<Reject>& rejects);
Status SaveWarehouse(sql::Connection& connection, const WarehouseState& state);

}  // namespace souk::warehouse
