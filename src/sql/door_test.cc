#include "sql/door.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "base/files.h"

namespace souk::sql {
namespace {

class DoorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    csv = dir.path() + "/secret.csv";
    ASSERT_TRUE(WriteFileAtomic(csv, "a,b\n1,secret\n"));
    auto connection = database->Connect();
    ASSERT_TRUE(connection);
    Status made = connection->Execute(
        "CREATE SCHEMA ecommerce; CREATE SCHEMA ecommerce_dwh; CREATE SCHEMA clean; CREATE SCHEMA souk;"
        "CREATE TABLE ecommerce.fact_transactions AS SELECT i AS transaction_id, 'P' || i % 3 AS product_id, "
        "(i * 1.25)::DECIMAL(12,2) AS total_amount, DATE '2025-11-01' + i::INTEGER AS shop_day FROM "
        "range(10) t(i);"
        "COMMENT ON COLUMN ecommerce.fact_transactions.total_amount IS 'what the customer paid';"
        "CREATE TABLE ecommerce.dim_products AS SELECT 'P' || i AS product_id, 'Product ' || i AS name FROM "
        "range(3) t(i);"
        "CREATE VIEW ecommerce_dwh.fact_transactions AS SELECT * FROM ecommerce.fact_transactions;"
        "CREATE VIEW clean.stg_users AS SELECT * FROM read_csv('" +
        csv +
        "');"
        "CREATE TABLE souk.state AS SELECT 'secret' AS s; CREATE TABLE main.hidden AS SELECT 'secret' AS s;"
        "CREATE SEQUENCE main.numbers");
    ASSERT_TRUE(made) << made.error().message;
  }

  Result<Answer> Run(std::string_view sql, const std::vector<Parameter>& parameters = {},
                     const QueryOptions& limits = {}) {
    return door.Run(governance::LocalOwner(), sql, parameters, limits);
  }
  std::string Text(std::string_view sql, const std::vector<Parameter>& parameters = {}) {
    auto answer = Run(sql, parameters);
    EXPECT_TRUE(answer) << sql << ": " << (answer ? "" : answer.error().message);
    if (!answer) return "";
    std::string text = answer->message;
    for (const auto& row : answer->table.rows) {
      for (const Cell& cell : row) text += CellText(cell) + ' ';
    }
    return text;
  }
  std::string Expand(std::string sql) const {
    for (size_t at; (at = sql.find("$CSV")) != std::string::npos;) sql.replace(at, 4, csv);
    return sql;
  }

  TempDir dir;
  std::string csv;
  std::shared_ptr<Database> database = Database::Open({}).value();
  QueryDoor door{database, DoorOptions{}};
};

TEST_F(DoorTest, QueriesPass) {
  EXPECT_EQ(Text("SELECT sum(total_amount) FROM fact_transactions"), "56.25 ");
  EXPECT_EQ(Text("select count(*) from ECOMMERCE.Fact_Transactions;"), "10 ");
  EXPECT_EQ(Text("SELECT count(*) FROM memory.ecommerce.fact_transactions"), "10 ");
  EXPECT_EQ(Text("SELECT b FROM clean.stg_users"), "secret ");
  EXPECT_EQ(Text("FROM dim_products SELECT max(name)"), "Product 2 ");
  EXPECT_EQ(Text("VALUES (1, 2)"), "1 2 ");
  EXPECT_EQ(Text("TABLE dim_products"), "P0 Product 0 P1 Product 1 P2 Product 2 ");
  EXPECT_EQ(Text("/* a; b */ SELECT 1 -- ; SELECT 2"), "1 ");
  EXPECT_EQ(Text("WITH t AS (SELECT 1 AS a), u AS (SELECT a + 1 AS b FROM t) SELECT b FROM u, t"), "2 ");
  EXPECT_EQ(
      Text("WITH t AS MATERIALIZED (SELECT 1 AS a), u AS (SELECT a + 1 AS b FROM t) SELECT b FROM u, t"),
      "2 ");
  EXPECT_EQ(
      Text(
          "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT sum(n) FROM r"),
      "10 ");
  EXPECT_EQ(Text("SELECT count(*) FROM (WITH t AS (SELECT 1) SELECT * FROM t UNION ALL SELECT * FROM t)"),
            "2 ");
  EXPECT_EQ(Text("SELECT name, x.n FROM dim_products p, LATERAL (SELECT count(*) AS n FROM fact_transactions "
                 "f WHERE "
                 "f.product_id = p.product_id) x ORDER BY ALL LIMIT 1"),
            "Product 0 4 ");
  EXPECT_EQ(Text("SELECT row_number() OVER (ORDER BY name DESC) FROM dim_products QUALIFY rank() OVER (ORDER "
                 "BY name) = 1"),
            "3 ");
  EXPECT_EQ(Text("SELECT [x + 1 FOR x IN [1, 2] IF x > 1], list_transform([1], lambda x: x * 2), {'a': 1}.a"),
            "[3] [2] 1 ");
  EXPECT_EQ(Text("SELECT sum(i) FROM range(5) t(i), unnest([1, 2]) u, generate_series(1, 2) g"), "40 ");
  EXPECT_EQ(Text("FROM dim_products PIVOT (count(*) FOR product_id IN ('P0', 'P1')) SELECT count(*)"), "3 ");
  EXPECT_EQ(Text("SELECT CASE WHEN 'a' LIKE 'A%' THEN 1 ELSE coalesce(NULL, 2) END, DATE '2025-01-01' + "
                 "INTERVAL 1 DAY"),
            "2 2025-01-02 00:00:00 ");
  EXPECT_EQ(Text("SELECT count(*) FROM fact_transactions WHERE shop_day >= $from AND list_contains($ids, "
                 "product_id)",
                 {{"from", "2025-11-03"}, {"ids", std::vector<std::string>{"P0"}}}),
            "3 ");
}

