// A file taken again in another way, taken out again, and its lines taken out of quarantine.
#include <functional>

#include "ingest/removal.h"
#include "ingest/test_lake.h"

namespace souk::ingest {
namespace {

// As list prices the first line can be taken, as paid prices the second.
constexpr std::string_view kPrices =
    "id,Date,list,paid\n"
    "1,2025-11-03,1.50,none\n"
    "2,2025-11-03,free,2.25\n"
    "3,2025-11-03,3.50,3.00\n";

class ReplaceTest : public IngestTest {
 protected:
  // Takes the file with unit_price from that column.
  Result<IngestReport> Take(const std::string& path, const std::string& column, bool replace) {
    options_.record = "transactions";
    options_.map = {{"unit_price", column}};
    options_.replace = replace;
    return Ingest({path});
  }

  // The column that the prices of the only file come from, and the lines in quarantine.
  std::string State() {
    auto files = Files("transactions");
    if (files.size() != 1) return std::to_string(files.size()) + " files";
    std::string state = files[0].format.mapping["unit_price"] + ":";
    auto rejected = *quarantine_->List();
    for (const auto& file : rejected) {
      auto records = *quarantine_->Records(file.id, 0, 100);
      for (const auto& record : records) state += " " + std::to_string(record.line);
    }
    return state;
  }
};

TEST_F(ReplaceTest, TheNewMappingTakesThePlaceOfTheOld) {
  std::string path = Put("a.csv", kPrices);
  ASSERT_TRUE(Take(path, "list", false));
  std::string first = Files("transactions")[0].path;
  EXPECT_EQ(State(), "list: 3");
  auto skipped = Take(path, "paid", false);
  ASSERT_TRUE(skipped);
  EXPECT_EQ(skipped->skipped_files, 1u);
  EXPECT_EQ(State(), "list: 3");
  clock_.Advance(kMicrosPerSecond);
  auto report = Take(path, "paid", true);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(State(), "paid: 2");
  EXPECT_EQ(report->replaced_files, 1u);
  EXPECT_EQ(report->files[0].replaced.rows, 2u);
  EXPECT_EQ(report->files[0].replaced.quarantined, 1u);
  EXPECT_EQ(report->files[0].replaced.added, kNow);
  EXPECT_EQ(*raw_->Version("transactions"), 2) << "one commit";
  // Readers of the older version still have their file.
  EXPECT_NE(Files("transactions")[0].path, first);
  EXPECT_TRUE(store_->Exists(first));
  // A file that is new is simply taken.
  report = Take(Put("b.csv", "id,Date,paid\n9,2025-11-04,1\n"), "paid", true);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->replaced_files, 0u);
  EXPECT_EQ(Files("transactions").size(), 2u);
}

TEST_F(ReplaceTest, WhereverItStopsOneOfTheTwoCountsAndNoLineIsLost) {
  std::string path = Put("a.csv", kPrices);
  for (lake::Fault fault : {lake::Fault::kFail, lake::Fault::kFailAfter, lake::Fault::kDie}) {
    ASSERT_TRUE(Take(path, "list", true));
    ASSERT_EQ(State(), "list: 3");
    for (uint64_t n = 1;; ++n) {
      store_->Arm(n, fault);
      auto report = Take(path, "paid", true);
      bool fired = store_->fired();
      store_->Arm(0, lake::Fault::kFail);
      std::string state = State();
      bool old_counts = state.starts_with("list:") && Has(state, " 3");
      bool new_counts = state.starts_with("paid:") && Has(state, " 2");
      EXPECT_TRUE(old_counts || new_counts) << "fault " << n << ": " << state;
      if (report) {
        EXPECT_EQ(state, "paid: 2");
      }
      ASSERT_TRUE(Take(path, "list", true));
      EXPECT_EQ(State(), "list: 3") << "the same again mends it";
      if (!fired) break;
      ASSERT_LT(n, 100u);
    }
  }
}

TEST_F(ReplaceTest, RowsAreNotGivenUpForNothing) {
  std::string path = Put("a.csv", "id,Date,list,note\n1,2025-11-03,1.50,x\n");
  ASSERT_TRUE(Take(path, "list", false));
  auto report = Take(path, "note", true);
  ASSERT_FALSE(report);
  EXPECT_TRUE(Has(report.error().message, "none of its lines can be taken in this way"))
      << report.error().message;
  EXPECT_EQ(State(), "list:");
}

TEST_F(ReplaceTest, ParquetIsReplacedToo) {
  std::string path = PutParquet("a.parquet",
                                "SELECT * FROM (VALUES (1.5, NULL, DATE '2025-11-03'), (NULL, 2.5, DATE "
                                "'2025-11-03')) v(list, paid, \"Date\")");
  ASSERT_TRUE(Take(path, "list", false));
  EXPECT_EQ(State(), "list: 2");
  auto report = Take(path, "paid", true);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(State(), "paid: 1");
}

TEST_F(ReplaceTest, ADryRunReplacesNothing) {
  std::string path = Put("a.csv", kPrices);
  ASSERT_TRUE(Take(path, "list", false));
  options_.dry_run = true;
  auto report = Take(path, "paid", true);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->files[0].replaced.rows, 2u);
  EXPECT_EQ(State(), "list: 3");
}

