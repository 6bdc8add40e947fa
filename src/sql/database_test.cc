#include "sql/database.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "base/files.h"

namespace souk::sql {
namespace {

// The value; a failure tells its message.
template <typename T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

class DatabaseTest : public ::testing::Test {
 protected:
  std::shared_ptr<Database> database = Must(Database::Open({}));
  Connection connection = Must(database->Connect());

  Table Rows(std::string_view sql, const std::vector<Parameter>& parameters = {},
             const QueryOptions& options = {}) {
    auto table = connection.Query(sql, parameters, options);
    EXPECT_TRUE(table) << (table ? "" : table.error().message);
    return table ? *std::move(table) : Table{};
  }
  std::string Text(std::string_view sql, const std::vector<Parameter>& parameters = {}) {
    Table table = Rows(sql, parameters);
    return table.rows.empty() ? "(no row)" : CellText(table.At(0, 0));
  }
  Error Failure(std::string_view sql, const QueryOptions& options = {}) {
    auto table = connection.Query(sql, {}, options);
    EXPECT_FALSE(table) << sql;
    return table ? Error{} : table.error();
  }
};

TEST_F(DatabaseTest, CellsOfPlainTypes) {
  Table table = Rows(
      "SELECT true AS b, 1::TINYINT, -9223372036854775808, 4294967295::UINTEGER, 0.1::FLOAT, 1.5::DOUBLE,"
      " 'größe', NULL");
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(std::get<bool>(table.At(0, 0)), true);
  EXPECT_EQ(std::get<int64_t>(table.At(0, 1)), 1);
  EXPECT_EQ(CellText(table.At(0, 2)), "-9223372036854775808");
  EXPECT_EQ(std::get<int64_t>(table.At(0, 3)), 4294967295);
  EXPECT_EQ(std::get<double>(table.At(0, 4)), 0.1);
  EXPECT_EQ(std::get<double>(table.At(0, 5)), 1.5);
  EXPECT_EQ(std::get<std::string>(table.At(0, 6)), "größe");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.At(0, 7)));
  EXPECT_EQ(table.Find("b"), 0u);
  EXPECT_EQ(table.Find("c"), std::nullopt);
}

// Every type is read as the text DuckDB itself casts it to, alone and in a column with nulls around it.
TEST_F(DatabaseTest, TextIsWhatDuckdbCastsTo) {
  const char* expressions[] = {"-0.05::DECIMAL(4,2)",
                               "12345.6789::DECIMAL(9,4)",
                               "-9999999999999999.99::DECIMAL(18,2)",
                               "99999999999999999999999999999999999999::DECIMAL(38,0)",
                               "-9.0000000000000000000000000000000000001::DECIMAL(38,37)",
                               "7::DECIMAL(4,0)",
                               "(-170141183460469231731687303715884105728)::HUGEINT",
                               "170141183460469231731687303715884105727::HUGEINT",
                               "340282366920938463463374607431768211455::UHUGEINT",
                               "18446744073709551615::UBIGINT",
                               "0::HUGEINT",
                               "DATE '2025-11-28'",
                               "DATE '0001-01-01'",
                               "DATE '9999-12-31'",
                               "DATE '0044-03-15 (BC)'",
                               "DATE '290000-01-01'",
                               "'infinity'::DATE",
                               "'-infinity'::DATE",
                               "DATE '1969-12-31'",
                               "DATE '2000-02-29'",
                               "TIMESTAMP '2025-11-28 12:04:30'",
                               "TIMESTAMP '2025-11-28 12:04:30.5'",
                               "TIMESTAMP '1969-12-31 23:59:59.999999'",
                               "TIMESTAMP '2025-11-28 00:00:00.000001'",
                               "'infinity'::TIMESTAMP",
                               "TIMESTAMP '12020-01-01'",
                               "TIMESTAMPTZ '2025-11-28 12:04:30+01:00'",
                               "TIMESTAMPTZ '2025-11-28 12:04:30.25+00'",
                               "'infinity'::TIMESTAMPTZ",
                               "TIMESTAMP_S '2025-11-28 12:04:30'",
                               "TIMESTAMP_MS '2025-11-28 12:04:30.125'",
                               "TIMESTAMP_NS '2025-11-28 12:04:30.123456789'",
                               "TIME '01:02:03'",
                               "TIME '23:59:59.1'",
                               "TIME '24:00:00'",
                               "TIMETZ '01:02:03+02'",
                               "INTERVAL '1 year 2 days 03:00:00'",
                               "'\\x00ab\\xFF'::BLOB",
                               "'plain'::BLOB",
                               "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID",
                               "'00000000-0000-0000-0000-000000000001'::UUID",
                               "'paid'::ENUM('open','paid')",
                               "'0101'::BIT",
                               "123456789012345678901234567890::BIGNUM",
                               "(-5)::BIGNUM",
                               "[1, 2, NULL]",
                               "['a', 'it''s', '', 'x,y', NULL]",
                               "[]::INTEGER[]",
                               "{'a': 1, 'b c': 'x', 'd': [1.50, 2.25]}",
                               "MAP {'k': 1, 'l': 2}",
                               "MAP {1: DATE '2025-11-28'}",
                               "[DATE '2025-11-28']",
                               "[TIMESTAMPTZ '2025-11-28 00:00:00+00']",
                               "[true, false]",
                               "[1.5::DOUBLE]",
                               "['paid'::ENUM('open','paid')]",
                               "[[1], [2, 3]]",
                               "union_value(k := 1)",
                               "[union_value(k := 'a')]",
                               "row(1, 'x')",
                               "'{\"a\": 1}'::JSON",
                               "[1::HUGEINT, 2]",
                               "['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID]",
                               "[TIME '01:02:03']",
                               "['\\x00'::BLOB]"};
  for (const char* expression : expressions) {
    std::string sql = fmt::format(
        "WITH t AS (SELECT CASE WHEN i % 3 = 1 THEN {0} END AS v FROM range(5000) r(i)) "
        "SELECT v, v::VARCHAR, typeof(v) FROM t",
        expression);
    Table table = Rows(sql);
    ASSERT_EQ(table.rows.size(), 5000u) << expression;
    for (size_t row : {0u, 1u, 2u, 4u, 2047u, 2048u, 4999u}) {
      EXPECT_EQ(CellText(table.At(row, 0)), CellText(table.At(row, 1))) << expression << " row " << row;
      EXPECT_EQ(table.At(row, 0).index() == 0, row % 3 != 1) << expression << " row " << row;
    }
    EXPECT_EQ(table.columns[0].type, CellText(table.At(1, 2))) << expression;
  }
}