TEST_F(DoorTest, MacrosPass) {
  EXPECT_EQ(Text("SELECT money_div(sum(total_amount), 7), ratio(1, 4), shop_day(TIMESTAMPTZ '2025-11-28 "
                 "12:00:00Z'), "
                 "MONEY_ROUND(1.005), date_key(DATE '2025-11-28') FROM fact_transactions"),
            "8.04 0.25 2025-11-28 1.01 20251128 ");
}

TEST_F(DoorTest, WhatABuildIsMakingIsNotSeen) {
  auto connection = database->Connect();
  ASSERT_TRUE(connection);
  ASSERT_TRUE(connection->Execute("CREATE TABLE ecommerce.\"__dim_products\" AS SELECT 1 AS half"));
  EXPECT_EQ(Text("SHOW TABLES"), "dim_products fact_transactions ");
  for (const char* sql : {"SELECT * FROM __dim_products", "SELECT * FROM ecommerce.\"__DIM_products\"",
                          "DESCRIBE __dim_products", "SHOW TABLE STATS ecommerce.__dim_products"}) {
    auto answer = Run(sql);
    ASSERT_FALSE(answer) << sql;
    EXPECT_EQ(answer.error().code, Code::kNotFound) << sql << ": " << answer.error().message;
  }
}

TEST_F(DoorTest, ShowAndDescribe) {
  EXPECT_EQ(Text("SHOW TABLES"), "dim_products fact_transactions ");
  EXPECT_EQ(Text("show tables in ecommerce_dwh;"), "fact_transactions ");
  EXPECT_EQ(Text("SHOW TABLES FROM clean"), "stg_users ");
  EXPECT_EQ(Text("SHOW TABLES LIKE 'FACT*'"), "fact_transactions ");
  EXPECT_EQ(Text("SHOW TABLES 'dim%'"), "dim_products ");
  EXPECT_EQ(Text("SHOW SCHEMAS"), "ecommerce ecommerce_dwh clean hot ");
  EXPECT_EQ(Text("SHOW DATABASES LIKE 'ecom*'"), "ecommerce ecommerce_dwh ");
  EXPECT_EQ(Text("DESCRIBE dim_products"), "product_id VARCHAR true  name VARCHAR true  ");
  EXPECT_EQ(Text("desc extended ecommerce.\"dim_products\""), Text("DESCRIBE TABLE dim_products"));
  EXPECT_EQ(Text("SHOW COLUMNS FROM dim_products"), Text("SHOW COLUMNS IN dim_products FROM ecommerce"));
  EXPECT_NE(Text("DESCRIBE fact_transactions").find("what the customer paid"), std::string::npos);
  EXPECT_NE(Text("DESCRIBE SELECT 1 AS one").find("one INTEGER"), std::string::npos);
  EXPECT_NE(Text("SUMMARIZE dim_products").find("Product 2"), std::string::npos);
  EXPECT_NE(Text("SUMMARIZE SELECT 7 AS seven").find("seven"), std::string::npos);
  EXPECT_NE(Text("EXPLAIN SELECT * FROM dim_products").find("dim_products"), std::string::npos);
  EXPECT_NE(Text("EXPLAIN ANALYZE SELECT count(*) FROM dim_products").find("dim_products"),
            std::string::npos);
  EXPECT_EQ(Text("USE ecommerce_dwh"), "using ecommerce_dwh");
  EXPECT_EQ(Text("USE DATABASE \"clean\""), "using clean");
  // Each call begins anew.
  EXPECT_EQ(Text("SHOW TABLES"), "dim_products fact_transactions ");
}