TEST_F(ReplaceTest, LinesOutOfQuarantineGoWithTheirFile) {
  std::string path = Put("a.csv", kPrices);
  auto report = Take(path, "list", false);
  FileIngestOptions again;
  again.map = {{"unit_price", "paid"}};
  ASSERT_TRUE(ReplayQuarantine(target_, report->files[0].quarantine_id, again, SilentProgress()));
  ASSERT_EQ(Files("transactions").size(), 2u);
  report = Take(path, "paid", true);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->files[0].replaced.rows, 3u);
  EXPECT_EQ(State(), "paid: 2");
}

TEST_F(ReplaceTest, AFileThatWasInQuarantineAltogetherIsTakenAnew) {
  std::string path = Put("a.csv", "id,Date,list,note\n1,2025-11-03,1.50,x\n");
  ASSERT_TRUE(Take(path, "note", false));
  EXPECT_EQ(quarantine_->List()->size(), 1u);
  EXPECT_EQ(quarantine_->List()->front().added, kNow);
  auto report = Take(path, "list", false);
  ASSERT_TRUE(report);
  EXPECT_EQ(State(), "list:");
}

TEST_F(ReplaceTest, RemovingTakesOutAllThatAFileGave) {
  std::string path = Put("a.csv", std::string(kPrices) + "bad\n"), other = Put("b.csv", kSales);
  auto report = Take(path, "list", false);
  FileIngestOptions again;
  again.map = {{"unit_price", "paid"}};
  ASSERT_TRUE(ReplayQuarantine(target_, report->files[0].quarantine_id, again, SilentProgress()));
  ASSERT_TRUE(Take(other, "price", false));
  auto removed = RemoveFile(target_, path, "");
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->files, 2u);
  EXPECT_EQ(removed->rows, 3u);
  EXPECT_EQ(removed->quarantined, 1u);
  EXPECT_EQ(State(), "price:");
  EXPECT_EQ(RemoveFile(target_, path, "").error().code, Code::kNotFound);
  // It can be taken again, beside the file that older versions have.
  ASSERT_TRUE(Take(path, "list", false));
  EXPECT_EQ(Files("transactions").size(), 2u);
}

TEST_F(ReplaceTest, RemovingSaysWhichFilesAreMeant) {
  std::string path = Put("a.csv", kPrices);
  ASSERT_TRUE(Take(path, "list", false));
  Put("a.csv", kSales);
  ASSERT_TRUE(Take(path, "price", false));
  auto removed = RemoveFile(target_, path, "");
  ASSERT_FALSE(removed);
  EXPECT_TRUE(Has(removed.error().message, "means 2 files; nothing was removed")) << removed.error().message;
  EXPECT_EQ(RemoveFile(target_, path, "users").error().code, Code::kNotFound);
  EXPECT_EQ(RemoveFile(target_, path, "orders").error().code, Code::kNotFound);
  std::string fingerprint = Files("transactions")[0].fingerprint;
  ASSERT_TRUE(RemoveFile(target_, fingerprint.substr(0, 8), "transactions"));
  ASSERT_EQ(Files("transactions").size(), 1u);
  EXPECT_NE(Files("transactions")[0].fingerprint, fingerprint);
}

TEST_F(ReplaceTest, RemovingAFileThatIsInQuarantineAltogether) {
  std::string path = Put("a.csv", "id,Date,list\n1,2025-11-03,x\n");
  ASSERT_TRUE(Take(path, "list", false));
  auto removed = RemoveFile(target_, path, "");
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->rows, 0u);
  EXPECT_EQ(removed->quarantined, 1u);
  EXPECT_TRUE(quarantine_->List()->empty());
}

