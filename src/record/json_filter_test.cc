#include "record/json_filter.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

constexpr std::string_view kEvent =
    R"({"user":{"id":"U7"},"n":12,"price":"9.50","tags":["a","b"],"a/b~":1,"none":null,"no":false,"c d":2})";

TEST(JsonFilterTest, Conditions) {
  for (const char* fits : {"$.user.id", "$.user.id == U7", "$.user.id=\"U7\"", "$.user.id != 'U8'", "$.n > 9",
                           "$.n<=12", "$.price >= 9.5", "$.price == 9.5", "$.tags[1] == b", "$['c d'] < 10",
                           "$.a/b~ = 1", "$.no == false", "$.none == null"}) {
    auto filter = JsonFilter::Parse(fits);
    ASSERT_TRUE(filter) << filter.error().message;
    EXPECT_TRUE(filter->Fits(kEvent)) << fits;
  }
  for (const char* fails : {"$.user.name", "$.none", "$.no", "$.n < 9", "$.tags[2]", "$.tags[01]",
                            "$.gone != 1", "$.user.id == u7", "$.tags.x"}) {
    auto filter = JsonFilter::Parse(fails);
    ASSERT_TRUE(filter) << filter.error().message;
    EXPECT_FALSE(filter->Fits(kEvent)) << fails;
  }
  EXPECT_FALSE(JsonFilter::Parse("$.a")->Fits("not json"));
}

TEST(JsonFilterTest, WhatIsNoConditionIsRefused) {
  for (const char* wrong : {"", "user.id", "$user", "$.", "$.a..b", "$.a[0", "$.a ! b", "$[]"}) {
    EXPECT_FALSE(JsonFilter::Parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace souk::record
