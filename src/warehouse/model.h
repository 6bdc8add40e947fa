// Models as their files say them: models/staging|marts/<name>.sql with <name>.yml beside it.
#pragma once

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
  enum class Kind { kNotNull, kUnique, kAcceptedValues, kRelationships };
  Kind kind = Kind::kNotNull;
  std::vector<std::string> values;  // kAcceptedValues (null is always accepted)
  std::string target_model;         // kRelationships: every value that is not null …
  std::string target_column;        // … is one of this column's
};

struct ModelColumn {
  std::string name;
  std::string description;
  std::string pii;  // "" or the kind, as in schemas/
  std::vector<ColumnTest> tests;
};

// Rows of which `when` holds are kept out of the model and counted under `reason`.
struct RejectRule {
  std::string reason;
  std::string when;  // over the columns of the raw relation
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
  std::vector<std::string> partitions;  // columns; empty = one file
  std::string day;                      // partitioned models: the column that holds the shop's day
  std::vector<RejectRule> rejects;      // lake models; the SQL then has a last column reject_reason
  std::vector<ModelColumn> columns;
};

// All models, sorted by name. kInvalid names the file and what is wrong in it; the columns named in the .yml
// are compared with the SQL's when the model is compiled.
Result<std::vector<Model>> LoadModels(const std::string& models_directory);

}  // namespace souk::warehouse
