// What is particular to the embedded hot store; what every hot store does is in tests/contract.
#include "store/embedded_hot_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "store/open_hot_store.h"

namespace souk::store {
namespace {

constexpr Micros kT = 1'764'331'470'123'456;

HotRecord Record(const char* schema_name, const std::string& key, int64_t number) {
  const record::Schema& schema = *record::FindSchema(schema_name).value();
  record::TypedRecord typed{&schema, {}};
  for (const record::Field& field : schema.fields) {
    record::TypedValue value{true, field.type == record::FieldType::kTimestamp ? kT : number, {}};
    if (field.type == record::FieldType::kText)
      value.text = field.name == schema.key ? std::string_view(key) : "text";
    typed.values.push_back(value);
  }
  HotRecord record;
  record.record = record::OwnedRecord(typed);
  record.processing_time = kT + 1'234;
  record.latency_us = 1'234;
  record.topic = "topic";
  return record;
}

std::string Text(sql::Database& database, const std::string& sql) {
  auto connection = database.Connect().value();
  auto table = connection.Query(sql);
  if (!table) return table.error().message;
  std::string text;
  for (const auto& row : table->rows) {
    for (const sql::Cell& cell : row) text += sql::CellText(cell) + " ";
  }
  return text;
}

class EmbeddedHotStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    store.reset();
    database.reset();
    database = sql::Database::Open({}).value();
    auto opened = EmbeddedHotStore::Open(database, path);
    ASSERT_TRUE(opened) << opened.error().message;
    store = std::move(*opened);
  }
  void Commit(const HotBatch& batch) {
    Status status = store->Commit(batch);
    ASSERT_TRUE(status) << status.error().message;
  }
  // Changes the file by hand.
  void Change(const std::string& statements) {
    auto connection = database->Connect().value();
    Status changed = connection.Execute(statements);
    ASSERT_TRUE(changed) << changed.error().message;
  }

  TempDir dir;
  std::string path = dir.path() + "/hot.duckdb";
  std::shared_ptr<sql::Database> database;
  std::unique_ptr<EmbeddedHotStore> store;
};

TEST_F(EmbeddedHotStoreTest, ViewsShowTypedColumns) {
  Commit({.lines = {Record("transactions", "T1", 250)},
          .events = {Record("clickstream", "E1", 3)},
          .late = {Record("clickstream", "E2", 4), Record("transactions", "T2", 5)},
          .windows = {{{"revenue", kT, kT + 1, "city", "Köln"}, 7}}});
  EXPECT_EQ(Text(*database,
                 "SELECT transaction_id, total_amount, unit_price, updated_at, latency_ms, topic, "
                 "partition, \"offset\" FROM hot.orders"),
            "T1 2.50 0.0250 2025-11-28 12:04:30.123456+00 1.234 topic 0 0 ");
  EXPECT_EQ(Text(*database, "SELECT event_id, quantity, event_time FROM hot.events"),
            "E1 3 2025-11-28 12:04:30.123456+00 ");
  EXPECT_EQ(
      Text(*database, "SELECT record, event_id, transaction_id, quantity FROM hot.late_records ORDER BY 1"),
      "clickstream E2  4 transactions  T2 5 ");
  EXPECT_EQ(Text(*database, "SELECT * FROM hot.kpi_windows"),
            "revenue 2025-11-28 12:04:30.123456+00 2025-11-28 12:04:30.123457+00 city Köln 7 ");
  EXPECT_EQ(Text(*database,
                 "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'hot' AND column_name = "
                 "'row_bytes'"),
            "0 ");
}

// Both schemas of late_records give a column of one name the same type, and no field has the name of another
// column.
TEST(HotTables, ColumnsAgree) {
  for (const HotTable& table : {OrdersTable(), EventsTable(), LateTable()}) {
    for (const HotColumn& column : table.columns) {
      for (size_t s = 0; s < column.fields.size(); ++s) {
        if (column.fields[s] < 0) continue;
        const record::Field& field = table.schemas[s]->fields[static_cast<size_t>(column.fields[s])];
        EXPECT_EQ(record::DuckdbType(field), column.type) << table.name << "." << column.name;
      }
      EXPECT_EQ(std::count_if(table.columns.begin(), table.columns.end(),
                              [&](const HotColumn& other) { return other.name == column.name; }),
                1)
          << table.name << "." << column.name;
    }
  }
}

