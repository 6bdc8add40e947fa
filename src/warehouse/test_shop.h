// A small shop for tests: its raw files are written by hand, its lake and warehouse live in a temporary
// directory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "lake/raw_zone.h"
#include "warehouse/report.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

class TestShop {
 public:
  TestShop();

  // Commits a CSV file of the record; the header's names are the fields'. Times without offset are of
  // `time_zone`.
  void Add(const std::string& record, const std::string& csv, const std::string& time_zone = "UTC");
  void AddFile(const std::string& record, const std::string& extension, const std::string& content,
               lake::RawFormat format);
  // (Re)opens database and warehouse with the present options.
  void Open();
  void Close();
  Result<BuildReport> Build(const BuildRequest& request = {});
  // Build that must work, and open before it when it is closed.
  BuildReport MustBuild(const BuildRequest& request = {});
  // A build in a process of its own that dies at that place (crash_point.h); its exit code. Closes the shop.
  int BuildAndDie(const std::string& where);
  // Every table's copy in the lake must have the rows of the table.
  void CheckCopies();
  // Rows as "a|b|c", null as "-".
  std::vector<std::string> Rows(const std::string& sql);
  // Tables that a build made and that are not served.
  std::vector<std::string> Unseen();
  std::string Row(const std::string& sql);
  // Every row of every model, sorted: equal for equal warehouses.
  std::string Everything();
  Result<Report> RunReport(const ReportRequest& request);
  // "model: reason" of the models that would run.
  std::vector<std::string> Runs(const BuildRequest& request = {});
  // A file below models/ that overrides or adds to the built-in ones. Open() makes it count.
  void WriteModel(const std::string& path, const std::string& content);

  std::string path() const { return directory_.path(); }
  std::shared_ptr<lake::FileStore> store() const { return store_; }

  FakeClock clock{1'764'000'000'000'000};
  WarehouseOptions options;
  std::shared_ptr<sql::Database> database;
  std::unique_ptr<Warehouse> warehouse;

 private:
  TempDir directory_;
  std::shared_ptr<lake::FileStore> store_;
  int files_ = 0;
};

// A few customers, products, sales and visits with everything that matters in them; see test_shop_test.cc.
void FillWithSamples(TestShop& shop);

std::string Joined(const sql::Table& table);

}  // namespace souk::warehouse
