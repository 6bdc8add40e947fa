#include "sql/parquet_export.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/files.h"

namespace souk::sql {
namespace {

using lake::ParquetCodec;

constexpr const char* kEveryType = R"(
  SELECT
    i % 3 = 0 AS yes,
    CAST(i % 100 - 50 AS TINYINT) AS tiny, CAST(i % 1000 AS SMALLINT) AS small, CAST(i - 9 AS INTEGER) AS number,
    CAST(i AS BIGINT) * -5000000000 AS large, CAST(i AS FLOAT) / 8 AS coarse, CAST(i AS DOUBLE) / 3 AS fine,
    CAST(i % 90 AS DECIMAL(4,2)) AS d4, CAST(i AS DECIMAL(9,2)) / 1 AS d9, CAST(-i AS DECIMAL(18,4)) AS d18,
    CAST(i - 5 AS DECIMAL(38,10)) AS d38,
    DATE '2025-01-01' + CAST(i % 5 AS INTEGER) AS day, TIMESTAMPTZ '2025-01-01 00:00:00.123456+00' + INTERVAL (i) SECOND AS moment,
    'id-' || i AS id, ['red', 'grün', '', 'a longer text than twelve bytes'][1 + i % 4] AS word,
    encode('b' || chr(1) || i) AS bytes,
    CASE WHEN i % 4 > 0 THEN i END AS some_numbers, CASE WHEN i % 9 = 0 THEN 'x' || i % 7 END AS few_texts,
    CAST(NULL AS VARCHAR) AS no_text, CAST(NULL AS BIGINT) AS no_number, CAST(NULL AS DECIMAL(30,2)) AS no_wide,
    CASE WHEN i % 2 = 0 THEN i % 6 = 0 END AS perhaps
  FROM range({}) r(i))";

class ParquetExportTest : public ::testing::Test {
 protected:
  ParquetExportTest() : database_(Database::Open({}).value()), connection_(database_->Connect().value()) {}

  void Make(const std::string& query) {
    auto made = connection_.Execute("CREATE OR REPLACE TABLE rows AS " + query);
    ASSERT_TRUE(made) << made.error().message;
  }