TEST_F(DoorTest, ScriptsKeepTheSchema) {
  auto answers = door.RunScript(
      governance::LocalOwner(),
      "USE ecommerce_dwh; SHOW TABLES;\n-- a comment; only\nSELECT ';' || count(*) FROM fact_transactions;;");
  ASSERT_TRUE(answers) << answers.error().message;
  ASSERT_EQ(answers->size(), 3u);
  EXPECT_EQ((*answers)[0].message, "using ecommerce_dwh");
  EXPECT_EQ((*answers)[1].table.rows.size(), 1u);
  EXPECT_EQ(CellText((*answers)[2].table.At(0, 0)), ";10");
  auto failed = door.RunScript(governance::LocalOwner(), "SELECT 1; SELECT * FROM nope; SELECT 2");
  EXPECT_EQ(failed.error().code, Code::kNotFound);
  EXPECT_TRUE(failed.error().message.starts_with("statement 2: there is no table nope"))
      << failed.error().message;
  EXPECT_EQ(door.RunScript(governance::LocalOwner(), " -- nothing")->size(), 0u);
}

// Stopped by the door or DuckDB's parser; an error of the binder or of the execution would come too late.
bool IsFromTheDoor(const Error& error) {
  if (error.code == Code::kDenied) return true;
  for (const char* ours : {"syntax error", "one statement at a time", " wants ", "there is no table"}) {
    if (error.message.find(ours) != std::string::npos) return true;
  }
  return false;
}

