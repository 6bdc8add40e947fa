#include "ingest/inspect.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "ingest/blank_runs.h"
#include "ingest/split.h"

namespace souk::ingest {
namespace {

class InspectTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    std::string path = directory_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, content));
    return path;
  }
  Inspection Inspect(const std::string& path, int threads = 2) {
    InspectOptions options;
    options.threads = threads;
    options.database = [] { return sql::Database::Open({}); };
    auto inspection = InspectFile(path, options, SilentProgress());
    EXPECT_TRUE(inspection) << inspection.error().message;
    return inspection ? *std::move(inspection) : Inspection();
  }
  static bool Warns(const Inspection& inspection, std::string_view part) {
    for (const std::string& warning : inspection.warnings) {
      if (warning.find(part) != std::string::npos) return true;
    }
    return false;
  }

  TempDir directory_;
};

// Several batches, whose borders cut lines.
std::string ManyLines(size_t count) {
  std::string text = "id,name,amount\n";
  for (size_t i = 0; i < count; ++i)
    text += fmt::format("{},\"name, {}\",{}.{:02}\n", i, i % 100, i % 977, i % 100);
  return text;
}

TEST_F(InspectTest, TheNumberOfThreadsChangesNothing) {
  std::string path = Write("many.csv", ManyLines(150'000));
  Inspection one = Inspect(path, 1), three = Inspect(path, 3);
  EXPECT_EQ(one.rows, 150'000u);
  EXPECT_EQ(one.columns.at(0).profile.distinct, 150'000u);
  EXPECT_EQ(one.columns.at(0).profile.max, "149999");
  EXPECT_EQ(one.columns.at(1).profile.distinct, 100u);
  EXPECT_EQ(one.columns.at(2).profile.max, "976.99");
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(one.columns[c].profile.distinct, three.columns.at(c).profile.distinct);
    EXPECT_EQ(one.columns[c].profile.histogram, three.columns[c].profile.histogram);
    EXPECT_EQ(one.columns[c].profile.top, three.columns[c].profile.top);
  }
}

TEST_F(InspectTest, AValueFarBehindTheSampleCounts) {
  Inspection inspection = Inspect(Write("late.csv", ManyLines(150'000) + "x,last,1\n"));
  EXPECT_EQ(inspection.rows, 150'001u);
  EXPECT_EQ(inspection.columns.at(0).profile.reading.type, record::FieldType::kText);
  EXPECT_EQ(inspection.columns.at(0).profile.distinct, 150'001u);
  EXPECT_TRUE(Warns(inspection, "first 'x' at line 150002"));
}

TEST_F(InspectTest, AKeyThatTurnsUpLateIsAColumn) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += fmt::format("{{\"id\":{},\"word\":\"w\\n{}\"}}\n", i, i % 7);
  Inspection inspection = Inspect(Write("late.jsonl", text + "{\"id\":1,\"extra\":\"yes\"}\n{\"a\":[1]}\n"));
  ASSERT_EQ(inspection.columns.size(), 4u);
  EXPECT_EQ(inspection.rows, 60'002u);
  EXPECT_EQ(inspection.columns[1].profile.distinct, 7u);
  EXPECT_EQ(inspection.columns[1].profile.nulls, 2u);
  EXPECT_EQ(inspection.columns[2].name, "extra");
  EXPECT_EQ(inspection.columns[2].profile.nulls, 60'001u);
  EXPECT_EQ(inspection.columns[3].profile.top.at(0).first, "[1]");
}

TEST_F(InspectTest, ParquetHasTheTypesOfTheFile) {
  auto database = sql::Database::Open({});
  ASSERT_TRUE(database);
  auto connection = (*database)->Connect();
  ASSERT_TRUE(connection);
  std::string path = directory_.path() + "/rows.parquet";
  ASSERT_TRUE(connection->Execute(
      "COPY (SELECT range AS n, CAST(range % 3 AS VARCHAR) AS t, CAST(range AS DECIMAL(9,2)) AS d, "
      "DATE '2025-01-01' + CAST(range % 31 AS INTEGER) AS day FROM range(5000)) TO '" +
      path + "' (FORMAT parquet)"));
  Inspection inspection = Inspect(path);
  EXPECT_EQ(inspection.rows, 5000u);
  EXPECT_EQ(inspection.duplicate_rows, 0u);
  EXPECT_EQ(inspection.columns.at(0).profile.max, "4999");
  EXPECT_EQ(inspection.columns.at(1).profile.reading.type, record::FieldType::kText);
  EXPECT_EQ(inspection.columns.at(1).profile.distinct, 3u);
  EXPECT_EQ(inspection.columns.at(2).profile.max, "4999.00");
  EXPECT_EQ(inspection.columns.at(3).profile.max, "2025-01-31");
}

TEST_F(InspectTest, RowsAreCountedWhereverAPieceEnds) {
  // Line lengths that meet every offset of a border.
  std::string text = "a,b\n";
  size_t rows = 0;
  for (; text.size() < 3'000'000; ++rows)
    text += fmt::format("{},\"{}\"\r\n", rows, std::string(rows % 61, 'x'));
  EXPECT_EQ(Inspect(Write("cut.csv", text)).rows, rows);
}

TEST(BlankRuns, MayBeCutAnywhere) {
  const std::string text = "  a   b c\t d \n1 \"x  y\"  2\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    BlankRuns runs;
    std::string out;
    runs.Append(std::string_view(text).substr(0, cut), out);
    runs.Append(std::string_view(text).substr(cut), out);
    EXPECT_EQ(out, "a\tb\tc\td\n1\t\"x  y\"\t2\n") << cut;
  }
}

class SplitTest : public InspectTest {};

TEST_F(SplitTest, NothingIsLostOrDoubled) {
  std::string header = "when,text\n", text = header;
  std::vector<std::string> lines;
  for (int i = 0; i < 40'000; ++i) {
    int day = i * 7919 % 28 + 1;
    lines.push_back(
        fmt::format("2025-01-{:02}T00:00:00,\"line\n{} {}\"\n", day, i, std::string(i % 50, 'y')));
    text += lines.back();
  }
  SplitOptions options;
  options.directory = directory_.path() + "/out";
  auto report = SplitFile(Write("sales.csv", text), options, SilentProgress());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->historical_rows, 28'000u);
  std::string past = *ReadFile(report->historical_path), live = *ReadFile(report->realtime_path);
  EXPECT_EQ(report->historical_path, options.directory + "/sales_historical.csv");
  EXPECT_EQ(past.size() + live.size(), text.size() + header.size());
  size_t at_past = header.size(), at_live = header.size();
  std::string last_past, first_live = "9";
  for (const std::string& line : lines) {
    bool in_past = past.compare(at_past, line.size(), line) == 0;
    ASSERT_TRUE(in_past || live.compare(at_live, line.size(), line) == 0) << line;
    (in_past ? at_past : at_live) += line.size();
    if (in_past) last_past = std::max(last_past, line.substr(0, 10));
    if (!in_past) first_live = std::min(first_live, line.substr(0, 10));
  }
  EXPECT_LE(last_past, first_live);
  EXPECT_EQ(ListFiles(options.directory)->size(), 2u);
}

TEST_F(SplitTest, DayAndMonthAreSettledByTheWholeFile) {
  std::string text = "when,n\n01/02/2025,1\n01/03/2025,2\n01/13/2025,3\n02/01/2025,4\n";
  SplitOptions options;
  options.directory = directory_.path();
  options.historical = 0.5;
  auto report = SplitFile(Write("us.csv", text), options, SilentProgress());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->time_format, "%m/%d/%Y");
  EXPECT_EQ(*ReadFile(report->realtime_path), "when,n\n01/13/2025,3\n02/01/2025,4\n");
}

TEST_F(SplitTest, ALineWithoutEndIsRefusedInBoundedMemory) {
  SplitOptions options;
  options.directory = directory_.path() + "/out";
  auto report =
      SplitFile(Write("long.csv", "a,b\n1,2\n3," + std::string(20'000'000, 'x')), options, SilentProgress());
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message.find("longer than 16 MB"), std::string::npos);
  EXPECT_TRUE(ListFiles(options.directory)->empty());
}

}  // namespace
}  // namespace souk::ingest
