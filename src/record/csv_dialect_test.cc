#include "record/csv_dialect.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

TEST(CsvDialect, Delimiters) {
  EXPECT_EQ(DetectCsvDialect("a,b,c\n1,2,3\n", true).delimiter, ',');
  EXPECT_EQ(DetectCsvDialect("a;b;c\n1,5;2,5;3\n", true).delimiter, ';');
  EXPECT_EQ(DetectCsvDialect("a\tb\n1,2\t2\n", true).delimiter, '\t');
  EXPECT_EQ(DetectCsvDialect("a|b\nx, y|2\n", true).delimiter, '|');
  EXPECT_EQ(DetectCsvDialect("a\n1\n2\n", true).delimiter, ',');
  EXPECT_EQ(DetectCsvDialect("a:b\n1:2\n", true, ':').delimiter, ':');
}

TEST(CsvDialect, LineEnds) {
  EXPECT_EQ(DetectCsvDialect("a,b\r\n1,2\r\n", true).line_end, "\r\n");
  EXPECT_EQ(DetectCsvDialect("a,b\r\r\n1,2\r\r\n", true).line_end, "\n");
  EXPECT_EQ(DetectCsvDialect("a,b\n", true).line_end, "\n");
  EXPECT_EQ(DetectCsvDialect("a,b\r1,2\r", true).line_end, "\r");
}

TEST(CsvDialect, Header) {
  EXPECT_TRUE(DetectCsvDialect("id,name\n1,x\n", true).header);
  EXPECT_TRUE(DetectCsvDialect(",id,name\n0,1,x\n", true).header);
  EXPECT_FALSE(DetectCsvDialect("1,x\n2,y\n", true).header);
  EXPECT_FALSE(DetectCsvDialect("x,2010-12-01\ny,2010-12-02\n", true).header);
}

TEST(CsvDialect, Escapes) {
  EXPECT_EQ(DetectCsvDialect("a,b\n\"x \\\"y\\\" z\",1\n\"x\",2\n", true).escape, '\\');
  EXPECT_EQ(DetectCsvDialect("a,b\n\"x \"\"y\"\" z\",1\n", true).escape, '"');
  EXPECT_EQ(DetectCsvDialect("a\tb\n\"x\ty\n\"z\" u\tw\nq\tr\n", true).quote, '\0');
}

TEST(CsvDialect, DelimitersAsTheyAreGiven) {
  EXPECT_EQ(*ParseDelimiter("tab"), '\t');
  EXPECT_EQ(*ParseDelimiter(";"), ';');
  EXPECT_FALSE(ParseDelimiter(""));
  EXPECT_FALSE(ParseDelimiter("\""));
  EXPECT_FALSE(ParseDelimiter("::"));
  EXPECT_EQ(DelimiterName('\t'), "tab");
}

}  // namespace
}  // namespace souk::record