TEST_F(DatabaseTest, TextOfRareTypes) {
  // DuckDB's own text is ".05", which is no number in JSON.
  EXPECT_EQ(Text("SELECT 0.05::DECIMAL(2,2)"), "0.05");
  EXPECT_EQ(Text("SELECT -0.00000000000000000000000000000000000001::DECIMAL(38,38)"),
            "-0.00000000000000000000000000000000000001");
  EXPECT_EQ(Text("SELECT array_value(1, 2, 3)"), "[1, 2, 3]");
  EXPECT_EQ(Rows("SELECT array_value(1.5, 2)").columns.at(0).type, "DECIMAL(11,1)[2]");
  Error unknown = Failure("SELECT CAST(1 AS VARIANT) AS v");
  EXPECT_EQ(unknown.code, Code::kUnsupported);
  EXPECT_NE(unknown.message.find("CAST(v AS VARCHAR)"), std::string::npos) << unknown.message;
}

TEST_F(DatabaseTest, ReadsManyChunksInOrder) {
  Table table = Rows("SELECT i, 'row ' || i AS name FROM range(100000) t(i)");
  ASSERT_EQ(table.rows.size(), 100000u);
  for (int64_t i = 0; i < 100000; i += 997) {
    EXPECT_EQ(std::get<int64_t>(table.At(static_cast<size_t>(i), 0)), i);
    EXPECT_EQ(CellText(table.At(static_cast<size_t>(i), 1)), fmt::format("row {}", i));
  }
}

TEST_F(DatabaseTest, StreamHandsOverChunksAndMayEndEarly) {
  size_t calls = 0;
  size_t rows = 0;
  auto count = [&](const Table& chunk) {
    EXPECT_EQ(chunk.columns.size(), 1u);
    EXPECT_LE(chunk.rows.size(), 2048u);
    ++calls;
    rows += chunk.rows.size();
    return rows < 10000;
  };
  ASSERT_TRUE(connection.Stream("SELECT * FROM range(1000000)", {}, count));
  EXPECT_GE(rows, 10000u);
  EXPECT_LT(rows, 13000u);
  // The connection is free for the next statement.
  EXPECT_EQ(Text("SELECT 42"), "42");

  calls = rows = 0;
  ASSERT_TRUE(connection.Stream("SELECT 1 AS x WHERE false", {}, count));
  EXPECT_EQ(calls, 1u);
}

