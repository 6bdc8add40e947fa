// One build. Each stage leaves the warehouse whole, and a build that died is finished by the next one:
// 1. Lake models: rows are made in the work area, then files, then the Delta commit, marked with the model's
//    signature. The warehouse still reads the snapshot before, because the model's view names its files.
//    Where the rows stay in memory, the next models read them there while the files are written.
// 2. Tables: whole ones are made where they will be served, unseen, and days that change in the work area;
// files
//    of copies that are all new.
// 3. One transaction: tables, views and state of the warehouse.
// 4. Copies in the lake: files that are not there yet, then a Delta commit marked with the version of the
// table. A
//    copy with another mark is behind and is written again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "warehouse/lake_file_writer.h"
#include "warehouse/lake_table.h"
#include "warehouse/plan.h"
#include "warehouse/quality.h"
#include "warehouse/staging.h"
#include "warehouse/work_area.h"

namespace souk::warehouse {

struct BuilderParts {
  std::shared_ptr<sql::Database> database;
  std::shared_ptr<lake::FileStore> store;
  const Clock* clock = nullptr;
  const WarehouseOptions* options = nullptr;
  std::function<void(const WarehouseState& state)> committed;  // the tables that are served are these now
};

// For one build, on one thread.
class Builder {
 public:
  Builder(BuilderParts parts, BuildRequest request, Progress& progress);

  Result<std::vector<BuildStep>> Explain();
  Result<BuildReport> Run();

 private:
  // The Delta commit of a lake model whose files are still being written.
  struct PendingCommit {
    lake::DeltaSnapshot base;
    std::map<std::string, int64_t> transactions;
  };
  // What this build made of one model.
  struct Built {
    DaySet changed;  // rows that are others than those served before
    std::vector<sql::Column> columns;
    // Tables: the rows of the days in `changed`; those of all days in the table that will be served. Lake
    // models: all rows, or "".
    std::string rows;
    std::optional<WrittenFiles> copy;  // tables: all files of their copy in the lake, where all are new
    std::optional<lake::DeltaSnapshot> snapshot;  // lake models; not yet there while the commit is pending
    std::optional<PendingCommit> pending;
    std::string view;           // lake models and views: the SELECT to serve
    std::string rejected_view;  // the same for the rejected rows; "" = none
    std::vector<Reject> rejects;
    std::vector<QualityCount> quality;
    uint64_t rows_total = 0;
  };

  Status Prepare(sql::Connection& connection);
  Status BuildAll();
  Status BuildModel(const PlannedModel& planned);
  Status BuildDerived(const PlannedModel& planned, Built& built);
  Status MakeDerivedRows(const PlannedModel& planned, Built& built);
  Status PutInLake(const Model& model, LakeTable& table, const std::string& rows, PendingCommit commit,
                   Built& built);
  Status CommitFiles(LakeTable& table, const WrittenFiles& written, const PendingCommit& commit,
                     Built& built);
  Status Settle(const std::string& model);
  Status SettleAll();
  Status Measure(const Model& model, Built& built);
  Status ViewLakeModel(const Model& model, const Built& built);
  Status TestModel(const Model& model, const std::string& relation);
  Status TestTables();

  // builder_staging.cc
  Status BuildStaging(const PlannedModel& planned, Built& built);
  Status StageRows(const PlannedModel& planned, LakeTable& table, const lake::DeltaSnapshot& base,
                   Built& built);
  Result<DaySet> MakeStagedRows(const PlannedModel& planned, LakeTable& table,
                                const lake::DeltaSnapshot& base, const Built& built, Staging& staging,
                                bool& rejects_added);
  Status WriteRejected(const Model& model, Staging& staging, bool added, Built& built);
  Status ServeRejected(const Model& model, Built& built);

  // builder_days.cc: which days a model has to make again.
  Result<DaySet> ChangedDays(const PlannedModel& planned);
  Result<DaySet> ChangeOf(const PlannedModel& planned, const std::string& input);
  Result<DaySet> DaysThatLookUp(const PlannedModel& planned, const std::string& dimension);
  Result<DaySet> Together(const PlannedModel& planned, const DaySet& days, bool with_old);
  Result<lake::DeltaSnapshot> SnapshotOf(const Model& model);
  Result<std::string> RelationOfDays(const Model& model, const DaySet& days);

  // builder_commit.cc: what becomes visible.
  Status CommitTables();
  Status CommitModel(const PlannedModel& planned, const Built& built);
  Status ReplaceView(const Model& model, const std::string& query);
  Status DropServed(const std::string& name);
  Status ViewInDwh(const Model& model);
  Status SaveChange(const PlannedModel& planned, const Built& built);
  ModelState StateOf(const PlannedModel& planned, const Built& built) const;
  Result<WarehouseState> Describe();
  Status BeginCopy(const Model& model, const std::string& relation, const std::vector<sql::Column>& columns);
  Status DropCopies();
  Status ExportTables();
  Status ExportTable(const Model& model, const ModelState& state);
  Status Vacuum();

  // Relation as the SQL of a model names it → as this build has it now.
  std::map<std::string, std::string> Names() const;
  // … and as it will be served.
  std::map<std::string, std::string> ServedNames() const;
  LakeTable TableOf(const Model& model) const;
  const ModelState* StateBefore(const std::string& model) const;
  BuildStep& StepOf(const std::string& model);
  DaySet Forced() const;

  BuilderParts parts_;
  BuildRequest request_;
  Progress& progress_;

  lake::RawZone raw_;
  Graph graph_;
  RawInputs inputs_;
  BuildState state_;  // before this build
  std::vector<PlannedModel> plan_;
  BuildReport report_;
  int64_t next_version_ = 0;
  std::map<std::string, Built> built_;
  std::map<std::string, std::string> kinds_;  // what the warehouse has → TABLE or VIEW, while it is replaced
  std::unique_ptr<WorkArea> work_;
  std::unique_ptr<LakeFileWriter> writer_;
};

// Application id in the Delta log of a lake model's table: the signature that it was built with, as a number.
inline constexpr const char* kSignatureMark = "souk";
int64_t Mark(const std::string& hex);
// The table of the rows that `model` rejects.
Model RejectedModel(const Model& model);
// SQL of columns' names.
std::string ColumnList(const std::vector<sql::Column>& columns);

}  // namespace souk::warehouse
