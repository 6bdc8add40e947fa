#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/hash.h"
#include "lake/delta_table.h"
#include "sql/door.h"
#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words;
  size_t begin = 0;
  for (size_t comma = line.find(','); comma != std::string::npos; comma = line.find(',', begin)) {
    words.push_back(line.substr(begin, comma - begin));
    begin = comma + 1;
  }
  words.push_back(line.substr(begin));
  return words;
}

std::string RowText(const std::vector<sql::Cell>& row) {
  std::string text;
  for (const sql::Cell& cell : row) {
    text += (text.empty() && &cell == &row.front() ? "" : "|") +
            (std::holds_alternative<std::monostate>(cell) ? "-" : sql::CellText(cell));
  }
  return text;
}

}  // namespace

TestShop::TestShop() {
  auto store = lake::OpenFileStore(directory_.path() + "/lake");
  if (!store) std::abort();
  store_ = *store;
  options.shop.charge_codes = {"POST", "M", "B"};
}

void TestShop::AddFile(const std::string& record, const std::string& extension, const std::string& content,
                       lake::RawFormat format) {
  lake::RawFile file;
  file.path = fmt::format("{}/part-{}.{}", lake::RawZone::Folder(record), ++files_, extension);
  file.bytes = content.size();
  file.rows = static_cast<uint64_t>(std::count(content.begin(), content.end(), '\n'));
  file.fingerprint = Sha256Hex(record + content + std::to_string(files_));
  file.source = "by hand";
  file.format = std::move(format);
  ASSERT_TRUE(store_->Write(file.path, content).has_value());
  auto committed = lake::RawZone(store_).Commit(record, "ingest", {file}, {}, clock.Now());
  ASSERT_TRUE(committed.has_value()) << committed.error().message;
}

void TestShop::Add(const std::string& record, const std::string& csv, const std::string& time_zone) {
  lake::RawFormat format;
  format.kind = "csv";
  format.columns = Words(csv.substr(0, csv.find('\n')));
  for (const std::string& column : format.columns) format.mapping[column] = column;
  format.time_zone = time_zone;
  AddFile(record, "csv", csv, format);
}

void TestShop::Open() {
  Close();
  sql::DatabaseOptions database_options;
  database_options.path = directory_.path() + "/warehouse.duckdb";
  database_options.memory_bytes = 500'000'000;
  database_options.time_zone = options.shop.time_zone;
  database_options.models_directory = options.models_directory;
  auto opened = sql::Database::Open(database_options);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  database = *opened;
  auto made = Warehouse::Open(database, store_, clock, options);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  warehouse = *std::move(made);
}

void TestShop::Close() {
  warehouse.reset();
  database.reset();
}

Result<BuildReport> TestShop::Build(const BuildRequest& request) {
  if (!warehouse) Open();
  return warehouse->Build(request, SilentProgress());
}

BuildReport TestShop::MustBuild(const BuildRequest& request) {
  auto report = Build(request);
  EXPECT_TRUE(report.has_value()) << report.error().message;
  if (!report) return {};
  for (const TestFailure& failure : report->failures) {
    ADD_FAILURE() << failure.model << " " << failure.test << " " << failure.rows;
  }
  return *report;
}