TEST_F(DatabaseTest, BindsParametersByName) {
  std::vector<Parameter> parameters = {{"from", "2025-02-01"},
                                       {"names", std::vector<std::string>{"a", "it's"}},
                                       {"none", std::vector<std::string>{}},
                                       {"n", int64_t{7}},
                                       {"x", 2.5},
                                       {"flag", true},
                                       {"nothing", std::monostate{}},
                                       {"unused", "ignored"}};
  ASSERT_TRUE(connection.Execute(
      "CREATE TABLE t(d DATE, n VARCHAR);"
      "INSERT INTO t VALUES ('2025-01-01', 'a'), ('2025-03-01', 'it''s'), ('2025-03-02', 'b')"));
  EXPECT_EQ(Text("SELECT count(*) FROM t WHERE d >= $from", parameters), "2");
  EXPECT_EQ(Text("SELECT count(*) FROM t WHERE n IN (SELECT unnest($names))", parameters), "2");
  EXPECT_EQ(Text("SELECT count(*) FROM t WHERE list_contains($names, n)", parameters), "2");
  EXPECT_EQ(Text("SELECT len($none)", parameters), "0");
  EXPECT_EQ(Text("SELECT $n + 1", parameters), "8");
  EXPECT_EQ(Text("SELECT $x * 2", parameters), "5");
  EXPECT_EQ(Text("SELECT $flag", parameters), "true");
  EXPECT_EQ(Text("SELECT $nothing IS NULL", parameters), "true");
  EXPECT_EQ(Text("SELECT typeof($names)", parameters), "VARCHAR[]");
  auto missing = connection.Query("SELECT $absent", parameters);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("$absent has no value"), std::string::npos)
      << missing.error().message;
}

TEST_F(DatabaseTest, SessionSettings) {
  EXPECT_EQ(Text("SELECT current_setting('TimeZone')"), "UTC");
  EXPECT_EQ(Text("SELECT current_setting('autoload_known_extensions')"), "false");
  EXPECT_EQ(Text("SELECT current_setting('autoinstall_known_extensions')"), "false");
  EXPECT_EQ(Text("SELECT current_setting('enable_progress_bar_print')"), "false");
  EXPECT_EQ(Text("SELECT current_setting('preserve_insertion_order')"), "true");
  EXPECT_EQ(Text("SELECT current_setting('threads')"), "2");
  EXPECT_EQ(Database::LibraryVersion(), "1.4.4");
}

TEST_F(DatabaseTest, ErrorsSayPlaceAndKind) {
  EXPECT_EQ(Failure("SELECT * FROM nope").code, Code::kNotFound);
  EXPECT_EQ(Failure("SELECT * FROM nope").message,
            "Table with name nope does not exist! (line 1: SELECT * FROM nope)");
  Error unknown = Failure("SELECT 1,\n  foo(2)\n");
  EXPECT_EQ(unknown.code, Code::kInvalid);
  EXPECT_NE(unknown.message.find("(line 2: foo(2))"), std::string::npos) << unknown.message;
  EXPECT_EQ(Failure("selec 1").message, "syntax error at or near \"selec\" (line 1: selec 1)");
  EXPECT_EQ(Failure("SELECT sum(x) FROM (VALUES ('a')) t(x)").message.find('\n'), std::string::npos);
  EXPECT_EQ(Failure("SELECT 1; SELECT 2").code, Code::kInvalid);
  EXPECT_EQ(Failure("SELECT CAST('x' AS INTEGER)").code, Code::kInvalid);
  // Found only while the rows are being made.
  EXPECT_EQ(Failure("SELECT CASE WHEN i = 90000 THEN error('boom') ELSE i END FROM range(100000) t(i)")
                .message.substr(0, 4),
            "boom");
  ASSERT_TRUE(connection.Execute("CREATE TABLE a(i INTEGER PRIMARY KEY)"));
  EXPECT_EQ(connection.Execute("CREATE TABLE a(i INTEGER)").error().code, Code::kAlreadyExists);
  EXPECT_EQ(connection.Execute("INSERT INTO a VALUES (1); INSERT INTO a VALUES (1)").error().code,
            Code::kInvalid);
  EXPECT_EQ(Text("SELECT 1"), "1");
}

TEST_F(DatabaseTest, MaxRows) {
  EXPECT_EQ(Rows("SELECT * FROM range(3000)", {}, {.max_rows = 3000}).rows.size(), 3000u);
  Error error = Failure("SELECT * FROM range(100000000000)", {.max_rows = 3000});
  EXPECT_EQ(error.code, Code::kInvalid);
  EXPECT_NE(error.message.find("more than 3000 rows"), std::string::npos) << error.message;
}

constexpr const char* kEndless = "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)";