TEST_F(IngestTest, ReplayTakesWhatFitsNow) {
  options_.record = "transactions";
  options_.map = {{"unit_price", "list"}};
  auto report = Good({Put(
      "a.csv", "id,Date,list,paid\n1,2025-11-03,1.50,1\n2,2025-11-03,free,2.25\n3,2025-11-03,free,no\nx\n")});
  ASSERT_EQ(report.quarantined, 3u);
  std::string id = report.files[0].quarantine_id;
  FileIngestOptions again;
  again.map = {{"unit_price", "paid"}};
  auto replay = ReplayQuarantine(target_, id, again, SilentProgress());
  ASSERT_TRUE(replay) << replay.error().message;
  EXPECT_EQ(replay->rows, 1u);
  EXPECT_EQ(replay->quarantined, 2u);
  EXPECT_EQ(Rejects(id), (Lines{"4: unit_price: 'no' is not a number", "5: 1 field, 4 expected"}));
  auto files = Files("transactions");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(
      Content(files[1].rows == 1 && files[1].format.mapping["unit_price"] == "paid" ? files[1] : files[0]),
      "id,Date,list,paid\n2,2025-11-03,free,2.25\n");
  replay = ReplayQuarantine(target_, id, again, SilentProgress());
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->rows, 0u);
  EXPECT_FALSE(ReplayQuarantine(target_, "00000000", again, SilentProgress()));
}

TEST_F(IngestTest, ReplayOfParquetRows) {
  options_.record = "transactions";
  options_.map = {{"unit_price", "list"}};
  auto report =
      Good({PutParquet("a.parquet",
                       "SELECT * FROM (VALUES (NULL, 3, DATE '2025-11-03'), (1, 2, DATE '2025-11-03')) "
                       "v(list, paid, \"Date\")")});
  ASSERT_EQ(report.quarantined, 1u);
  FileIngestOptions again;
  again.map = {{"unit_price", "paid"}};
  auto replay = ReplayQuarantine(target_, report.files[0].quarantine_id, again, SilentProgress());
  ASSERT_TRUE(replay) << replay.error().message;
  EXPECT_EQ(replay->rows, 1u);
  EXPECT_TRUE(quarantine_->List()->empty());
}

// Lines that only another way of reading takes, one for each option.
TEST_F(IngestTest, ReplayReadsInAnotherWay) {
  options_.record = "transactions";
  std::string text = "id,Date,price,product\n";
  for (int i = 0; i < 20; ++i) text += std::to_string(i) + ",2025-11-03,1.50,Tee gr\u00fcn\n";
  text +=
      "30,2025-11-03,1.50,Caf\xe9\n31,03.11.2025,1.50,x\n32,2025-11-03,\"1.234,50\",x\n33;2025-11-03;1.50;"
      "x\n";
  auto report = Good({Put("a.csv", text)});
  std::string id = report.files[0].quarantine_id;
  ASSERT_EQ(report.quarantined, 4u);
  auto replay = [&](const std::function<void(FileIngestOptions&)>& say) {
    FileIngestOptions again;
    say(again);
    auto done = ReplayQuarantine(target_, id, again, SilentProgress());
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(done ? done->rows : 0, 1u);
  };
  replay([](auto& o) { o.encoding = "windows-1252"; });
  replay([](auto& o) { o.time_formats = {{"transaction_timestamp", "%d.%m.%Y"}}; });
  replay([](auto& o) { o.decimal_separators = {{"unit_price", ","}}; });
  replay([](auto& o) { o.delimiter = ";"; });
  EXPECT_TRUE(quarantine_->List()->empty());
  std::map<std::string, std::string> contents;
  for (const auto& file : Files("transactions")) {
    if (!file.origin.empty())
      contents[Content(file).substr(file.format.header ? 22 : 0)] = file.format.time_zone;
  }
  EXPECT_EQ(contents.size(), 4u);
  EXPECT_EQ(contents.count("30,2025-11-03,1.50,Caf\u00e9\n"), 1u);
  EXPECT_EQ(contents.count("33;2025-11-03;1.50;x\n"), 1u);
}

TEST_F(IngestTest, ReplayKeepsTheTimeZoneOfTheIngest) {
  options_.record = "transactions";
  options_.time_zone = "Europe/Berlin";
  options_.map = {{"unit_price", "list"}};
  auto report = Good({Put("a.csv", kPrices)});
  FileIngestOptions again;
  again.default_time_zone = "Asia/Tokyo";
  again.map = {{"unit_price", "paid"}};
  ASSERT_TRUE(ReplayQuarantine(target_, report.files[0].quarantine_id, again, SilentProgress()));
  for (const auto& file : Files("transactions")) EXPECT_EQ(file.format.time_zone, "Europe/Berlin");
}

}  // namespace
}  // namespace souk::ingest