  // Writes the files of the table; the list of them as DuckDB wants it.
  std::string Export(ParquetCodec codec, const std::string& day_column = "") {
    files_.clear();
    std::string list;
    auto done = ExportParquet(connection_, {"FROM rows", day_column, codec}, [&](ParquetFile file) -> Status {
      std::string path = fmt::format("{}/{}.parquet", directory_.path(), files_.size());
      list += (list.empty() ? "[" : ", ") + QuoteLiteral(path);
      TRY_STATUS(WriteFileAtomic(path, file.content));
      files_.push_back(std::move(file));
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return list + "]";
  }

  std::string One(const std::string& query) {
    auto table = connection_.Query(query);
    EXPECT_TRUE(table) << table.error().message;
    return table && !table->rows.empty() ? CellText(table->At(0, 0)) : "";
  }

  void ExpectSame(const std::string& files) {
    std::string read = "read_parquet(" + files + ")";
    EXPECT_EQ(One("SELECT count(*) FROM (FROM rows EXCEPT ALL FROM " + read + ")"), "0");
    EXPECT_EQ(One("SELECT count(*) FROM (FROM " + read + " EXCEPT ALL FROM rows)"), "0");
    auto expected = connection_.Query("DESCRIBE FROM rows");
    auto got = connection_.Query("DESCRIBE FROM " + read);
    ASSERT_TRUE(expected && got);
    for (size_t i = 0; i < expected->rows.size(); ++i) {
      EXPECT_EQ(CellText(got->At(i, 0)), CellText(expected->At(i, 0)));
      EXPECT_EQ(CellText(got->At(i, 1)), CellText(expected->At(i, 1))) << CellText(got->At(i, 0));
    }
  }

  TempDir directory_;
  std::shared_ptr<Database> database_;
  Connection connection_;
  std::vector<ParquetFile> files_;
};

TEST_F(ParquetExportTest, EveryTypeInEveryCodec) {
  Make(fmt::format(kEveryType, 5000));
  for (ParquetCodec codec :
       {ParquetCodec::kNone, ParquetCodec::kSnappy, ParquetCodec::kGzip, ParquetCodec::kZstd}) {
    ExpectSame(Export(codec));
    ASSERT_EQ(files_.size(), 1u);
    EXPECT_EQ(files_[0].rows, 5000u);
  }
}

TEST_F(ParquetExportTest, FewRows) {
  for (int rows : {1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65}) {
    Make(fmt::format(kEveryType, rows));
    ExpectSame(Export(ParquetCodec::kSnappy));
  }
}

TEST_F(ParquetExportTest, SeveralRowGroups) {
  Make(
      "SELECT i, 'id ' || i AS id, i // 1000 AS slow, CASE WHEN i > 200000 THEN i END AS late FROM "
      "range(300000) r(i)");
  std::string files = Export(ParquetCodec::kSnappy);
  ExpectSame(files);
  EXPECT_EQ(One("SELECT count(DISTINCT row_group_id) FROM parquet_metadata(" + files + ")"), "3");
}

TEST_F(ParquetExportTest, OneFileForEachDay) {
  Make(fmt::format(kEveryType, 10000) + " ORDER BY hash(i)");
  ExpectSame(Export(ParquetCodec::kSnappy, "day"));
  ASSERT_EQ(files_.size(), 5u);
  for (size_t i = 0; i < files_.size(); ++i) {
    EXPECT_EQ(FormatDay(*files_[i].day), fmt::format("2025-01-0{}", i + 1));
    EXPECT_EQ(files_[i].rows, 2000u);
  }
}

TEST_F(ParquetExportTest, WhatDidNotShrinkIsNotCompressedAgain) {
  Make(
      "SELECT DATE '2025-01-01' + CAST(i // 2000 AS INT) AS day, md5(CAST(i AS VARCHAR)) AS dense, "
      "'https://shop.example/' || i AS thin FROM range(6000) r(i)");
  std::string files = Export(ParquetCodec::kSnappy, "day");
  ExpectSame(files);
  auto codecs = [&](const std::string& column) {
    return One("SELECT string_agg(compression, ' ' ORDER BY file_name) FROM parquet_metadata(" + files +
               ") WHERE path_in_schema = '" + column + "'");
  };
  EXPECT_EQ(codecs("dense"), "SNAPPY UNCOMPRESSED UNCOMPRESSED");
  EXPECT_EQ(codecs("thin"), "SNAPPY SNAPPY SNAPPY");
}

TEST_F(ParquetExportTest, LargeFilesAreFollowedByOthers) {
  // Texts that no codec makes smaller: 140 MB.
  Make(
      "SELECT DATE '2025-01-01' AS day, i, (SELECT string_agg(md5(i || '-' || j), '') FROM range(32) s(j)) "
      "AS text "
      "FROM range(140000) r(i)");
  ExpectSame(Export(ParquetCodec::kSnappy, "day"));
  EXPECT_EQ(files_.size(), 2u);
}

TEST_F(ParquetExportTest, Bounds) {
  Make(
      "SELECT i, 'k' || lpad(CAST(i AS VARCHAR), 3, '0') AS text, repeat('z', CAST(i AS INTEGER)) AS "
      "growing, "
      "CAST(i - 3 AS DECIMAL(12,2)) AS money, CASE WHEN i > 10 THEN DATE '2025-01-01' + CAST(i AS INTEGER) "
      "END AS day "
      "FROM range(100) r(i)");
  std::string files = Export(ParquetCodec::kSnappy);
  auto bounds = connection_.Query(
      "SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count "
      "FROM parquet_metadata(" +
      files + ") ORDER BY column_id");
  ASSERT_TRUE(bounds) << bounds.error().message;
  std::string text;
  for (const auto& row : bounds->rows) {
    for (const Cell& cell : row) text += CellText(cell) + " ";
    text += "\n";
  }
  EXPECT_EQ(text,
            "i 0 99 0 \n"
            "text k000 k099 0 \n"
            "growing   0 \n"  // texts over 64 bytes have none
            "money -3.00 96.00 0 \n"
            "day 2025-01-12 2025-04-10 11 \n");
  // What readers skip by them is not lost.
  EXPECT_EQ(One("SELECT count(*) FROM read_parquet(" + files + ") WHERE growing > 'zzz'"), "96");
}

TEST_F(ParquetExportTest, FewValuesAreInADictionary) {
  Make("SELECT ['a', 'b'][1 + i % 2] AS word, i AS id FROM range(10000) r(i)");
  std::string files = Export(ParquetCodec::kNone);
  EXPECT_EQ(One("SELECT string_agg(encodings, ' ' ORDER BY column_id) FROM parquet_metadata(" + files + ")"),
            "RLE_DICTIONARY, RLE PLAIN, RLE");
  EXPECT_LT(files_[0].content.size(), 10000u * 8 + 10000 / 8 + 1000);
}

TEST_F(ParquetExportTest, NoRowsNoFile) {
  Make(fmt::format(kEveryType, 0));
  Export(ParquetCodec::kSnappy);
  EXPECT_TRUE(files_.empty());
}

TEST_F(ParquetExportTest, WhatCannotBeWritten) {
  auto fails = [&](const std::string& query, const std::string& day_column) {
    auto done = ExportParquet(connection_, {query, day_column}, [](ParquetFile) { return Status(); });
    EXPECT_FALSE(done);
    return done ? "" : done.error().message;
  };
  EXPECT_EQ(fails("SELECT [1, 2] AS list", ""),
            "the column list of type INTEGER[] cannot be written to a Parquet file; cast it");
  EXPECT_EQ(fails("SELECT 1 AS one", "day"), "the rows have no DATE day to be kept by");
  EXPECT_EQ(fails("SELECT CAST(NULL AS DATE) AS day", "day"), "a row has no day");
  EXPECT_NE(fails("SELECT nothing", "").find("nothing"), std::string::npos);
}

TEST_F(ParquetExportTest, WhoTakesTheFilesMayEndIt) {
  Make(fmt::format(kEveryType, 1000));
  auto done = ExportParquet(connection_, {"FROM rows", "day"},
                            [](ParquetFile) -> Status { return Fail(Code::kIo, "the disk is full"); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "the disk is full");
}

}  // namespace
}  // namespace souk::sql
