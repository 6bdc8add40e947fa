#include "generate/history.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <sstream>

#include "base/files.h"
#include "base/hash.h"
#include "generate/plan.h"

namespace souk::generate {
namespace {

HistoryOptions Small(const std::string& directory) {
  HistoryOptions options;
  options.directory = directory;
  options.users = 300;
  options.products = 120;
  options.transactions = 3000;
  options.events = 8000;
  options.first_day = {2025, 9, 20};
  options.last_day = {2025, 11, 10};
  return options;
}

HistorySummary Generate(const HistoryOptions& options) {
  auto summary = GenerateHistory(options, SilentProgress());
  EXPECT_TRUE(summary) << summary.error().message;
  return summary.value_or(HistorySummary());
}

// Every file's name and content in one number.
std::string Fingerprint(const std::string& directory) {
  Sha256 hash;
  auto files = ListFiles(directory);
  for (const std::string& file : files.value_or(std::vector<std::string>())) {
    hash.Update(file.substr(directory.size()));
    hash.Update(ReadFile(file).value_or("unreadable"));
  }
  return hash.HexDigest();
}

uint64_t LinesBelow(const std::string& directory, bool header) {
  uint64_t lines = 0;
  if (!PathExists(directory)) return 0;  // nothing was to be written
  auto files = ListFiles(directory);
  for (const std::string& file : files.value_or(std::vector<std::string>())) {
    std::string text = ReadFile(file).value_or("");
    lines += static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n')) - header;
  }
  return lines;
}

TEST(History, SameBytesOnAnyNumberOfThreads) {
  for (FileFormat format : {FileFormat::kCsv, FileFormat::kJson, FileFormat::kParquet}) {
    std::string first;
    for (int threads : {1, 2, 5}) {
      TempDir directory;
      HistoryOptions options = Small(directory.path());
      options.threads = threads;
      options.entities_format = options.transactions_format = options.clickstream_format = format;
      options.dirt = format == FileFormat::kCsv ? DirtLevel::kNone : DirtLevel::kHeavy;
      Generate(options);
      std::string fingerprint = Fingerprint(directory.path());
      if (first.empty()) first = fingerprint;
      EXPECT_EQ(fingerprint, first) << threads << " threads";
    }
  }
}

TEST(History, AnotherSeedIsAnotherShop) {
  TempDir one, two;
  HistoryOptions options = Small(one.path());
  Generate(options);
  options.directory = two.path();
  options.seed = 2;
  Generate(options);
  EXPECT_NE(Fingerprint(one.path() + "/products"), Fingerprint(two.path() + "/products"));
  EXPECT_NE(Fingerprint(one.path() + "/transactions"), Fingerprint(two.path() + "/transactions"));
}

struct Size {
  uint64_t users, products, transactions, events;
  Day first, last;
};

void PrintTo(const Size& size, std::ostream* out) {
  *out << size.users << " users, " << size.products << " products, " << size.transactions << " transactions, "
       << size.events << " events";
}

class HistorySizes : public testing::TestWithParam<Size> {};

TEST_P(HistorySizes, CountsAreExact) {
  TempDir directory;
  HistoryOptions options = Small(directory.path());
  const Size& size = GetParam();
  options.users = size.users;
  options.products = size.products;
  options.transactions = size.transactions;
  options.events = size.events;
  options.first_day = size.first;
  options.last_day = size.last;
  options.transactions_format = FileFormat::kCsv;
  HistorySummary summary = Generate(options);
  EXPECT_EQ(LinesBelow(directory.path() + "/users/users.csv", true), size.users);
  EXPECT_EQ(LinesBelow(directory.path() + "/products/products.csv", true), size.products);
  EXPECT_EQ(LinesBelow(directory.path() + "/users/changes", true) +
                LinesBelow(directory.path() + "/products/changes", true),
            summary.changes);
  EXPECT_EQ(LinesBelow(directory.path() + "/transactions", true), size.transactions);
  EXPECT_EQ(LinesBelow(directory.path() + "/clickstream", false), size.events);
  EXPECT_EQ(summary.transactions, size.transactions);
  auto files = ListFiles(directory.path());
  ASSERT_TRUE(files);
  EXPECT_EQ(summary.files, files->size());
  uint64_t bytes = 0;
  for (const std::string& file : *files) bytes += FileSize(file).value_or(0);
  EXPECT_EQ(summary.bytes, bytes);
  EXPECT_TRUE(PathExists(directory.path() + "/truth.json"));
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, HistorySizes,
    testing::Values(Size{300, 120, 3000, 8000, {2025, 9, 20}, {2025, 11, 10}},
                    Size{1, 1, 10, 10, {2025, 1, 1}, {2025, 1, 1}},  // everybody is one, everything is one
                    Size{1, 40, 977, 2003, {2024, 2, 27}, {2024, 3, 2}},
                    Size{5, 3, 10, 17, {2024, 1, 1}, {2025, 12, 31}},  // fewer lines than days
                    Size{7, 7, 0, 100, {2025, 1, 1}, {2025, 1, 9}},    // only clicks
                    Size{7, 7, 0, 0, {2025, 1, 1}, {2025, 1, 9}},      // nothing happens
                    Size{900, 80, kMaxSliceLines + 17, kMaxSliceLines + 17, {2025, 3, 30}, {2025, 3, 30}}));

TEST(History, ABusyDayHasSeveralFiles) {
  TempDir directory;
  HistoryOptions options = Small(directory.path());
  options.first_day = options.last_day = {2025, 10, 26};
  options.transactions = options.events = kMaxSliceLines + 1;
  Generate(options);
  EXPECT_TRUE(PathExists(directory.path() + "/transactions/2025/10/26/part-00000.parquet"));
  EXPECT_TRUE(PathExists(directory.path() + "/transactions/2025/10/26/part-00001.parquet"));
  EXPECT_TRUE(PathExists(directory.path() + "/clickstream/2025/10/26/part-00001.json"));
}

TEST(History, NeedsAnEmptyDirectoryOrLeaveToOverwrite) {
  TempDir parent;
  HistoryOptions options = Small(parent.path() + "/new/shop");
  Generate(options);
  std::string first = Fingerprint(options.directory);

  auto again = GenerateHistory(options, SilentProgress());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
  EXPECT_NE(again.error().message.find("--overwrite"), std::string::npos);
  EXPECT_NE(again.error().message.find(options.directory), std::string::npos);

  // A shop over a larger one leaves nothing of it.
  ASSERT_TRUE(CreateDirectories(options.directory + "/transactions/1999/01/01"));
  ASSERT_TRUE(WriteFileAtomic(options.directory + "/transactions/1999/01/01/old.csv", "x"));
  options.overwrite = true;
  Generate(options);
  EXPECT_EQ(Fingerprint(options.directory), first);
}

TEST(History, NeverOverwritesOtherFiles) {
  TempDir directory;
  ASSERT_TRUE(WriteFileAtomic(directory.path() + "/thesis.txt", "precious"));
  HistoryOptions options = Small(directory.path());
  options.overwrite = true;
  auto refused = GenerateHistory(options, SilentProgress());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("thesis.txt"), std::string::npos);
  EXPECT_EQ(ReadFile(directory.path() + "/thesis.txt").value_or(""), "precious");