TEST_F(DatabaseTest, Timeout) {
  auto begin = std::chrono::steady_clock::now();
  Error error = Failure(kEndless, {.timeout_ms = 100});
  EXPECT_EQ(error.code, Code::kTimeout);
  EXPECT_NE(error.message.find("longer than 0.1 s"), std::string::npos) << error.message;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(connection.Execute(kEndless, {.timeout_ms = 50}).error().code, Code::kTimeout);
  EXPECT_EQ(Text("SELECT 1"), "1");
}

TEST_F(DatabaseTest, CancelFromAnotherThread) {
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    connection.Cancel();
  });
  EXPECT_EQ(Failure(kEndless).code, Code::kCancelled);
  canceller.join();
  connection.Cancel();  // nothing runs: nothing happens
  EXPECT_EQ(Text("SELECT 1"), "1");
}

TEST_F(DatabaseTest, ATokenStops) {
  std::stop_source nobody_waits;
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    nobody_waits.request_stop();
  });
  auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Failure(kEndless, {.stop = nobody_waits.get_token()}).code, Code::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  stopper.join();
  // Asked already before the next statement begins.
  EXPECT_EQ(Failure("SELECT 1", {.stop = nobody_waits.get_token()}).code, Code::kCancelled);
  EXPECT_EQ(Text("SELECT 1"), "1");
}

class FakeProgress : public Progress {
 public:
  void Stage(std::string_view, uint64_t, std::string_view) override { ++stages; }
  void Advance(uint64_t count) override { done += count; }
  void Line(std::string_view) override {}
  bool Cancelled() const override { return ++asked > cancel_after; }
  mutable std::atomic<int> asked{0};
  std::atomic<int> cancel_after{1'000'000'000};
  std::atomic<int> stages{0};
  std::atomic<uint64_t> done{0};
};

TEST_F(DatabaseTest, ProgressCancels) {
  FakeProgress progress;
  progress.cancel_after = 3;
  EXPECT_EQ(Failure(kEndless, {.progress = &progress}).code, Code::kCancelled);
  // Asked already before the next statement begins.
  EXPECT_EQ(Failure("SELECT 1", {.progress = &progress}).code, Code::kCancelled);
}

TEST_F(DatabaseTest, ProgressIsToldAsUnitsOfTheStage) {
  FakeProgress progress;
  Rows("SELECT count(DISTINCT i * 7 % 1000003) FROM range(5000000) t(i)", {},
       {.progress = &progress, .progress_units = 40});
  EXPECT_EQ(progress.done, 40u);
  EXPECT_EQ(progress.stages, 0);
  ASSERT_TRUE(connection.Execute("CREATE TABLE t AS SELECT 1", {.progress = &progress, .progress_units = 2}));
  EXPECT_EQ(progress.done, 42u);
  Rows("SELECT 1", {}, {.progress = &progress});
  EXPECT_EQ(progress.done, 42u);
}

TEST_F(DatabaseTest, TransactionCommitsOrRollsBack) {
  ASSERT_TRUE(connection.Execute("CREATE TABLE t(i INTEGER)"));
  ASSERT_TRUE(connection.Transaction([&] { return connection.Execute("INSERT INTO t VALUES (1)"); }));
  Status failed = connection.Transaction([&]() -> Status {
    TRY_STATUS(connection.Execute("INSERT INTO t VALUES (2)"));
    return Fail(Code::kCorrupt, "no");
  });
  EXPECT_EQ(failed.error().code, Code::kCorrupt);
  Status wrong = connection.Transaction([&] { return connection.Execute("INSERT INTO nope VALUES (2)"); });
  EXPECT_EQ(wrong.error().code, Code::kNotFound);
  EXPECT_EQ(Text("SELECT string_agg(i, ',') FROM t"), "1");
}

TEST_F(DatabaseTest, ReturnedConnectionHasNoOpenTransaction) {
  ASSERT_TRUE(connection.Execute("CREATE TABLE t(i INTEGER)"));
  {
    Connection other = Must(database->Connect());
    ASSERT_TRUE(other.Execute("BEGIN; INSERT INTO t VALUES (1)"));
  }
  Connection again = Must(database->Connect());
  ASSERT_TRUE(again.Execute("BEGIN; ROLLBACK"));
  EXPECT_EQ(Text("SELECT count(*) FROM t"), "0");
}

TEST_F(DatabaseTest, ReadersAndAWriterSideBySide) {
  ASSERT_TRUE(connection.Execute("CREATE TABLE t AS SELECT 0 AS i"));
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        auto mine = database->Connect();
        if (!mine || !mine->Query("SELECT count(*) FROM t")) ++failures;
      }
    });
  }
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(connection.Execute("INSERT INTO t VALUES (1)"));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Text("SELECT count(*) FROM t"), "51");
}

