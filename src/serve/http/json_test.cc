#include "serve/http/json.h"

#include <gtest/gtest.h>

#include "serve/http/errors.h"

namespace souk::serve {
namespace {

TEST(Json, DecimalsStayExactAndTextIsQuoted) {
  sql::Table table;
  table.columns = {{"revenue", "DECIMAL(38,2)"}, {"name", "VARCHAR"}, {"n", "BIGINT"}, {"rate", "DOUBLE"}};
  table.rows = {{std::string("12345678901234567890.10"), std::string("a \"b\"\n"), int64_t{-1}, 0.25},
                {sql::Cell(), std::string("\xff"), true, sql::Cell()}};
  EXPECT_EQ(JsonRows(table),
            "[[12345678901234567890.10,\"a \\\"b\\\"\\n\",-1,0.25],[null,\"\xEF\xBF\xBD\",true,null]]");
}

TEST(Json, TimesAndDays) {
  EXPECT_EQ(JsonTime(0), "null");
  EXPECT_EQ(JsonTime(1'000'000), "\"1970-01-01T00:00:01Z\"");
  EXPECT_EQ(JsonDay({2025, 3, 1}), "\"2025-03-01\"");
}

TEST(Problem, StatusDetailAndRemedy) {
  auto response = ProblemOf({Code::kNotFound, "there is no report x; did you mean y?"});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"about:blank\",\"title\":\"not found\",\"status\":404,"
            "\"detail\":\"there is no report x\",\"remedy\":\"did you mean y?\"}");
  EXPECT_EQ(HttpStatusOf(Code::kDenied), 403);
  EXPECT_EQ(HttpStatusOf(Code::kUnavailable), 503);
}

}  // namespace
}  // namespace souk::serve