int TestShop::BuildAndDie(const std::string& where) {
  Close();
  pid_t child = fork();
  if (child == 0) {
    setenv("SOUK_CRASH_AT", where.c_str(), 1);
    Open();
    (void)Build();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void TestShop::CheckCopies() {
  for (const std::string& name :
       Rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'ecommerce' ORDER BY 1")) {
    auto snapshot = lake::DeltaTable(store_, "ecommerce/warehouse/" + name).Snapshot();
    ASSERT_TRUE(snapshot.has_value()) << snapshot.error().message;
    std::string files;
    for (const auto& file : snapshot->files) {
      files += (files.empty() ? "'" : ", '") +
               store_->EngineUrl("ecommerce/warehouse/" + name + "/" + file.path) + "'";
    }
    std::string rows = "SELECT * FROM ecommerce." + name;
    if (files.empty()) {
      EXPECT_EQ(Row("SELECT count(*) FROM ecommerce." + name), "0") << name;
      continue;
    }
    std::string copy = fmt::format("SELECT {} FROM read_parquet([{}], hive_partitioning = true)",
                                   Row("SELECT string_agg(column_name, ', ' ORDER BY column_index) FROM "
                                       "duckdb_columns() WHERE schema_name = 'ecommerce' AND table_name = '" +
                                       name + "'"),
                                   files);
    EXPECT_EQ(Rows(fmt::format("({0}) EXCEPT ALL ({1})", rows, copy)), std::vector<std::string>()) << name;
    EXPECT_EQ(Rows(fmt::format("({1}) EXCEPT ALL ({0})", rows, copy)), std::vector<std::string>()) << name;
  }
}

std::vector<std::string> TestShop::Rows(const std::string& sql) {
  auto connection = database->Connect();
  auto table = connection->Query(sql);
  EXPECT_TRUE(table.has_value()) << sql << ": " << table.error().message;
  std::vector<std::string> rows;
  if (table) {
    for (const auto& row : table->rows) rows.push_back(RowText(row));
  }
  return rows;
}

std::string TestShop::Row(const std::string& sql) {
  auto rows = Rows(sql);
  EXPECT_EQ(rows.size(), 1u) << sql;
  return rows.empty() ? "" : rows.front();
}

std::string TestShop::Everything() {
  std::string text;
  for (const std::string& relation :
       Rows("SELECT schema_name || '.' || name FROM (SELECT schema_name, view_name AS name FROM "
            "duckdb_views() "
            "UNION ALL SELECT schema_name, table_name FROM duckdb_tables()) "
            "WHERE schema_name IN ('clean', 'ecommerce', 'ecommerce_dwh') AND name <> 'data_quality_runs' "
            "AND NOT starts_with(name, '__') "
            "ORDER BY 1")) {
    text += relation + "\n";
    for (const std::string& row : Rows("SELECT * FROM " + relation + " ORDER BY ALL")) text += row + "\n";
  }
  return text;
}

std::vector<std::string> TestShop::Unseen() {
  return Rows("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '__')");
}

Result<Report> TestShop::RunReport(const ReportRequest& request) {
  auto door = std::make_shared<sql::QueryDoor>(database, sql::DoorOptions{});
  TRY(auto book, ReportBook::Open(door, *warehouse, options));
  return book->Run(governance::LocalOwner(), request, {});
}

std::vector<std::string> TestShop::Runs(const BuildRequest& request) {
  std::vector<std::string> list;
  auto steps = warehouse->Explain(request);
  EXPECT_TRUE(steps.has_value()) << steps.error().message;
  if (!steps) return list;
  for (const BuildStep& step : *steps) {
    if (step.runs) list.push_back(step.model + ": " + step.reason);
  }
  return list;
}

void TestShop::WriteModel(const std::string& path, const std::string& content) {
  options.models_directory = directory_.path() + "/models";
  std::string full = options.models_directory + "/" + path;
  ASSERT_TRUE(CreateDirectories(full.substr(0, full.rfind('/'))).has_value());
  ASSERT_TRUE(WriteFileAtomic(full, content).has_value());
}

std::string Joined(const sql::Table& table) {
  std::string text;
  for (const auto& row : table.rows) text += RowText(row) + "\n";
  return text;
}

// Two orders of one customer with a return, one of a guest with postage, a failed and a cancelled line; line
// T2 comes twice, T4 is corrected later. Visits: s1 buys, s2 only looks, s3 falls silent for an hour and
// comes back.
void FillWithSamples(TestShop& shop) {
  shop.Add("users",
           "user_id,name,email,country,region,segment,signup_at,updated_at\n"
           "U1,Ada Lovelace,ada@example.com,Germany,Europe,VIP,2025-01-01T00:00:00,2025-01-01T00:00:00\n"
           "U2,Bob,bob@example.com,Japan,Asia,New,2025-02-01T00:00:00,2025-02-01T00:00:00\n"
           "U2,Robert,bob@example.com,Japan,Asia,Loyal,2025-02-01T00:00:00,2025-03-01T00:00:00\n");
  shop.Add("products",
           "product_id,name,category,price,cost,updated_at\n"
           "P1,Lamp,Home,20.00,8.00,2025-01-01T00:00:00\n"
           "P2,Book,Books,10.00,4.00,2025-01-01T00:00:00\n");
  shop.Add(
      "transactions",
      "transaction_id,order_id,user_id,product_id,quantity,unit_price,discount,tax,shipping,total_amount,"
      "payment_method,payment_status,status,region,device_type,traffic_source,transaction_timestamp,updated_"
      "at\n"
      "T1,O1,U1,P1,2,20.00,4.00,6.84,0,42.84,credit_card,paid,completed,Europe,mobile,google,2025-03-01T10:"
      "00:00,\n"
      "T2,O1,U1,P2,1,10.00,0,0.70,0,10.70,credit_card,paid,completed,Europe,mobile,google,2025-03-01T10:00:"
      "00,\n"
      "T2,O1,U1,P2,1,10.00,0,0.70,0,10.70,credit_card,paid,completed,Europe,mobile,google,2025-03-01T10:00:"
      "00,\n"
      "T3,O2,,P2,3,9.995,0,0,4.50,,paypal,paid,completed,Asia,desktop,direct,2025-03-02T23:30:00,\n"
      "T4,O3,U2,P1,1,20.00,0,0,0,20.00,paypal,failed,pending,Asia,mobile,email,2025-03-02T12:00:00,2025-03-"
      "02T12:00:00\n"
      "T5,O4,U2,P9,1,5.00,0,0,0,5.00,Pay Pal,paid,canceled,Asia,mobile,email,2025-03-03T08:00:00,\n"
      "T6,O2,,POST,1,2.50,0,0,0,2.50,paypal,paid,completed,Asia,desktop,direct,2025-03-02T23:30:00,\n");
  shop.Add("transactions",
           "transaction_id,order_id,user_id,product_id,quantity,unit_price,transaction_timestamp,updated_at,"
           "region\n"
           "R1,O1,U1,P2,-1,10.00,2025-03-03T09:00:00,,Europe\n"
           "T4,O3,U2,P1,1,20.00,2025-03-02T12:00:00,2025-03-02T13:00:00,Asia\n"
           "S1,C1,,P1,-5,0,2025-03-03T09:30:00,,\n"
           "S2,A12,,B,1,-99.00,2025-03-03T09:30:00,,\n");
  shop.Add("clickstream",
           "event_id,user_id,session_id,event_time,event_type,product_id,device_type,traffic_source,country\n"
           "E1,U1,s1,2025-03-01T09:50:00,view,P1,mobile,google,Europe\n"
           "E2,U1,s1,2025-03-01T09:55:00,addtocart,P1,mobile,google,Europe\n"
           "E3,U1,s1,2025-03-01T10:00:00,purchase,P1,mobile,google,Europe\n"
           "E3,U1,s1,2025-03-01T10:00:00,purchase,P1,mobile,google,Europe\n"
           "E4,,s2,2025-03-02T12:00:00,view,P1,desktop,direct,Asia\n"
           "E5,,s3,2025-03-02T12:00:00,view,P2,desktop,direct,Asia\n"
           "E6,,s3,2025-03-02T12:30:00,view,P2,desktop,direct,Asia\n"
           "E7,,s3,2025-03-02T13:30:00,exit,,desktop,direct,Asia\n");
}

}  // namespace souk::warehouse
