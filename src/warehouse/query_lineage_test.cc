#include "warehouse/query_lineage.h"

#include <gtest/gtest.h>

namespace souk::warehouse {
namespace {

const std::map<std::string, std::vector<std::string>> kRelations = {{"a", {"k", "x", "y"}},
                                                                    {"b", {"k", "z", "w"}}};

class QueryLineageTest : public ::testing::Test {
 protected:
  Result<QueryLineage> Read(const std::string& sql) {
    return LineageOf(connection_, sql, aggregates_, [](const std::string& name) {
      auto found = kRelations.find(name);
      return found == kRelations.end() ? nullptr : &found->second;
    });
  }
  static std::string Text(const Inputs& inputs) {
    std::string text;
    for (const auto& [column, uses] : inputs) {
      text += (text.empty() ? "" : ", ") + column.Text();
      for (Use use : uses) text += std::string(" ") + UseName(use);
    }
    return text;
  }
  // "name: inputs; name: inputs".
  std::string Columns(const std::string& sql) {
    auto query = Read(sql);
    if (!query) return query.error().message;
    std::string text;
    for (size_t i = 0; i < query->columns.size(); ++i)
      text += (text.empty() ? "" : "; ") + query->names[i] + ": " + Text(query->columns[i]);
    return text;
  }
  std::string Rows(const std::string& sql) {
    auto query = Read(sql);
    return query ? Text(query->rows) : query.error().message;
  }

