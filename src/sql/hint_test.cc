#include "sql/hint.h"

#include <gtest/gtest.h>

namespace souk::sql {
namespace {

// The hints with '|' between them, then what is left for DuckDB.
std::string Taken(std::string_view sql) {
  Hinted hinted = TakeHints(sql);
  EXPECT_EQ(hinted.sql.size(), sql.size());
  std::string text;
  for (const std::string& hint : hinted.hints) text += hint + "|";
  return text + hinted.sql;
}

TEST(HintTest, Comments) {
  EXPECT_EQ(Taken("SELECT /*+ BROADCAST(dim_users) */ 1"),
            "BROADCAST(dim_users)|SELECT /*+ BROADCAST(dim_users) */ 1");
  EXPECT_EQ(Taken("SELECT 1 -- +SHUFFLE\nFROM t"), "SHUFFLE|SELECT 1 -- +SHUFFLE\nFROM t");
  EXPECT_EQ(Taken("a JOIN /* +shuffle */ b"), "shuffle|a JOIN /* +shuffle */ b");
  EXPECT_EQ(TakeHints("SELECT /*+\n BROADCAST(a),\n  MERGE(b) */ 1").hints,
            std::vector<std::string>{"BROADCAST(a), MERGE(b)"});
}

TEST(HintTest, OtherCommentsAndTextsAreNone) {
  for (const char* sql : {"SELECT 1 /* + 2 */", "SELECT 1 -- + tax\n", "SELECT '/*+ SHUFFLE */'",
                          "SELECT 1 /*+*/", "SELECT \"-- +SHUFFLE\"", "SELECT 1 /* SHUFFLE */", "--", "/*+"})
    EXPECT_EQ(Taken(sql), sql);
}

TEST(HintTest, Words) {
  EXPECT_EQ(Taken("SELECT STRAIGHT_JOIN a FROM t"), "STRAIGHT_JOIN|SELECT               a FROM t");
  EXPECT_EQ(Taken("select distinct straight_join * from t"),
            "straight_join|select distinct               * from t");
  EXPECT_EQ(Taken("t JOIN [SHUFFLE] u"), "SHUFFLE|t JOIN           u");
  EXPECT_EQ(Taken("t LEFT JOIN [ broadcast ] u"), "broadcast|t LEFT JOIN               u");
}

TEST(HintTest, ColumnsAndListsAreNone) {
  for (const char* sql :
       {"SELECT straight_join FROM t", "SELECT straight_join, a FROM t", "SELECT straight_join",
        "SELECT straight_join AS s FROM t", "SELECT a, straight_join b", "straight_join",
        "SELECT [shuffle] FROM t", "t JOIN [other] u", "t JOIN [shuffle"})
    EXPECT_EQ(Taken(sql), sql);
}

TEST(HintTest, Notice) {
  EXPECT_EQ(HintNotice({}), "");
  EXPECT_EQ(
      HintNotice({"SHUFFLE", "BROADCAST(a)"}),
      "hint SHUFFLE has no effect here: one machine\nhint BROADCAST(a) has no effect here: one machine");
}

}  // namespace
}  // namespace souk::sql