  options.directory = directory.path() + "/thesis.txt";
  auto file = GenerateHistory(options, SilentProgress());
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("not a directory"), std::string::npos);
}

TEST(History, RefusesWhatCannotBe) {
  TempDir directory;
  auto message = [&](auto change) {
    HistoryOptions options = Small(directory.path() + "/shop");
    change(options);
    auto refused = GenerateHistory(options, SilentProgress());
    EXPECT_FALSE(refused);
    if (refused) return std::string();
    EXPECT_EQ(refused.error().code, Code::kInvalid);
    EXPECT_FALSE(PathExists(directory.path() + "/shop"));
    return refused.error().message;
  };
  auto contains = [](const std::string& text, std::string_view part) { return text.find(part) != text.npos; };
  EXPECT_TRUE(contains(message([](auto& o) { o.events = 2999; }), "fewer than 3000 transactions"));
  EXPECT_TRUE(contains(message([](auto& o) { o.users = 0; }), "users"));
  EXPECT_TRUE(contains(message([](auto& o) { o.products = 2'000'000; }), "products"));
  EXPECT_TRUE(contains(message([](auto& o) { o.last_day = {2025, 9, 19}; }), "after the last day"));
  EXPECT_TRUE(contains(message([](auto& o) { o.time_zone = "Berlin"; }), "unknown time zone \"Berlin\""));
  EXPECT_TRUE(contains(message([](auto& o) { o.currency = "euro"; }), "euro"));
  EXPECT_TRUE(contains(message([](auto& o) { o.threads = 0; }), "threads"));
}

