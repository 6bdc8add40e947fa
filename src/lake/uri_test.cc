#include "lake/uri.h"

#include <gtest/gtest.h>

namespace souk::lake {
namespace {

TEST(Uri, EncodesAndDecodesEveryByte) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  std::string encoded = PercentEncodePath(bytes);
  EXPECT_EQ(*PercentDecode(encoded), bytes);
  EXPECT_EQ(PercentEncodePath("city=New%20York/a b+c.parquet"), "city=New%2520York/a%20b%2Bc.parquet");
  EXPECT_EQ(PercentEncodePath("year=2025/part-1_a.~"), "year=2025/part-1_a.~");
}

TEST(Uri, RefusesHalfAnEscape) {
  for (const char* text : {"%", "a%", "a%2", "a%2g", "%%20"}) EXPECT_FALSE(PercentDecode(text)) << text;
  EXPECT_EQ(*PercentDecode("a%2Fb%2f+"), "a/b/+");
}

TEST(Uri, FindsTheScheme) {
  EXPECT_EQ(SchemeOf("HDFS://host/x"), "hdfs");
  EXPECT_EQ(SchemeOf("s3a://bucket"), "s3a");
  for (const char* text : {"", "/a/b", "a/b", "://x", "1a://x", "a b://x", "C:/x"})
    EXPECT_EQ(SchemeOf(text), "") << text;
}

}  // namespace
}  // namespace souk::lake
