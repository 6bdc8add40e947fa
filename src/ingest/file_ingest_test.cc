#include "ingest/file_ingest.h"

#include <sys/stat.h>

#include <thread>

#include "ingest/source_list.h"
#include "ingest/test_lake.h"

namespace souk::ingest {
namespace {

TEST_F(IngestTest, NothingToMendIsCopiedByteForByte) {
  options_.record = "transactions";
  auto report = Good({Put("my sales.csv", kSales)});
  EXPECT_EQ(report.rows, 2u);
  EXPECT_EQ(report.quarantined, 0u);
  EXPECT_EQ(report.files[0].format, "CSV, comma, UTF-8, header");
  auto files = Files("transactions");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].path,
            "ecommerce/raw/transactions/2025/11/03/" + files[0].fingerprint.substr(0, 16) + "-my_sales.csv");
  EXPECT_EQ(files[0].rows, 2u);
  EXPECT_EQ(files[0].bytes, kSales.size());
  EXPECT_EQ(files[0].format.mapping["transaction_timestamp"], "Date");
  EXPECT_EQ(Content(files[0]), kSales);
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path() + "/scratch"));
}

TEST_F(IngestTest, TheSameFileTwiceAddsNothing) {
  options_.record = "transactions";
  std::string path = Put("a.csv", kSales), copy = Put("b.csv", kSales);
  Good({path});
  auto report = Good({path, copy});
  EXPECT_EQ(report.skipped_files, 2u);
  EXPECT_EQ(report.rows, 0u);
  EXPECT_TRUE(report.files[0].skipped);
  EXPECT_EQ(Files("transactions").size(), 1u);
  EXPECT_EQ(*raw_->Version("transactions"), 1);
}

TEST_F(IngestTest, BadLinesGoToQuarantine) {
  options_.record = "transactions";
  std::string path = Put("a.csv",
                         "id,Date,price,qty\r\n"
                         "1,2025-11-03,2.50,1\r\n"
                         "2,2025-11-03,2.50\r\n"
                         "3,2025-11-03,2.50,1,9\r\n"
                         "\r\n"
                         "4,03.11.2025,2.50,1\r\n"
                         "5,2025-11-03,99999999999,1\r\n"
                         "6,2025-11-03,2.50,many\r\n"
                         "7,,2.50,1\r\n"
                         "8,2025-11-03,,1\r\n"
                         "\"9,2025-11-04,2.50,1\r\n"
                         "10,2025-11-04,2.50,1\r\n"
                         "11,2025-11-04,2.50,\"1\"x\r\n"
                         "12,2025-11-05,2.50,1\n");
  auto report = Good({path});
  EXPECT_EQ(report.rows, 3u);
  ASSERT_EQ(report.quarantined, 9u);
  EXPECT_EQ(
      Rejects(report.files[0].quarantine_id),
      (Lines{
          "3: 3 fields, 4 expected", "4: 5 fields, 4 expected",
          "6: transaction_timestamp: '03.11.2025' is not a time in ISO 8601",
          "7: unit_price: 99999999999 is too large for decimal(12,4)", "8: quantity: 'many' is not a number",
          "9: transaction_timestamp is empty", "10: unit_price is empty, and so is total_amount",
          "11: text follows the closing quote of a field", "13: text follows the closing quote of a field"}));
  auto files = Files("transactions");
  EXPECT_EQ(Content(files[0]),
            "id,Date,price,qty\r\n1,2025-11-03,2.50,1\r\n10,2025-11-04,2.50,1\r\n12,2025-11-05,2.50,1\r\n");
  EXPECT_EQ(files[0].path.substr(0, 38), "ecommerce/raw/transactions/2025/11/20/");
  auto record = quarantine_->Records(report.files[0].quarantine_id, 5, 1);
  EXPECT_EQ(record->at(0).field, "transaction_timestamp");
  EXPECT_EQ(record->at(0).content, "7,,2.50,1");
}