// Every way out that we know. $CSV is a file that exists and must not be read.
TEST_F(DoorTest, AttacksAreDenied) {
  const char* attacks[] = {
      // Functions that read files, and files as tables.
      "SELECT * FROM read_csv('$CSV')", "SELECT * FROM READ_CSV_AUTO('$CSV')",
      "SELECT * FROM \"read_csv\"('$CSV')", "SELECT * FROM main.read_csv('$CSV')",
      "SELECT * FROM system.main.read_csv('$CSV')", "SELECT * FROM read_text('$CSV')",
      "SELECT * FROM read_blob('$CSV')", "SELECT * FROM read_json('$CSV')",
      "SELECT * FROM read_parquet('$CSV')", "SELECT * FROM parquet_metadata('$CSV')",
      "SELECT * FROM parquet_scan('$CSV')", "SELECT * FROM sniff_csv('$CSV')", "SELECT * FROM glob('/etc/*')",
      "SELECT * FROM '$CSV'", "SELECT * FROM \"$CSV\"", "FROM '$CSV'", "FROM 'secret.csv'",
      "SELECT * FROM secret.csv", "SELECT * FROM ecommerce.csv", "SELECT * FROM \"ecommerce\".\"secret.csv\"",
      "TABLE \"$CSV\"", "SELECT * FROM ['$CSV']", "SELECT * FROM '/proc/self/environ'",
      // The same behind every construct that holds a query or an expression.
      "SELECT (SELECT b FROM '$CSV')", "SELECT * FROM (SELECT * FROM (FROM '$CSV'))",
      "SELECT 1 WHERE EXISTS (FROM '$CSV')", "SELECT 1 WHERE 1 IN (SELECT a FROM '$CSV')",
      "WITH t AS (FROM '$CSV') SELECT * FROM t", "WITH t AS MATERIALIZED (FROM '$CSV') SELECT * FROM t",
      "WITH RECURSIVE r AS (SELECT 1 AS a UNION SELECT a FROM '$CSV') SELECT * FROM r",
      "SELECT 1 UNION ALL SELECT a FROM '$CSV'", "SELECT 1 EXCEPT (SELECT a FROM read_csv('$CSV'))",
      "SELECT * FROM dim_products p, LATERAL (SELECT * FROM read_csv('$CSV')) x",
      "SELECT * FROM dim_products JOIN '$CSV' ON true", "SELECT * FROM dim_products SEMI JOIN '$CSV' ON true",
      "SELECT * FROM dim_products POSITIONAL JOIN '$CSV'",
      "SELECT * FROM dim_products ORDER BY (SELECT a FROM '$CSV')",
      "SELECT name FROM dim_products GROUP BY name HAVING count(*) > (SELECT min(a) FROM '$CSV')",
      "SELECT * FROM dim_products LIMIT (SELECT a FROM '$CSV')",
      "SELECT * FROM dim_products QUALIFY rank() OVER (ORDER BY (SELECT a FROM '$CSV')) = 1",
      "SELECT sum((SELECT a FROM '$CSV')) OVER ()", "SELECT sum(1) FILTER (WHERE (SELECT a FROM '$CSV') = 1)",
      "SELECT [x FOR x IN (SELECT list(a) FROM '$CSV')]", "SELECT array(SELECT a FROM '$CSV')",
      "VALUES ((SELECT a FROM '$CSV'))", "SELECT * FROM range((SELECT max(a) FROM '$CSV'))",
      "SELECT CASE WHEN true THEN (SELECT a FROM '$CSV') END", "FROM '$CSV' PIVOT (count(*) FOR a IN (1))",
      "FROM '$CSV' UNPIVOT (v FOR n IN (a, b))", "SELECT DISTINCT ON ((SELECT a FROM '$CSV')) 1",
      "SELECT coalesce(NULL, (SELECT a FROM '$CSV'))",
      // Names of WITH queries used where they cannot be seen.
      "SELECT * FROM (WITH \"$CSV\" AS (SELECT 1) SELECT 1), \"$CSV\"",
      "WITH \"x.csv\" AS (SELECT 1) SELECT * FROM \"x.csv\"",
      "WITH a AS (SELECT * FROM duckdb_settings), duckdb_settings AS (SELECT 1) SELECT * FROM a",
      "WITH sqlite_master AS (SELECT * FROM sqlite_master) SELECT * FROM sqlite_master",
      "WITH sqlite_master AS MATERIALIZED (SELECT * FROM sqlite_master) SELECT * FROM sqlite_master",
      "WITH t AS (SELECT 1) SELECT * FROM main.t", "WITH hidden AS (SELECT 1) SELECT * FROM main.hidden",
      // The environment, settings, catalogs, sequences, other sessions.
      "SELECT getenv('HOME')", "SELECT \"GETENV\"('HOME')", "SELECT ('HOME').getenv()",
      "SELECT main.getenv('HOME')", "SELECT list_transform(['HOME'], lambda x: getenv(x))",
      "SELECT [getenv(x) FOR x IN ['HOME']]", "SELECT 1 ORDER BY getenv('HOME')",
      "SELECT current_setting('home_directory')", "SELECT getvariable('x')",
      "SELECT rank() OVER (ORDER BY current_setting('threads'))", "SELECT nextval('main.numbers')",
      "SELECT currval('main.numbers')", "SELECT * FROM duckdb_tables()", "SELECT * FROM duckdb_settings()",
      "SELECT * FROM duckdb_secrets()", "SELECT * FROM duckdb_tables", "SELECT * FROM sqlite_master",
      "SELECT * FROM pg_catalog.pg_class", "SELECT * FROM information_schema.tables",
      "SELECT * FROM system.information_schema.tables", "SELECT * FROM system.main.duckdb_tables",
      "SELECT * FROM pg_tables", "SELECT * FROM pragma_table_info('ecommerce.dim_products')",
      "SELECT * FROM pragma_database_size()", "SELECT pg_get_viewdef(1)", "SELECT * FROM souk.state",
      "SELECT * FROM memory.souk.state", "SELECT * FROM main.hidden", "SELECT * FROM temp.x",
      "SELECT * FROM other.ecommerce.fact_transactions", "SELECT * FROM sql_auto_complete('SEL')",
      "SELECT txid_current()",
      // SQL as text.
      "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('hidden')",
      "SELECT * FROM query_table(['hidden'])",
      "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
      "SELECT json_serialize_sql('SELECT 1')", "SELECT json_serialize_plan('FROM read_csv(''$CSV'')')",
      "SELECT * FROM histogram('hidden', s)", "SELECT write_log('x')",
      // Statements that do something.
      "COPY ecommerce.dim_products TO '/tmp/souk_door_test.csv'",
      "COPY (SELECT 1) TO '/tmp/souk_door_test.csv'", "COPY ecommerce.dim_products FROM '$CSV'",
      "ATTACH '/tmp/souk_door_test.duckdb'", "DETACH memory", "INSTALL httpfs", "LOAD httpfs",
      "PRAGMA database_list", "PRAGMA table_info('x')", "SET threads = 1", "SET search_path = 'souk'",
      "RESET threads", "CREATE TABLE ecommerce.x AS SELECT 1", "CREATE TEMP TABLE x AS SELECT 1",
      "CREATE OR REPLACE MACRO main.money_div(a, b) AS 1", "CREATE SECRET (TYPE s3)", "CALL pragma_version()",
      "INSERT INTO ecommerce.dim_products VALUES ('x', 'y')", "UPDATE ecommerce.dim_products SET name = 'x'",
      "DELETE FROM ecommerce.dim_products", "DROP TABLE ecommerce.dim_products",
      "TRUNCATE ecommerce.dim_products", "ALTER TABLE ecommerce.dim_products RENAME TO x",
      "EXPORT DATABASE '/tmp/souk_door_test'", "IMPORT DATABASE '/tmp'", "PREPARE p AS SELECT 1", "EXECUTE p",
      "DEALLOCATE p", "CHECKPOINT", "VACUUM", "BEGIN", "COMMIT", "ROLLBACK", "SET VARIABLE x = 1",
      "PIVOT ecommerce.dim_products ON name USING count(*)", "PIVOT '$CSV' ON a USING count(*)",
      "WITH t AS (INSERT INTO ecommerce.dim_products VALUES ('x', 'y') RETURNING *) SELECT * FROM t",
      "KILL 1", "ANALYZE",
      // SHOW and DESCRIBE inside, and with what they must not show.
      "SELECT * FROM (SHOW TABLES)", "SELECT * FROM (SHOW ALL TABLES)", "SELECT * FROM (DESCRIBE hidden)",
      "SELECT * FROM (SUMMARIZE main.hidden)", "FROM (DESCRIBE SELECT * FROM '$CSV')", "SHOW ALL TABLES",
      "SHOW VARIABLES", "SHOW hidden", "SHOW TABLES IN souk", "SHOW TABLES IN main",
      "SHOW TABLES IN information_schema", "SHOW COLUMNS IN main.hidden", "DESCRIBE main.hidden",
      "DESCRIBE souk.state", "DESCRIBE '$CSV'", "DESCRIBE \"$CSV\"", "DESCRIBE SELECT * FROM '$CSV'",
      "DESC duckdb_tables", "SUMMARIZE main.hidden", "SUMMARIZE '$CSV'", "SUMMARIZE \"$CSV\"",
      "SUMMARIZE SELECT * FROM read_csv('$CSV')", "EXPLAIN SELECT * FROM '$CSV'",
      "EXPLAIN ANALYZE SELECT * FROM read_csv('$CSV')",
      "EXPLAIN ANALYZE INSERT INTO ecommerce.dim_products VALUES ('x', 'y')",
      "EXPLAIN COPY (SELECT 1) TO '/tmp/souk_door_test.csv'", "EXPLAIN (FORMAT json) SELECT * FROM '$CSV'",
      "EXPLAIN (ANALYZE) DELETE FROM ecommerce.dim_products", "USE souk", "USE main", "USE memory.souk",
      "USE information_schema",
      // Several statements in one, and comments around them.
      "SELECT 1; DROP TABLE ecommerce.dim_products", "SELECT 1; SELECT * FROM '$CSV'",
      "/* SELECT 1 */ DROP TABLE ecommerce.dim_products",
      "SELECT 1 /* ; */ ; COPY (SELECT 1) TO '/tmp/souk_door_test.csv'", "-- SELECT\nSET threads = 1",
      "SELECT $$;$$; CREATE TABLE ecommerce.x(i INTEGER)", "SELECT 1 FROM/**/'$CSV'",
      "SELECT e'\\'; DROP TABLE ecommerce.dim_products; --'; SELECT 2",
      // Time travel.
      "SELECT * FROM ecommerce.dim_products AT (VERSION => 1)"};
  for (const char* attack : attacks) {
    std::string sql = Expand(attack);
    auto answer = Run(sql);
    ASSERT_FALSE(answer) << sql;
    EXPECT_TRUE(IsFromTheDoor(answer.error()))
        << sql << ": " << CodeName(answer.error().code) << " " << answer.error().message;
    EXPECT_EQ(answer.error().message.find("secret,"), std::string::npos) << sql;
  }
  EXPECT_FALSE(PathExists("/tmp/souk_door_test.csv"));
  EXPECT_FALSE(PathExists("/tmp/souk_door_test.duckdb"));
  EXPECT_EQ(Text("SELECT count(*) FROM dim_products"), "3 ");
}

