// Where a build makes its rows before they count: an in-memory database beside the warehouse, seen by all of
// the build's connections, spilled to disk by DuckDB when the memory budget is reached, gone with the build;
// and tables of the warehouse that readers do not see until the short transaction at the end gives them their
// names.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/progress.h"
#include "sql/database.h"
#include "warehouse/day_set.h"

namespace souk::warehouse {

class WorkArea {
 public:
  // Attaches the work database. There can be one in a process at a time for one warehouse.
  static Result<std::unique_ptr<WorkArea>> Open(const std::shared_ptr<sql::Database>& database,
                                                Progress& progress);
  ~WorkArea();

  sql::Connection& main() { return connections_.front(); }
  // All connections, for statements that may run side by side.
  std::vector<sql::Connection>& connections() { return connections_; }

  // "build.name"
  static std::string Name(const std::string& name) { return "build." + sql::QuoteName(name); }
  // Whether rows without ORDER BY come in the order in which they are read. A build does without, at half the
  // work for input of many files, except where rows are counted. Holds for the whole database until the end.
  Status KeepOrder(bool keep);
  // While it lives, every connection's statement runs on its caller's thread alone: for many small statements
  // side by side, of which each would otherwise spin while the others' tasks run. Holds for the whole
  // database.
  class SideBySide {
   public:
    static Result<std::unique_ptr<SideBySide>> Begin(WorkArea& work);
    ~SideBySide();

   private:
    explicit SideBySide(WorkArea& work) : work_(work) {}
    WorkArea& work_;
  };
  // Whether the table build.<name> may stay until the end of the build for others to read: half of the
  // memory budget is for such tables.
  Result<bool> MayStay(const std::string& name);
  // Makes or replaces the table build.<name>.
  Status Make(const std::string& name, const std::string& query);
  Status Drop(const std::string& name);
  // Makes a table in the warehouse itself, under a name that readers do not see (sql/visible_tables.h), and
  // says the name. It is dropped at the end unless that was unveiled for good.
  Result<std::string> MakeUnseen(const std::string& schema, const std::string& name,
                                 const std::string& query);
  // Gives an unseen table the name under which it is served, which must be free.
  Status Unveil(const std::string& unseen, const std::string& name);
  Status DropUnseen(const std::string& unseen);
  // Makes or replaces a temporary view of the main connection; dropped at the end.
  Status View(const std::string& name, const std::string& query);
  Status Execute(const std::string& sql);
  Result<sql::Table> Query(const std::string& sql);
  // The days in the first column.
  Result<DaySet> Days(const std::string& query);
  // A single number.
  Result<uint64_t> Count(const std::string& sql);

 private:
  WorkArea(std::vector<sql::Connection> connections, int64_t threads, uint64_t spare_bytes,
           Progress& progress)
      : connections_(std::move(connections)),
        threads_(threads),
        spare_bytes_(spare_bytes),
        progress_(progress) {}

  std::vector<sql::Connection> connections_;
  int64_t threads_;
  uint64_t spare_bytes_;
  std::string checkpoint_;  // the setting before the build
  Progress& progress_;
  std::vector<std::string> views_;
  std::set<std::string> unseen_;
};

}  // namespace souk::warehouse