TEST_F(IngestTest, ARepeatReplacesItsQuarantine) {
  options_.record = "transactions";
  std::string path = Put("a.csv", "id,Date,price\n1,never,1\n2,x,1\n3,2025-11-03,1\n4,2025-11-03,1\n");
  options_.map = {{"transaction_timestamp", "Date"}};
  store_->Arm(3, lake::Fault::kFail);
  for (int i = 0; i < 8; ++i) {
    store_->Arm(static_cast<uint64_t>(i), lake::Fault::kFail);
    (void)Ingest({path});
  }
  store_->Arm(0, lake::Fault::kFail);
  Good({path});
  EXPECT_EQ(Files("transactions").size(), 1u);
  ASSERT_EQ(quarantine_->List()->size(), 1u);
  EXPECT_EQ(quarantine_->List()->at(0).records, 2u);
}

TEST_F(IngestTest, MendsLineEndsQuotesAndMarks) {
  options_.record = "transactions";
  Good({Put(
      "a.csv",
      "\xEF\xBB\xBFid,Date,price,note\r\r\n1,2025-11-03,2.50,5\" nail\r\r\n2,2025-11-03,1, \"x\"\r\r\n")});
  EXPECT_EQ(Content(Files("transactions")[0]),
            "id,Date,price,note\n1,2025-11-03,2.50,\"5\"\" nail\"\n2,2025-11-03,1,\"x\"\n");
}