// A file of a program whose schema lacked one field, had another, and gave a third one another type.
TEST_F(EmbeddedHotStoreTest, OlderFileGetsNewColumns) {
  Commit({.lines = {Record("transactions", "T1", 250)}});
  uint64_t bytes = store->Size()->bytes;
  Change(
      "ALTER TABLE hot_store.orders DROP COLUMN city; ALTER TABLE hot_store.orders ADD COLUMN old VARCHAR; "
      "ALTER TABLE hot_store.orders ALTER quantity TYPE INTEGER");
  Open();
  EXPECT_EQ(store->Size()->bytes, bytes);
  Commit({.lines = {Record("transactions", "T2", 5'000'000'000)}});
  EXPECT_EQ(Text(*database, "SELECT transaction_id, city, old, quantity FROM hot.orders ORDER BY 1"),
            "T1   250 T2 text  5000000000 ");
  auto lines = store->FindOrders({"text"});
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(lines->size(), 2u);
  const record::Schema& schema = *lines->front().record.schema();
  auto city = static_cast<size_t>(schema.Find("city") - schema.fields.data());
  EXPECT_FALSE(lines->front().record.value(city).present);
  EXPECT_EQ(lines->back().record.value(city).text, "text");
}

TEST_F(EmbeddedHotStoreTest, NewerFileIsRefused) {
  Commit({.committed_at = kT});
  Change("UPDATE hot_store.head SET format = 3");
  store.reset();
  database.reset();
  auto opened = EmbeddedHotStore::Open(sql::Database::Open({}).value(), path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kUnsupported);
  EXPECT_EQ(opened.error().message,
            path + ": the hot store has format 3, and this program knows 2: use the newer Souk");
}

TEST_F(EmbeddedHotStoreTest, DamagedFileIsNamed) {
  store.reset();
  database.reset();
  ASSERT_TRUE(WriteFileAtomic(path, std::string(20'000, 'x')));
  auto opened = EmbeddedHotStore::Open(sql::Database::Open({}).value(), path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
  EXPECT_NE(opened.error().message.find(path), std::string::npos);
}

// Replaced versions go when they are many; what holds stays, removed keys stay removed.
TEST_F(EmbeddedHotStoreTest, StateIsCleaned) {
  constexpr int kKeys = 40'000;
  for (int round = 0; round < 4; ++round) {
    HotBatch batch;
    for (int i = 0; i < kKeys; ++i) {
      bool removed = round == 1 && i % 2 == 0;
      if (round < 2 || i < 10'000)
        batch.state.push_back({"space", fmt::format("{:06}", i),
                               removed ? std::nullopt : std::optional(fmt::format("{}", round))});
    }
    Commit(batch);
  }
  Commit({.state = std::vector<StateChange>(1, {"space", "last", "4"})});
  EXPECT_EQ(Text(*database, "SELECT count(*) FROM hot_store.stream_state"), "25001 ");
  int seen = 0, wrong = 0;
  EXPECT_TRUE(store->ReadState("space", [&](std::string_view key, std::string_view value) -> Status {
    ++seen;
    if (value != (key == "last" ? "4" : key < "010000" ? "3" : "1")) ++wrong;
    return {};
  }));
  EXPECT_EQ(seen, 25'001);
  EXPECT_EQ(wrong, 0);
}

// More than is read in one part, in another order than that of the keys, some entries written again.
TEST_F(EmbeddedHotStoreTest, MuchStateIsReadInOrder) {
  constexpr int kKeys = 20'000;
  for (int round = 0; round < 2; ++round) {
    HotBatch batch;
    for (int i = kKeys - 1; i >= 0; i -= round == 0 ? 1 : 7)
      batch.state.push_back(
          {"space", fmt::format("{:06}", i), std::string(4000, static_cast<char>('a' + round))});
    Commit(batch);
  }
  int next = 0, wrong = 0;
  Status read = store->ReadState("space", [&](std::string_view key, std::string_view value) -> Status {
    char expected = (kKeys - 1 - next) % 7 == 0 ? 'b' : 'a';
    if (key != fmt::format("{:06}", next) || value != std::string(4000, expected)) ++wrong;
    ++next;
    return {};
  });
  EXPECT_TRUE(read) << read.error().message;
  EXPECT_EQ(next, kKeys);
  EXPECT_EQ(wrong, 0);
}

// What a disk that loses unsynced writes may leave of the log: a part, or a part with zeros behind it. What
// was synced with the commits that returned is there; of what came later, nothing or whole commits.
TEST_F(EmbeddedHotStoreTest, LostWritesLeaveACommit) {
  constexpr int kCommits = 4;
  std::vector<size_t> synced;
  for (int i = 1; i <= kCommits; ++i) {
    Commit({.lines = {Record("transactions", fmt::format("T{}", i), i)},
            .state = {{"space", "last", fmt::format("{}", i)}},
            .committed_at = i});
    synced.push_back(*FileSize(path + ".wal"));
  }
  std::string file = *ReadFile(path), log = *ReadFile(path + ".wal");
  ASSERT_EQ(log.size(), synced.back());
  std::vector<size_t> cuts;
  for (size_t cut = synced[0]; cut < log.size(); cut += 1009) cuts.push_back(cut);
  for (size_t at : synced) cuts.insert(cuts.end(), {at - 1, at});
  for (size_t cut : cuts) {
    for (bool zeros : {false, true}) {
      TempDir lost;
      std::string there = lost.path() + "/hot.duckdb";
      std::string left = log.substr(0, cut) + std::string(zeros ? log.size() - cut : 0, '\0');
      ASSERT_TRUE(WriteFileAtomic(there, file));
      ASSERT_TRUE(WriteFileAtomic(there + ".wal", left));
      auto opened = EmbeddedHotStore::Open(sql::Database::Open({}).value(), there);
      ASSERT_TRUE(opened) << opened.error().message << ", cut at " << cut << (zeros ? " with zeros" : "");
      auto whole = std::upper_bound(synced.begin(), synced.end(), cut) - synced.begin();
      EXPECT_EQ((*opened)->Head()->committed_at, whole) << cut;
      EXPECT_EQ((*opened)->Size()->lines, static_cast<uint64_t>(whole)) << cut;
      std::string last;
      ASSERT_TRUE((*opened)->ReadState("space", [&](std::string_view, std::string_view value) -> Status {
        last = value;
        return {};
      }));
      EXPECT_EQ(last, whole == 0 ? "" : fmt::format("{}", whole)) << cut;
    }
  }
}

TEST_F(EmbeddedHotStoreTest, ReadersSeeOneState) {
  Commit({.lines = {Record("transactions", "T1", 1)}});
  auto reader = database->Connect().value();
  ASSERT_TRUE(reader.Execute("BEGIN TRANSACTION READ ONLY"));
  EXPECT_EQ(sql::CellText(reader.Query("SELECT count(*) FROM hot.orders")->At(0, 0)), "1");
  Commit({.lines = {Record("transactions", "T2", 1)}});
  EXPECT_EQ(sql::CellText(reader.Query("SELECT count(*) FROM hot.orders")->At(0, 0)), "1");
  ASSERT_TRUE(reader.Execute("ROLLBACK"));
  EXPECT_EQ(sql::CellText(reader.Query("SELECT count(*) FROM hot.orders")->At(0, 0)), "2");
}

TEST(OpenHotStore, SaysWhichThereAre) {
  auto opened = OpenHotStore("mongodb://localhost:27017/shop", {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kUnsupported);
  EXPECT_EQ(opened.error().message,
            "no hot store can be opened by 'mongodb://': built in is embedded, a DuckDB file");
}

TEST(OpenHotStore, ForgetsViewsOfAFileThatIsGone) {
  TempDir dir;
  sql::DatabaseOptions warehouse;
  warehouse.path = dir.path() + "/warehouse.duckdb";
  HotStoreOptions options;
  options.path = dir.path() + "/hot.duckdb";
  options.database = sql::Database::Open(warehouse).value();
  ASSERT_TRUE(OpenHotStore("embedded", options));
  options.database = nullptr;
  auto database = sql::Database::Open(warehouse).value();
  constexpr const char* kViews = "SELECT count(*) FROM duckdb_views() WHERE schema_name = 'hot'";
  EXPECT_EQ(Text(*database, kViews), "4 ");
  ASSERT_TRUE(ForgetHotStore(*database));
  EXPECT_EQ(Text(*database, kViews), "0 ");
}

}  // namespace
}  // namespace souk::store