// Counts what it is told and asks for an end after so many records.
class CountingProgress : public Progress {
 public:
  explicit CountingProgress(uint64_t stop_after) : stop_after_(stop_after) {}
  void Stage(std::string_view name, uint64_t total, std::string_view) override {
    stage = name;
    this->total = total;
    done = 0;
  }
  void Advance(uint64_t count) override { done += count; }
  void Line(std::string_view) override {}
  bool Cancelled() const override { return done >= stop_after_; }

  std::string stage;
  uint64_t total = 0;
  std::atomic<uint64_t> done{0};

 private:
  uint64_t stop_after_;
};

TEST(History, TellsItsProgress) {
  TempDir directory;
  CountingProgress progress(UINT64_MAX);
  auto summary = GenerateHistory(Small(directory.path()), progress);
  ASSERT_TRUE(summary);
  EXPECT_EQ(progress.stage, "generating");
  EXPECT_EQ(progress.total, 300u + 120 + 3000 + 8000 + summary->changes);
  EXPECT_EQ(progress.done, progress.total);
}

// The names below a directory, hidden ones too, with what tells a file from one written anew.
std::map<std::string, uint64_t> Inodes(const std::string& directory) {
  std::map<std::string, uint64_t> inodes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    struct stat info {};
    if (entry.is_regular_file() && stat(entry.path().c_str(), &info) == 0) inodes[entry.path()] = info.st_ino;
  }
  return inodes;
}

TEST(History, WhatWasStoppedCanBeContinued) {
  TempDir whole;
  HistoryOptions options = Small(whole.path());
  options.dirt = DirtLevel::kUsual;
  HistorySummary expected = Generate(options);
  for (uint64_t after : {0u, 200u, 5000u, 11'420u}) {
    TempDir directory;
    options.directory = directory.path();
    options.resume = false;
    CountingProgress progress(after);
    auto stopped = GenerateHistory(options, progress);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Code::kCancelled);
    EXPECT_NE(stopped.error().message.find("--resume"), std::string::npos);
    EXPECT_FALSE(PathExists(directory.path() + "/truth.json"));
    auto before = Inodes(directory.path());
    if (after == 0) {
      EXPECT_EQ(before.size(), 1u);  // the options
    } else if (after >= 5000) {
      EXPECT_GT(before.size(), 20u);
    }
    for (const auto& [path, inode] : before) EXPECT_EQ(path.find(".tmp"), path.npos) << path;

    auto again = GenerateHistory(options, SilentProgress());
    ASSERT_FALSE(again);
    EXPECT_NE(again.error().message.find("--resume"), std::string::npos);
    options.resume = true;
    options.seed = 7;
    auto other = GenerateHistory(options, SilentProgress());
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().message.find("other options"), std::string::npos);
    options.seed = 1;
    HistorySummary summary = Generate(options);
    EXPECT_EQ(summary.files, expected.files);
    EXPECT_EQ(summary.bytes, expected.bytes);
    EXPECT_EQ(Fingerprint(directory.path()), Fingerprint(whole.path()));
    auto now = Inodes(directory.path());
    EXPECT_EQ(now.size(), expected.files) << "nothing hidden is left";
    for (const auto& [path, inode] : before) {
      if (path.ends_with(".unfinished")) continue;
      EXPECT_EQ(now[path], inode) << path << " was written again";
    }
  }
}

TEST(History, SamplesAreRowsOfTheShop) {
  TempDir parent;
  HistoryOptions options = Small(parent.path() + "/raw");
  options.entities_format = options.transactions_format = options.clickstream_format = FileFormat::kCsv;
  options.samples = parent.path() + "/samples";
  Generate(options);
  for (const char* record : {"users", "products", "transactions", "clickstream"}) {
    std::set<std::string> rows;
    auto files = ListFiles(options.directory + "/" + record);
    for (const std::string& file : files.value_or(std::vector<std::string>())) {
      std::istringstream text(ReadFile(file).value_or(""));
      for (std::string line; std::getline(text, line);) rows.insert(line);
    }
    std::istringstream sample(ReadFile(options.samples + "/" + record + ".csv").value_or(""));
    size_t count = 0;
    std::set<std::string> seen;
    for (std::string line; std::getline(sample, line); ++count) {
      EXPECT_TRUE(rows.count(line)) << line;
      EXPECT_TRUE(seen.insert(line).second) << line;
    }
    size_t all = record == std::string("users") ? 300 : record == std::string("products") ? 120 : 1000;
    EXPECT_EQ(count, 1 + all) << record;
  }
  options.samples = options.directory + "/samples";
  options.overwrite = true;
  EXPECT_EQ(GenerateHistory(options, SilentProgress()).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace souk::generate