  std::shared_ptr<sql::Database> database_ = sql::Database::Open({}).value();
  sql::Connection connection_ = database_->Connect().value();
  std::set<std::string> aggregates_ = AggregateFunctions(connection_).value();
};

TEST_F(QueryLineageTest, KindsOfUse) {
  EXPECT_EQ(
      Columns("SELECT x, x + y AS s, CAST(x AS INT) AS c, sum(x) AS t, 1 AS one FROM a"),
      "x: a.x identity; s: a.x expression, a.y expression; c: a.x expression; t: a.x aggregation; one: ");
  EXPECT_EQ(Columns("SELECT CASE WHEN k > 1 THEN x ELSE y END AS v FROM a"),
            "v: a.k condition, a.x expression, a.y expression");
  EXPECT_EQ(Columns("SELECT sum(x) FILTER (WHERE y > 1) AS t, count(*) AS n FROM a"),
            "t: a.x aggregation, a.y condition; n: a.* aggregation");
  EXPECT_EQ(Columns("SELECT lag(x) OVER (PARTITION BY k ORDER BY y) AS l, row_number() OVER w AS n, "
                    "sum(x) OVER w AS s FROM a WINDOW w AS (ORDER BY y)"),
            "l: a.k window, a.x expression, a.y window; n: a.* expression, a.y window; "
            "s: a.x aggregation, a.y window");
  EXPECT_EQ(Columns("SELECT string_agg(x, ',' ORDER BY y) AS s FROM a"), "s: a.x aggregation, a.y order");
  EXPECT_EQ(Columns("SELECT list_transform([x], v -> v + y) AS l FROM a"),
            "l: a.x expression, a.y expression");
}

TEST_F(QueryLineageTest, RowsAreDecidedBy) {
  EXPECT_EQ(Rows("SELECT x FROM a WHERE y > 1"), "a.* rows, a.y filter");
  EXPECT_EQ(Rows("SELECT a.x FROM a LEFT JOIN b ON b.k = a.k"), "a.* rows, a.k join, b.* rows, b.k join");
  EXPECT_EQ(Rows("SELECT a.x FROM a JOIN b USING (k)"), "a.* rows, a.k join, b.* rows, b.k join");
  EXPECT_EQ(Rows("SELECT k, sum(x) FROM a GROUP BY k HAVING max(y) > 1"),
            "a.* rows, a.k grouping, a.y filter");
  EXPECT_EQ(Rows("SELECT k, sum(x) FROM a GROUP BY 1"), "a.* rows, a.k grouping");
  EXPECT_EQ(Rows("SELECT k, sum(x) FROM a GROUP BY ALL"), "a.* rows, a.k grouping");
  EXPECT_EQ(Rows("SELECT DISTINCT x FROM a"), "a.* rows, a.x grouping");
  EXPECT_EQ(Rows("SELECT x FROM a ORDER BY y"), "a.* rows");
  EXPECT_EQ(Rows("SELECT x FROM a ORDER BY y LIMIT 1"), "a.* rows, a.y order");
  EXPECT_EQ(Rows("SELECT y AS x FROM a ORDER BY x LIMIT 1"), "a.* rows, a.y order");
  EXPECT_EQ(Rows("SELECT x FROM a EXCEPT SELECT z FROM b"), "a.* rows, a.x grouping, b.* rows, b.z filter");
  EXPECT_EQ(Rows("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.k = a.k)"),
            "a.* rows, a.k filter, b.* filter, b.k filter");
}

TEST_F(QueryLineageTest, QueriesInsideQueries) {
  EXPECT_EQ(Columns("WITH c AS (SELECT k, sum(x) AS s FROM a GROUP BY k), d(p, q) AS (SELECT * FROM c) "
                    "SELECT q + 1 AS r, p FROM d"),
            "r: a.x aggregation; p: a.k identity");
  EXPECT_EQ(Columns("WITH a AS (SELECT z AS x FROM b) SELECT x FROM a"), "x: b.z identity");
  EXPECT_EQ(Columns("SELECT s.v FROM (SELECT x + 1 AS v FROM a) s"), "v: a.x expression");
  EXPECT_EQ(Columns("SELECT x AS v FROM a UNION ALL SELECT z + 1 FROM b"), "v: a.x identity, b.z expression");
  EXPECT_EQ(Columns("SELECT x, k FROM a UNION BY NAME SELECT k, w FROM b"),
            "x: a.x identity; k: a.k identity, b.k identity; w: b.w identity");
  EXPECT_EQ(Columns("SELECT (SELECT max(z) FROM b WHERE b.k = a.k) AS m FROM a"),
            "m: a.k condition, b.* condition, b.k condition, b.z aggregation");
  EXPECT_EQ(Columns("SELECT x IN (SELECT z FROM b) AS i FROM a"),
            "i: a.x expression, b.* condition, b.z expression");
  EXPECT_EQ(Columns("WITH RECURSIVE r(n, m) AS (SELECT x, y FROM a UNION ALL SELECT m, n + 1 FROM r) "
                    "SELECT n FROM r"),
            "n: a.x identity expression, a.y identity expression");
  EXPECT_EQ(Columns("SELECT t.v FROM a, LATERAL (SELECT a.x + z AS v FROM b) t"),
            "v: a.x expression, b.z expression");
  EXPECT_EQ(Columns("SELECT u.v FROM a, unnest([x]) u(v)"), "v: a.x expression");
  EXPECT_EQ(Columns("SELECT p, q FROM (VALUES (1, 2)) v(p, q)"), "p: ; q: ");
}

TEST_F(QueryLineageTest, StarsAndNames) {
  EXPECT_EQ(Columns("SELECT t.*, b.z FROM a t JOIN b ON b.k = t.k"),
            "k: a.k identity; x: a.x identity; y: a.y identity; z: b.z identity");
  EXPECT_EQ(Columns("SELECT * FROM a JOIN b USING (k)"),
            "k: a.k identity; x: a.x identity; y: a.y identity; z: b.z identity; w: b.w identity");
  EXPECT_EQ(Columns("SELECT * EXCLUDE (k) REPLACE (y + 1 AS x) FROM a"),
            "x: a.y expression; y: a.y identity");
  EXPECT_EQ(Columns("SELECT x + 1 AS v, v * y AS u FROM a"),
            "v: a.x expression; u: a.x expression, a.y expression");
  EXPECT_EQ(Columns("SELECT clean.A.X FROM clean.A"), "X: a.x identity");
  EXPECT_EQ(Columns("SELECT * FROM a WHERE x > $from"), "k: a.k identity; x: a.x identity; y: a.y identity");
}

TEST_F(QueryLineageTest, WhatCannotBeFollowedIsSaid) {
  EXPECT_EQ(Columns("SELECT q FROM a"), "there is no column q where it is read");
  EXPECT_EQ(Columns("SELECT x FROM c"), "there is no relation c");
  EXPECT_EQ(Columns("SELECT COLUMNS('x') FROM a"), "COLUMNS(…), * RENAME and * LIKE cannot be followed");
  EXPECT_EQ(Columns("SELECT * FROM a PIVOT (sum(x) FOR y IN (1, 2))"),
            "PIVOT behind FROM cannot be followed");
  EXPECT_EQ(Columns("SELECT * FROM range(3)"),
            "the columns of range(…) are not known; name them: range(…) t(a, b)");
  EXPECT_NE(Columns("SELEC").find("syntax error"), std::string::npos);
}

}  // namespace
}  // namespace souk::warehouse