TEST_F(IngestTest, TurnsEncodingsIntoUtf8) {
  options_.record = "transactions";
  std::string late = "id,Date,price,name\n";
  for (int i = 0; i < 200'000; ++i) late += fmt::format("{},2025-11-03,2.50,plain\n", i);
  late += "x,2025-11-03,2.50,caf\xE9\ny,2025-11-03,2.50,\x81\n";
  auto report = Good({Put("late.csv", late)});
  EXPECT_EQ(report.files[0].format, "CSV, comma, Windows-1252, header");
  EXPECT_EQ(Rejects(report.files[0].quarantine_id), (Lines{"200003: a byte has no meaning in Windows-1252"}));
  EXPECT_TRUE(Content(Files("transactions")[0]).ends_with("x,2025-11-03,2.50,café\n"));
  std::string utf16("\xFF\xFE", 2);
  for (char c : std::string("id,Date,price\n1,2025-11-03,2.50\n")) utf16 += std::string(1, c) + '\0';
  report = Good({Put("wide.csv", utf16)});
  EXPECT_EQ(report.files[0].format, "CSV, comma, UTF-16LE, header");
  EXPECT_EQ(report.rows, 1u);
}

TEST_F(IngestTest, WrongBytesInUtf8AreBadLines) {
  options_.record = "transactions";
  auto report =
      Good({Put("a.csv", std::string("id,Date,price,name\n1,2025-11-03,1,größe\n2,2025-11-03,1,gr\xF6\n"
                                     "3,2025-11-03,1,süß\n4,2025-11-03,1,a") +
                             '\0' + "b\n")});
  EXPECT_EQ(report.rows, 2u);
  EXPECT_EQ(Rejects(report.files[0].quarantine_id), (Lines{"3: not valid UTF-8", "5: a zero byte is in it"}));
}

TEST_F(IngestTest, LongLinesAreNotHeldInMemory) {
  options_.record = "transactions";
  options_.max_line_bytes = 100'000;
  std::string text = "id,Date,price,note\n1,2025-11-03,1,a\n2,2025-11-03,1," + std::string(9'000'000, 'x') +
                     "\n3,2025-11-03,1,b\n\"4,2025-11-03,1,c\n" + std::string(300'000, 'y') +
                     "\n5,2025-11-03,1,d\n";
  for (int i = 0; i < 200'000; ++i) text += fmt::format("{},2025-11-03,2.50,plain\n", i);
  auto report = Good({Put("a.csv", text)});
  EXPECT_EQ(report.rows, 200'003u);
  EXPECT_EQ(
      Rejects(report.files[0].quarantine_id),
      (Lines{"3: longer than 100000 bytes; its first 64 KiB are kept", "5: a quoted field is not closed",
             "6: longer than 100000 bytes; its first 64 KiB are kept"}));
  EXPECT_EQ(quarantine_->Records(report.files[0].quarantine_id, 0, 1)->at(0).content.size(), 64u << 10);
}

TEST_F(IngestTest, JsonLines) {
  auto report = Good({Put(
      "clickstream/2025/11/07/part-0.json",
      "{\"event_type\":\"view\",\"session_id\":\"s\",\"event_time\":\"2025-11-20T18:01:12Z\",\"price\":1.5}\n"
      "\n{broken\n[1]\n"
      "{\"event_type\":\"view\",\"session_id\":\"s\",\"event_time\":\"soon\"}\n"
      "{\"event_type\":\"view\",\"session_id\":\"s\",\"event_time\":\"2025-11-20T18:01:13Z\"}")});
  EXPECT_EQ(report.files[0].record, "clickstream");
  EXPECT_EQ(report.rows, 2u);
  EXPECT_EQ(report.quarantined, 3u);
  auto files = Files("clickstream");
  EXPECT_EQ(files[0].path.substr(0, 37), "ecommerce/raw/clickstream/2025/11/07/");
  EXPECT_EQ(files[0].format.kind, "json");
  EXPECT_EQ(files[0].format.zoned_times, Lines{"event_time"});
  EXPECT_EQ(Rejects(report.files[0].quarantine_id)[1], "4: not a JSON object");
}

TEST_F(IngestTest, JsonKeysThatTurnUpLateAreMappedToo) {
  options_.record = "clickstream";
  std::string line =
                  "{\"event_type\":\"view\",\"session_id\":\"s\",\"event_time\":\"2025-11-20T18:01:12Z\"}\n",
              text;
  for (int i = 0; i < 30'000; ++i) text += line;
  text +=
      "{\"event_type\":\"search\",\"session_id\":\"s\",\"event_time\":\"2025-11-20T18:01:12Z\",\"query\":"
      "\"x\",\"price\":2}\n";
  for (int i = 0; i < 30'000; ++i) text += line;
  auto report = Good({Put("a.json", text)});
  EXPECT_EQ(report.rows, 60'001u);
  auto format = Files("clickstream")[0].format;
  EXPECT_EQ(format.mapping["search_query"], "query");
  EXPECT_EQ(format.mapping["price"], "price");
}

TEST_F(IngestTest, WaysOfWritingAreKeptWithTheFile) {
  options_.record = "transactions";
  options_.time_zone = "Europe/Berlin";
  auto report = Good({Put("a.csv",
                          "Bestellung;Date;price;total\nA1;24.12.2024 18:05;1.234,50;1.234,50\nA2;25.12.2024 "
                          "09:00;2,00;2,00\n")});
  EXPECT_EQ(report.rows, 2u);
  auto format = Files("transactions")[0].format;
  EXPECT_EQ(format.delimiter, ";");
  EXPECT_EQ(format.time_formats["transaction_timestamp"], "%d.%m.%Y %H:%M");
  EXPECT_EQ(format.time_zone, "Europe/Berlin");
  EXPECT_EQ(format.decimal_separators["unit_price"], ",");
  EXPECT_TRUE(format.zoned_times.empty());
}

TEST_F(IngestTest, TheDayIsTheShops) {
  options_.record = "transactions";
  options_.time_zone = "Europe/Berlin";
  Good({Put("a.csv", "id,Date,price\n1,2025-11-03T23:30:00Z,1\n2,2025-11-04T10:00:00Z,1\n")});
  EXPECT_EQ(Files("transactions")[0].path.substr(27, 11), "2025/11/04/");
}

TEST_F(IngestTest, Parquet) {
  std::string one = PutParquet(
      "transactions/2025/11/03/a.parquet",
      "SELECT 'T' || i AS transaction_id, TIMESTAMP '2025-11-03 10:00:00' AS transaction_timestamp, "
      "CAST(2.5 AS DECIMAL(12,4)) AS unit_price, i AS quantity FROM range(5) r(i)");
  std::string two = PutParquet(
      "transactions/2025/11/04/b.parquet",
      "SELECT 'T' || i AS transaction_id, CASE WHEN i <> 2 THEN TIMESTAMP '2025-11-04 10:00:00' END "
      "AS transaction_timestamp, CAST(2.5 AS DECIMAL(12,4)) AS unit_price, i AS quantity FROM range(5) r(i)");
  auto report = Good({dir_.path() + "/in"});
  EXPECT_EQ(report.rows, 9u);
  EXPECT_EQ(report.quarantined, 1u);
  EXPECT_EQ(Rejects(report.files[1].quarantine_id), Lines{"3: transaction_timestamp is empty"});
  auto files = Files("transactions");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(Content(files[0]), *ReadFile(one));
  EXPECT_EQ(files[0].path.substr(27, 11), "2025/11/03/");
  EXPECT_EQ(files[1].rows, 4u);
  auto rows = target_.database->Connect()->Query("SELECT count(*) FROM read_parquet($file)",
                                                 {{"file", store_->EngineUrl(files[1].path)}});
  EXPECT_EQ(sql::CellText(rows->At(0, 0)), "4");
  EXPECT_EQ(Good({one, two}).skipped_files, 2u);
}

TEST_F(IngestTest, ParquetWithTexts) {
  options_.record = "transactions";
  auto report = Good({PutParquet("a.parquet",
                                 "SELECT * FROM (VALUES ('1.50', '03/11/2025'), ('x', '03/11/2025'), "
                                 "('2', '31/12/2025'), ('NULL', '31/12/2025')) v(price, \"Date\")")});
  EXPECT_EQ(report.rows, 2u);
  EXPECT_EQ(Rejects(report.files[0].quarantine_id),
            (Lines{"2: unit_price: 'x' is not a number", "4: unit_price is empty, and so is total_amount"}));
  EXPECT_EQ(Files("transactions")[0].format.time_formats["transaction_timestamp"], "%d/%m/%Y");
}

TEST_F(IngestTest, BadFilesAreNamed) {
  options_.record = "transactions";
  EXPECT_TRUE(Has(Bad({dir_.path() + "/in/none.csv"}), "there is no file or folder"));
  EXPECT_TRUE(Has(Bad({dir_.path() + "/in"}), "has no data files in it (it is empty)"));
  EXPECT_TRUE(Has(Bad({Put("empty.csv", "")}), "empty.csv is empty"));
  EXPECT_TRUE(Has(Bad({Put("blank.csv", "\n \n")}), "has only blank lines"));
  EXPECT_TRUE(Has(Bad({Put("a.csv.gz", "\x1F\x8B\x08 and so on")}),
                  "is compressed with gzip; unpack it first: gunzip"));
  EXPECT_TRUE(Has(Bad({Put("a.xlsx", "PK\x03\x04 and so on")}), "is an Excel workbook"));
  EXPECT_TRUE(Has(Bad({Put("a.bin", std::string("a\0b\0c", 5))}), "is binary, not text"));
  EXPECT_TRUE(Has(Bad({Put("a.parquet", "id,Date\n")}), "does not begin with PAR1"));
  EXPECT_TRUE(Has(Bad({Put("b.parquet", "PAR1 and nothing else")}), "b.parquet is no sound Parquet file"));
  EXPECT_TRUE(Has(Bad({Put("a.json", "[\n{\"a\":1}\n]\n")}), "is one JSON array"));
  EXPECT_TRUE(Has(Bad({Put("b.json", "{\n\"a\":1\n}\n")}), "has no line that is a JSON object"));
  EXPECT_TRUE(Has(Bad({Put("c.csv", "a,b\n1,2\n")}), "c.csv: no column for unit_price"));
  options_.record = "";
  EXPECT_TRUE(Has(Bad({Put("d.csv", "a,b\n1,2\n")}), "are those of no record"));
  options_.record = "orders";
  EXPECT_TRUE(Has(Bad({Put("e.csv", kSales)}), "there is no record 'orders'"));
  options_.record = "transactions";
  options_.time_zone = "Europe/Berlim";
  EXPECT_TRUE(Has(Bad({Put("e.csv", kSales)}), "did you mean Europe/Berlin"));
}

TEST_F(IngestTest, OneBadFileTakesNoneOfTheOthers) {
  options_.record = "transactions";
  EXPECT_TRUE(Has(Bad({Put("a.csv", kSales), Put("b.csv", ""), Put("c.csv", "x")}), "b.csv is empty"));
}

TEST_F(IngestTest, AHeaderOnlyHasNoRows) {
  options_.record = "transactions";
  auto report = Good({Put("a.csv", "id,Date,price\n")});
  EXPECT_EQ(report.rows, 0u);
  EXPECT_EQ(report.files[0].note, "no rows");
  EXPECT_TRUE(Files("transactions").empty());
}

TEST_F(IngestTest, AFolderIsTheShop) {
  Put("users/users.csv", "user_id,name,email\nU1,Ada,a@example.org\n");
  Put("products/products.csv", "product_id,name,price\nP1,Lamp,9.90\n");
  Put("transactions/2025/11/03/t.csv", kSales);
  Put("truth.json", "{}");
  Put("notes.md", "x");
  auto report = Good({dir_.path() + "/in"});
  EXPECT_EQ(report.rows, 4u);
  EXPECT_EQ(report.left_out, (Lines{dir_.path() + "/in/notes.md", dir_.path() + "/in/truth.json"}));
  EXPECT_EQ(Files("users").size(), 1u);
  EXPECT_EQ(Files("users")[0].path.substr(0, 20), "ecommerce/raw/users/");
  EXPECT_EQ(Files("transactions")[0].path.substr(27, 11), "2025/11/03/");
}

TEST_F(IngestTest, ADryRunWritesNothing) {
  options_.dry_run = true;
  options_.record = "transactions";
  std::string path = Put("a.csv", std::string(kSales) + "bad\n");
  auto report = Good({path, PutParquet("b.parquet", "SELECT 1 AS price, DATE '2025-11-03' AS \"Date\"")});
  EXPECT_EQ(report.rows, 3u);
  EXPECT_EQ(report.quarantined, 1u);
  EXPECT_EQ(report.files[0].mapping.Find("unit_price")->column, "price");
  ExpectNothingLeft();
  EXPECT_EQ(*raw_->Version("transactions"), 0);
}

TEST_F(IngestTest, AFullDiskLeavesNothing) {
  options_.record = "transactions";
  std::string path = Put("a.csv", std::string(kSales) + "bad\n");
  for (uint64_t n = 1;; ++n) {
    store_->Arm(n, lake::Fault::kFail);
    auto report = Ingest({path});
    bool fired = store_->fired();
    store_->Arm(0, lake::Fault::kFail);
    if (!fired) {
      EXPECT_TRUE(report);
      break;
    }
    if (!report) ExpectNothingLeft();
    if (report) break;  // the fault hit a step that may fail, such as tidying up
  }
  EXPECT_EQ(Files("transactions").size(), 1u);
}

TEST_F(IngestTest, APipeIsRead) {
  options_.record = "transactions";
  std::string path = dir_.path() + "/in/pipe.csv";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << kSales; });
  auto report = Good({path});
  writer.join();
  EXPECT_EQ(report.rows, 2u);
}

}  // namespace
}  // namespace souk::ingest
