// One build: plan, lake models, tables in one transaction, copies of the tables in the lake. Each stage
// leaves the warehouse whole, and a build that died is finished by the next one:
//   lake models        files, then their Delta commit, marked with the model's signature; the warehouse still
//                      reads the snapshot before (the model's view names its files)
//   tables and state   one DuckDB transaction: tables, lake models that read tables, views, tests, schema
//   souk copies             files, then a Delta commit marked with the version of the table; a copy whose
//   mark is another is
//                      behind and is written again
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "warehouse/lake_table.h"
#include "warehouse/plan.h"

namespace souk::warehouse {

struct BuilderParts {
  std::shared_ptr<lake::FileStore> store;
  const Clock* clock = nullptr;
  const WarehouseOptions* options = nullptr;
};

// For one build, on one thread. `connection` must be the build's own; temporary views on it are removed at
// the end.
class Builder {
 public:
  Builder(BuilderParts parts, sql::Connection connection, BuildRequest request, Progress& progress);
  ~Builder();

  Result<std::vector<BuildStep>> Explain();
  Result<BuildReport> Run();

 private:
  Status Prepare();
  Status MakeRawViews();
  Status BuildLakeModels();
  Status BuildModel(const PlannedModel& planned);
  Status BuildLakeModel(const PlannedModel& planned, BuildStep& step);
  Result<lake::DeltaSnapshot> WriteLakeModel(const PlannedModel& planned, LakeTable& table,
                                             const lake::DeltaSnapshot& base,
                                             const std::vector<sql::Column>& columns);
  // Takes the files of rejected rows out of `written`.
  void SetAside(const Model& model, WrittenFiles& written);
  Status BuildTables();
  Status BuildTable(const PlannedModel& planned, BuildStep& step);
  Status Replace(const Model& model, const std::string& kind, const std::string& query);
  Status TestModel(const Model& model, const std::string& relation);
  Status SaveState();
  Result<WarehouseState> Describe();
  Status ExportTables();
  Status ExportTable(const Model& model, ModelState& state);
  Status Vacuum();

  std::map<std::string, std::string> Names() const;
  DayRange DaysOf(const PlannedModel& planned) const;
  ModelState StateOf(const PlannedModel& planned, uint64_t rows) const;
  BuildStep& StepOf(const std::string& model);

  BuilderParts parts_;
  sql::Connection connection_;
  BuildRequest request_;
  Progress& progress_;

  lake::RawZone raw_;
  Graph graph_;
  RawInputs inputs_;
  BuildState state_;  // as stored; changed in step with the transaction
  std::vector<PlannedModel> plan_;
  BuildReport report_;
  int64_t next_version_ = 0;
  std::map<std::string, ModelState> changed_;           // models built so far
  std::map<std::string, std::vector<Reject>> rejects_;  // by lake model built so far
  std::map<std::string, std::string> new_views_;  // lake models built so far → SELECT over their snapshot
  std::set<std::string> named_;                   // models that are what they will be called already
};

}  // namespace souk::warehouse
