#include "warehouse/build_state.h"

#include <nlohmann/json.hpp>

namespace souk::warehouse {
namespace {

using Json = nlohmann::json;
using sql::CellText;
using sql::QuoteLiteral;

constexpr const char* kTables = R"(
CREATE SCHEMA IF NOT EXISTS souk;
CREATE TABLE IF NOT EXISTS souk.warehouse (
  version BIGINT, built_at TIMESTAMPTZ, data_until TIMESTAMPTZ, first_day DATE, last_day DATE, data_day DATE,
  data_day_over BOOLEAN);
CREATE TABLE IF NOT EXISTS souk.models (
  name VARCHAR, signature VARCHAR, definition VARCHAR, settings VARCHAR, inputs VARCHAR, built_from VARCHAR,
  version BIGINT, delta_version BIGINT, rows BIGINT);
CREATE TABLE IF NOT EXISTS souk.days (model VARCHAR, day DATE, version BIGINT);
CREATE TABLE IF NOT EXISTS souk.rejects (model VARCHAR, reason VARCHAR, rows BIGINT);
)";

template <typename Map>
Map ParseMap(const sql::Cell& cell) {
  Json json = Json::parse(CellText(cell), nullptr, false);
  return json.is_object() ? json.get<Map>() : Map();
}

template <typename Map>
std::string MapLiteral(const Map& map) {
  return QuoteLiteral(Json(map).dump());
}

int64_t Int(const sql::Cell& cell) {
  const auto* value = std::get_if<int64_t>(&cell);
  return value == nullptr ? 0 : *value;
}

std::optional<Day> ToDay(const sql::Cell& cell) {
  auto day = ParseDay(CellText(cell));
  return day ? std::optional<Day>(*day) : std::nullopt;
}

std::string DayLiteral(const std::optional<Day>& day) {
  return day ? fmt::format("DATE '{}'", FormatDay(*day)) : "CAST(NULL AS DATE)";
}

std::string TimeLiteral(Micros time) { return fmt::format("make_timestamptz({})", time); }

}  // namespace

Status CreateStateTables(sql::Connection& connection) { return connection.Execute(kTables); }

Result<WarehouseState> LoadWarehouseState(sql::Connection& connection) {
  TRY(auto table,
      connection.Query("SELECT version, epoch_us(built_at), epoch_us(data_until), first_day, last_day, "
                       "data_day, data_day_over FROM souk.warehouse"));
  WarehouseState state;
  if (table.rows.empty()) return state;
  const auto& row = table.rows.front();
  state.version = Int(row[0]);
  state.built_at = Int(row[1]);
  state.data_until = Int(row[2]);
  state.first_day = ToDay(row[3]);
  state.last_day = ToDay(row[4]);
  state.data_day = ToDay(row[5]);
  const auto* over = std::get_if<bool>(&row[6]);
  state.data_day_over = over != nullptr && *over;
  return state;
}

Result<BuildState> LoadState(sql::Connection& connection) {
  BuildState state;
  TRY(state.warehouse, LoadWarehouseState(connection));
  TRY(auto table,
      connection.Query("SELECT name, signature, definition, settings, inputs, built_from, version, "
                       "delta_version, rows FROM souk.models"));
  for (const auto& row : table.rows) {
    ModelState& model = state.models[CellText(row[0])];
    model.signature = CellText(row[1]);
    model.definition = CellText(row[2]);
    model.settings = ParseMap<std::map<std::string, std::string>>(row[3]);
    model.inputs = ParseMap<std::map<std::string, std::string>>(row[4]);
    model.built_from = ParseMap<std::map<std::string, int64_t>>(row[5]);
    model.version = Int(row[6]);
    model.delta_version = Int(row[7]);
    model.rows = static_cast<uint64_t>(Int(row[8]));
  }
  return state;
}

Result<DaySet> DaysSince(sql::Connection& connection, const std::string& model, int64_t version) {
  TRY(auto table, connection.Query(fmt::format("SELECT day FROM souk.days WHERE model = {} AND version > {}",
                                               QuoteLiteral(model), version)));
  DaySet days;
  for (const auto& row : table.rows) {
    TRY(Day day, ParseDay(CellText(row[0])));
    days.days.insert(DaysFromDay(day));
  }
  return days;
}

Status SaveDays(sql::Connection& connection, const Model& model, const DaySet& days, int64_t version) {
  std::string name = QuoteLiteral(model.name);
  std::string changed;
  if (days.all) {
    // Days that are gone changed too.
    changed = fmt::format("SELECT DISTINCT {} FROM {}.{} UNION SELECT day FROM souk.days WHERE model = {}",
                          sql::QuoteName(model.days.column), model.schema, model.name, name);
  } else {
    for (int64_t day : days.days) {
      changed +=
          fmt::format("{}(DATE '{}')", changed.empty() ? "VALUES " : ", ", FormatDay(DayFromDays(day)));
    }
  }
  return connection.Execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE changed_days AS SELECT * FROM ({1}) t(day); DELETE FROM "
                  "souk.days WHERE model "
                  "= {0} AND day IN (FROM changed_days); INSERT INTO souk.days SELECT {0}, day, {2} FROM "
                  "changed_days; DROP TABLE "
                  "temp.changed_days",
                  name, changed, version));
}

Status SaveModel(sql::Connection& connection, const std::string& name, const ModelState& state) {
  return connection.Execute(fmt::format(
      "DELETE FROM souk.models WHERE name = {0}; INSERT INTO souk.models VALUES ({0}, {1}, {2}, {3}, {4}, "
      "{5}, {6}, {7}, {8})",
      QuoteLiteral(name), QuoteLiteral(state.signature), QuoteLiteral(state.definition),
      MapLiteral(state.settings), MapLiteral(state.inputs), MapLiteral(state.built_from), state.version,
      state.delta_version, state.rows));
}

Result<std::vector<Reject>> LoadRejects(sql::Connection& connection) {
  TRY(auto table, connection.Query("SELECT model, reason, rows FROM souk.rejects ORDER BY ALL"));
  std::vector<Reject> rejects;
  for (const auto& row : table.rows) {
    rejects.push_back({CellText(row[0]), CellText(row[1]), static_cast<uint64_t>(Int(row[2]))});
  }
  return rejects;
}

Status SaveRejects(sql::Connection& connection, const std::string& model,
                   const std::vector<Reject>& rejects) {
  std::string sql = fmt::format("DELETE FROM souk.rejects WHERE model = {};", QuoteLiteral(model));
  for (const Reject& reject : rejects) {
    sql += fmt::format("INSERT INTO souk.rejects VALUES ({}, {}, {});", QuoteLiteral(model),
                       QuoteLiteral(reject.reason), reject.rows);
  }
  return connection.Execute(sql);
}

Status SaveWarehouse(sql::Connection& connection, const WarehouseState& state) {
  return connection.Execute(fmt::format(
      "DELETE FROM souk.warehouse; INSERT INTO souk.warehouse VALUES ({}, {}, {}, {}, {}, {}, {})",
      state.version, TimeLiteral(state.built_at),
      state.data_until == 0 ? "NULL" : TimeLiteral(state.data_until), DayLiteral(state.first_day),
      DayLiteral(state.last_day), DayLiteral(state.data_day), state.data_day_over));
}

}  // namespace souk::warehouse