TEST(DatabaseFileTest, KeepsDataAndIsOpenOnce) {
  TempDir dir;
  std::string path = dir.path() + "/w.duckdb";
  {
    auto database = Must(Database::Open({.path = path}));
    ASSERT_TRUE(Must(database->Connect()).Execute("CREATE TABLE t AS SELECT 7 AS i"));
    auto second = Database::Open({.path = dir.path() + "/./w.duckdb"});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  }
  auto database = Must(Database::Open({.path = path}));
  EXPECT_EQ(CellText(Must(database->Connect()).Query("SELECT i FROM t")->At(0, 0)), "7");
}

TEST(DatabaseFileTest, ConnectionOutlivesDatabase) {
  TempDir dir;
  auto database = Must(Database::Open({.path = dir.path() + "/w.duckdb"}));
  Connection connection = Must(database->Connect());
  database.reset();
  EXPECT_TRUE(connection.Query("SELECT 1"));
  EXPECT_EQ(Database::Open({.path = dir.path() + "/w.duckdb"}).error().code, Code::kAlreadyExists);
}

TEST(DatabaseFileTest, SaysWhoElseHasTheFile) {
  TempDir dir;
  std::string path = dir.path() + "/w.duckdb";
  Must(Database::Open({.path = path}));
  int ready[2];
  int done[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(done), 0);
  pid_t child = fork();
  if (child == 0) {
    // The lock that DuckDB takes; DuckDB itself must not be used in a forked child.
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    char byte = fcntl(open(path.c_str(), O_RDWR), F_SETLK, &lock) == 0 ? 'y' : 'n';
    (void)!write(ready[1], &byte, 1);
    (void)!read(done[0], &byte, 1);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  auto second = Database::Open({.path = path});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_NE(second.error().message.find("in use by another program"), std::string::npos)
      << second.error().message;
  EXPECT_NE(second.error().message.find(fmt::format("PID {}", child)), std::string::npos)
      << second.error().message;
  (void)!write(done[1], &byte, 1);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(Database::Open({.path = path}));
}

TEST(DatabaseFileTest, BadFilesAndPlaces) {
  TempDir dir;
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/bad.duckdb", std::string(5000, 'x')));
  auto bad = Database::Open({.path = dir.path() + "/bad.duckdb"});
  EXPECT_EQ(bad.error().code, Code::kCorrupt);
  EXPECT_NE(bad.error().message.find("bad.duckdb"), std::string::npos);
  EXPECT_EQ(Database::Open({.path = dir.path() + "/none/w.duckdb"}).error().code, Code::kIo);
  // A failed open leaves no trace.
  EXPECT_EQ(Database::Open({.path = dir.path() + "/bad.duckdb"}).error().code, Code::kCorrupt);
  auto zone = Database::Open({.time_zone = "Mars/Olympus"});
  EXPECT_EQ(zone.error().code, Code::kInvalid);
  EXPECT_NE(zone.error().message.find("shop.time_zone"), std::string::npos);
}

TEST(DatabaseFileTest, OutOfMemoryAndFullDiskSayTheRemedy) {
  TempDir dir;
  auto database = Must(Database::Open({.memory_bytes = 40'000'000, .temp_directory = dir.path() + "/t"}));
  Connection connection = Must(database->Connect());
  ASSERT_TRUE(connection.Execute("SET max_temp_directory_size = '1MB'"));
  auto large =
      connection.Query("SELECT count(*) FROM (SELECT DISTINCT i, md5(i::VARCHAR) FROM range(3000000) t(i))");
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Code::kUnavailable);
  EXPECT_TRUE(large.error().message.find("sql.memory") != std::string::npos ||
              large.error().message.find("free some space") != std::string::npos)
      << large.error().message;
  EXPECT_EQ(large.error().message.find('\n'), std::string::npos);
  EXPECT_TRUE(connection.Query("SELECT 1"));

  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  Status full = connection.Execute("COPY (SELECT * FROM range(1000000)) TO '/dev/full' (FORMAT csv)");
  EXPECT_EQ(full.error().code, Code::kIo);
  EXPECT_NE(full.error().message.find("free some space"), std::string::npos) << full.error().message;
}

TEST(QuoteTest, DoublesQuotes) {
  EXPECT_EQ(QuoteLiteral("it's"), "'it''s'");
  EXPECT_EQ(QuoteName("a\"b"), "\"a\"\"b\"");
}

}  // namespace
}  // namespace souk::sql
