// What the warehouse remembers of its builds: schema souk of warehouse.duckdb, changed in the transaction
// that changes the tables it describes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sql/database.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

// The signature of a model of which only some days are up to date; no model's own.
inline constexpr const char* kPartial = "partial";

struct ModelState {
  std::string signature;                        // of what is built; kPartial
  std::string definition;                       // Node::definition it was built from
  std::map<std::string, std::string> settings;  // Node::settings it was built from
  std::map<std::string, std::string> inputs;    // relation → signature it was built from
  std::map<std::string, int64_t> raw_versions;  // record → version of the raw zone
  int64_t version = 0;                          // of the warehouse when it last changed
  int64_t previous_version = 0;                 // of the warehouse when it changed before that
  std::optional<Day> from, to;                  // the days that changed last; unset = all
  int64_t delta_version = -1;                   // lake models: the snapshot that clean.<name> shows
  uint64_t rows = 0;
};

// Rows that a lake model kept out.
struct Reject {
  std::string model;
  std::string reason;
  uint64_t rows = 0;
};

struct BuildState {
  WarehouseState warehouse;
  std::map<std::string, ModelState> models;
};

Status CreateStateTables(sql::Connection& connection);
Result<BuildState> LoadState(sql::Connection& connection);
Result<WarehouseState> LoadWarehouseState(sql::Connection& connection);
Status SaveModel(sql::Connection& connection, const std::string& name, const ModelState& state);
Status SaveRejects(sql::Connection& connection, const std::string& model, const std::vector<Reject>& rejects);
Status SaveWarehouse(sql::Connection& connection, const WarehouseState& state);

}  // namespace souk::warehouse
