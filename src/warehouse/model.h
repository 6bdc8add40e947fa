// Models as their files say them: models/staging|marts/<name>.sql with <name>.yml beside it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace souk::warehouse {

enum class Materialized {
  kLake,   // Parquet, a Delta table in the lake, read through a view over its files
  kTable,  // table in DuckDB, copied to a Delta table in the lake
  kView,   // view in DuckDB
};
const char* MaterializedName(Materialized kind);

// What must hold of a column; checked before anything built becomes visible.
struct ColumnTest {
  enum class Kind { kNotNull, kUnique, kAcceptedValues, kRange, kRelationships };
  Kind kind = Kind::kNotNull;
  std::vector<std::string> values;  // kAcceptedValues (null is always accepted)
  std::string least, most;          // kRange: numbers, inclusive; "" = no limit (null is always accepted)
  std::string target_model;         // kRelationships: every value that is not null …
  std::string target_column;        // … is one of this column's
};

struct ModelColumn {
  std::string name;
  std::string description;
  std::string pii;  // "" or the kind, as in schemas/
  std::vector<ColumnTest> tests;
};

// What makes a row bad, and what that hurts.
struct Rule {
  std::string reason;   // in plain words; also its name
  std::string measure;  // completeness, accuracy or consistency
  std::string when;     // a condition
};

// What must hold of a model's rows as a whole.
struct ModelTest {
  enum class Kind {
    kFreshness,  // its newest row is not older than `within`
    // Its newest day that is over has between `least` and `most` times as many rows as the median of the
    // `days` days before that have any, of which there must be seven.
    kVolume,
  };
  Kind kind = Kind::kFreshness;
  std::string column;  // kFreshness: a timestamp
  int64_t within_ms = 0;
  int days = 28;
  double least = 0, most = 0;
  bool warns = false;  // a failure is said and does not end the build
};

// A dimension with valid_from and valid_to, of which a row takes the version that held at its own time.
struct Lookup {
  std::string key;   // the column that both have
  std::string time;  // of the row
};

// For models whose rows belong to shop days, so that days can be replaced one by one.
struct DaySpec {
  std::string column;  // that holds the shop's day; "" = not such a model
  // The rows of a day are made from the same day's rows of this input. "" = from the raw zone.
  std::string of;
  // … and from all rows of it, on whatever day, that have the same value of this column. "" = no others.
  std::string together;
  std::map<std::string, Lookup> looks_up;  // by dimension
};

struct Model {
  std::string name;
  std::string file;  // "models/staging/stg_users.sql"
  // "clean" for staging/, "ecommerce" for marts/: the schema of its table or view; its files are in the
  // lake's ecommerce/clean/ or ecommerce/warehouse/.
  std::string schema;
  std::string sql;  // as written, with {{ … }}
  std::string description;
  Materialized materialized = Materialized::kTable;
  std::vector<std::string> key;
  // Staging models: of the rows with one key the first in this order stays ("updated_at DESC"); what comes
  // after in the order is decided by all other columns, so that it never depends on the order of the input.
  std::vector<std::string> newest;
  DaySpec days;
  std::vector<std::string> partitions;  // year, month, day of days.column; empty = one file
  // With `newest`: rows of which one holds, over the columns of the raw relation, are kept out; the SQL then
  // has a last column reject_reason.
  std::vector<Rule> rejects;
  std::vector<Rule> checks;  // over the model's own columns: rows of which one holds stay, and are counted
  std::vector<ModelTest> tests;
  std::vector<ModelColumn> columns;
};

// The last column of the SQL of a model that rejects rows: why, null for rows that stay.
inline constexpr const char* kRejectReason = "reject_reason";

// "updated_at DESC NULLS LAST, …": `newest`, then all other columns of `columns`.
std::string OrderOfVersions(const Model& model, const std::vector<std::string>& columns);

// All models, sorted by name. kInvalid names the file and what is wrong in it; the columns named in the .yml
// are compared with the SQL's when the model is compiled.
Result<std::vector<Model>> LoadModels(const std::string& models_directory);

}  // namespace souk::warehouse