// Harmless statements whose error must come from us, before DuckDB looks for anything.
TEST_F(DoorTest, MessagesSayWhatIsPossible) {
  auto message = [&](std::string_view sql) {
    auto answer = Run(sql);
    return answer ? std::string("passed")
                  : fmt::format("{}: {}", CodeName(answer.error().code), answer.error().message);
  };
  std::string denied = fmt::format("{}: ", CodeName(Code::kDenied));
  EXPECT_EQ(message("DROP TABLE x"),
            denied +
                "DROP cannot be used here: only reading is possible (SELECT, SHOW TABLES, SHOW SCHEMAS, "
                "DESCRIBE, SUMMARIZE, EXPLAIN, USE)");
  EXPECT_EQ(
      message("SELECT getenv('HOME')"),
      denied +
          "the function getenv cannot be used here: it does not exist, or reads more than its arguments");
  EXPECT_EQ(
      message("FROM read_csv('x')"),
      denied +
          "read_csv(…) cannot be used here: a query reads only tables and views (SHOW TABLES lists them)");
  EXPECT_EQ(
      message("FROM souk.state"),
      denied +
          "the schema souk cannot be read here; those that can are ecommerce, ecommerce_dwh, clean, hot "
          "(SHOW TABLES lists their tables)");
  EXPECT_EQ(
      message("FROM 'x.parquet'"),
      denied + "'x.parquet' is no table, and files cannot be read here; bring them in with `souk ingest`");
  std::string missing = fmt::format("{}: ", CodeName(Code::kNotFound));
  EXPECT_EQ(message("FROM dim_product"),
            missing + "there is no table dim_product in ecommerce; did you mean dim_products?");
  EXPECT_EQ(message("FROM stg_users"),
            missing + "there is no table stg_users in ecommerce, but clean.stg_users");
  EXPECT_EQ(message("selec 1"),
            fmt::format("{}: syntax error at or near \"selec\" (line 1)", CodeName(Code::kInvalid)));
  EXPECT_EQ(message("SELECT 1,\n FROM FROM"),
            fmt::format("{}: syntax error at or near \"FROM\" (line 2)", CodeName(Code::kInvalid)));
  EXPECT_EQ(message("SELECT 1; SELECT 2"),
            fmt::format("{}: one statement at a time here", CodeName(Code::kInvalid)));
  EXPECT_EQ(message(" ; "), fmt::format("{}: there is no statement", CodeName(Code::kInvalid)));
}

