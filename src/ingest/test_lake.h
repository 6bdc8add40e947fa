// A lake in a temporary directory, for tests of what an ingest does to it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "ingest/file_ingest.h"
#include "lake/faulty_file_store.h"

namespace souk::ingest {

inline constexpr Micros kNow = 1'763'640'000'000'000;  // 2025-11-20T12:00:00Z

class IngestTest : public testing::Test {
 protected:
  void SetUp() override {
    (void)CreateDirectories(dir_.path() + "/lake");
    (void)CreateDirectories(dir_.path() + "/scratch");
    (void)CreateDirectories(dir_.path() + "/in");
    auto below = lake::OpenFileStore(dir_.path() + "/lake");
    ASSERT_TRUE(below) << below.error().message;
    store_ = std::make_shared<lake::FaultyFileStore>(*below);
    raw_ = std::make_unique<lake::RawZone>(store_);
    quarantine_ = std::make_unique<lake::Quarantine>(store_);
    sql::DatabaseOptions options;
    options.temp_directory = dir_.path() + "/scratch";
    auto database = sql::Database::Open(options);
    ASSERT_TRUE(database) << database.error().message;
    target_ = {raw_.get(), quarantine_.get(), *database, &clock_, dir_.path() + "/scratch"};
  }

  std::string Put(const std::string& name, std::string_view content) {
    std::string path = dir_.path() + "/in/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  std::string PutParquet(const std::string& name, const std::string& select) {
    std::string path = Put(name, "");
    auto connection = target_.database->Connect();
    Status done = connection->Execute("COPY (" + select + ") TO '" + path + "' (FORMAT parquet)");
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return path;
  }

  Result<IngestReport> Ingest(const std::vector<std::string>& paths) {
    return IngestFiles(target_, paths, options_, SilentProgress());
  }

  IngestReport Good(const std::vector<std::string>& paths) {
    auto report = Ingest(paths);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : IngestReport();
  }

  std::string Bad(const std::vector<std::string>& paths) {
    auto report = Ingest(paths);
    EXPECT_FALSE(report);
    ExpectNothingLeft();
    return report ? "" : report.error().message;
  }

  // Nothing half-written: no file in the raw zone, in quarantine or in the scratch directory.
  void ExpectNothingLeft() {
    for (const record::Schema& schema : record::Schemas())
      EXPECT_TRUE(Files(schema.name).empty()) << schema.name;
    EXPECT_TRUE(quarantine_->List()->empty());
    EXPECT_TRUE(std::filesystem::is_empty(dir_.path() + "/scratch"));
    auto files = *store_->List("ecommerce/raw");
    for (const auto& file : files) {
      EXPECT_NE(file.path.find("_commits"), std::string::npos) << file.path;
    }
  }

  std::vector<lake::RawFile> Files(const std::string& record) { return *raw_->Files(record); }
  std::string Content(const lake::RawFile& file) { return *store_->Read(file.path); }

  // "line: reason" of every reject of a file.
  std::vector<std::string> Rejects(const std::string& id) {
    std::vector<std::string> lines;
    auto records = *quarantine_->Records(id, 0, 1000);
    for (const auto& record : records) {
      lines.push_back(std::to_string(record.line) + ": " + record.reason);
    }
    return lines;
  }

  TempDir dir_;
  FakeClock clock_{kNow};
  std::shared_ptr<lake::FaultyFileStore> store_;
  std::unique_ptr<lake::RawZone> raw_;
  std::unique_ptr<lake::Quarantine> quarantine_;
  IngestTarget target_;
  FileIngestOptions options_;
};

inline constexpr std::string_view kSales =
    "id,Date,price,qty\n"
    "1,2025-11-03,2.50,1\n"
    "2,2025-11-03,3.50,2\n";

using Lines = std::vector<std::string>;
inline bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace souk::ingest