TEST_F(DoorTest, LimitsHold) {
  auto slow =
      Run("SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)", {}, {.timeout_ms = 50});
  EXPECT_EQ(slow.error().code, Code::kTimeout);
  EXPECT_EQ(Run("SELECT * FROM range(20)", {}, {.max_rows = 10}).error().code, Code::kInvalid);
  QueryDoor narrow(database, {.max_rows = 5});
  EXPECT_EQ(narrow.Run(governance::LocalOwner(), "FROM range(10)", {}, {.max_rows = 100}).error().code,
            Code::kInvalid);
  EXPECT_EQ(Text("SELECT 1"), "1 ");
}

TEST_F(DoorTest, OnlyTheOwnerReads) {
  auto answer = door.Run({"guest", false}, "SELECT 1");
  EXPECT_EQ(answer.error().code, Code::kDenied);
  EXPECT_EQ(door.RunScript({"guest", false}, "SELECT 1").error().code, Code::kDenied);
}

// Nothing a query could do survives it, and the connection goes back to the pool as it came.
TEST_F(DoorTest, LeavesNoTrace) {
  Text("USE ecommerce_dwh");
  EXPECT_FALSE(Run("SELECT error('x')"));
  auto connection = database->Connect();
  EXPECT_EQ(CellText(connection->Query("SELECT current_schema()")->At(0, 0)), "main");
  EXPECT_TRUE(connection->Execute("CREATE TABLE main.t(i INTEGER)"));
}

TEST(DoorEmptyTest, BeforeTheFirstBuild) {
  auto database = Database::Open({}).value();
  QueryDoor door(database, {});
  EXPECT_EQ(door.Run(governance::LocalOwner(), "SHOW TABLES")->table.rows.size(), 0u);
  EXPECT_EQ(CellText(door.Run(governance::LocalOwner(), "SELECT 1")->table.At(0, 0)), "1");
  EXPECT_EQ(door.Run(governance::LocalOwner(), "USE ecommerce_dwh")->message,
            "using ecommerce_dwh, which has no tables yet; run `souk build`");
  auto missing = door.Run(governance::LocalOwner(), "SELECT * FROM fact_transactions");
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_NE(missing.error().message.find("souk build"), std::string::npos);
}

TEST(AllowedFunctionsTest, NothingThatReachesOut) {
  auto database = Database::Open({}).value();
  QueryDoor door(database, {});
  const char* closed[] = {"getenv",
                          "current_setting",
                          "nextval",
                          "currval",
                          "getvariable",
                          "setseed",
                          "json_serialize_sql",
                          "json_deserialize_sql",
                          "json_serialize_plan",
                          "write_log",
                          "pg_get_viewdef",
                          "has_table_privilege",
                          "inet_server_addr",
                          "current_schemas",
                          "in_search_path",
                          "current_query",
                          "get_block_size",
                          "txid_current"};
  for (const char* name : closed) {
    auto answer = door.Run(governance::LocalOwner(), fmt::format("SELECT {}('x')", name));
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().code, Code::kDenied) << name << ": " << answer.error().message;
  }
  // And the other way round: every table function that DuckDB has is closed but the few that only count.
  auto functions = database->Connect()->Query(
      "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type LIKE 'table%'");
  const std::vector<std::string> open = {"generate_series", "json_each",  "json_tree", "range",
                                         "repeat",          "repeat_row", "unnest"};
  for (const auto& row : functions->rows) {
    std::string name = CellText(row[0]);
    if (std::find(open.begin(), open.end(), name) != open.end()) continue;
    auto answer = door.Run(governance::LocalOwner(), fmt::format("SELECT * FROM {}('x')", QuoteName(name)));
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().code, Code::kDenied) << name << ": " << answer.error().message;
  }
}

TEST(SplitStatementsTest, RespectsQuotesAndComments) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(SplitStatements("a; b ;c"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(SplitStatements(" ;; \n; "), Texts{});
  EXPECT_EQ(SplitStatements("SELECT ';', \"a;b\", 'it''s;' ; x"),
            (Texts{"SELECT ';', \"a;b\", 'it''s;'", "x"}));
  EXPECT_EQ(SplitStatements("SELECT $$a;b$$, $t$;$$;$t$; y"), (Texts{"SELECT $$a;b$$, $t$;$$;$t$", "y"}));
  EXPECT_EQ(SplitStatements("SELECT $from; SELECT $1; z"), (Texts{"SELECT $from", "SELECT $1", "z"}));
  EXPECT_EQ(SplitStatements("a -- x; y\n; b /* ; /* ; */ ; */; c"),
            (Texts{"a -- x; y", "b /* ; /* ; */ ; */", "c"}));
  EXPECT_EQ(SplitStatements("-- only; a comment"), Texts{});
  EXPECT_EQ(SplitStatements("e'a\\';b'; c"), (Texts{"e'a\\';b'", "c"}));
  EXPECT_EQ(SplitStatements("'a\\'; b"), (Texts{"'a\\'", "b"}));
  EXPECT_EQ(SplitStatements("'never closed; b"), (Texts{"'never closed; b"}));
  EXPECT_EQ(SplitStatements("/* never closed; b"), Texts{});
  EXPECT_EQ(SplitStatements(""), Texts{});
}

}  // namespace
}  // namespace souk::sql
