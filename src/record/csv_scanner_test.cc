#include "record/csv_scanner.h"

#include <gtest/gtest.h>

namespace souk::record {
namespace {

// Every record as "line:field|field", with "!" for a problem and "~" for an irregular one.
std::vector<std::string> Scan(std::string_view text, CsvDialect dialect = {}, size_t piece = 1 << 20) {
  CsvScanner scanner(dialect);
  std::vector<std::string> result;
  std::string buffer, scratch;
  size_t fed = 0;
  for (bool last = false; !last;) {
    buffer.append(text.substr(fed, piece));
    fed = std::min(text.size(), fed + piece);
    last = fed == text.size();
    scanner.Feed(buffer, last);
    CsvRecord record;
    while (scanner.Next(record) == CsvScanner::Step::kRecord) {
      std::string line = std::to_string(record.line) + ":";
      if (record.problem != CsvProblem::kNone) {
        line += "!" + std::string(record.content);
      } else {
        if (record.irregular) line += "~";
        for (size_t i = 0; i < record.fields.size(); ++i) {
          line += (i ? "|" : "") + std::string(scanner.Text(record.fields[i], scratch));
        }
      }
      result.push_back(line);
    }
    buffer.erase(0, scanner.consumed());
  }
  EXPECT_TRUE(buffer.empty());
  return result;
}

using Lines = std::vector<std::string>;

TEST(CsvScanner, Records) {
  EXPECT_EQ(Scan("a,b\n1,2\n"), (Lines{"1:a|b", "2:1|2"}));
  EXPECT_EQ(Scan("a,b\n1,2"), (Lines{"1:a|b", "2:1|2"}));
  EXPECT_EQ(Scan("a,\n,\n\nx"), (Lines{"1:a|", "2:|", "3:", "4:x"}));
  EXPECT_EQ(Scan(""), Lines{});
}

TEST(CsvScanner, LineEnds) {
  EXPECT_EQ(Scan("a,b\r\n1,2\r\n"), (Lines{"1:a|b", "2:1|2"}));
  EXPECT_EQ(Scan("a,b\r\r\n1,2\r\r\n"), (Lines{"1:a|b", "2:1|2"}));
  EXPECT_EQ(Scan("a,b\r\n1,2\n3,4\r"), (Lines{"1:a|b", "2:1|2", "3:3|4"}));
  EXPECT_EQ(Scan("a,b\n1\rx,2\n"), (Lines{"1:a|b", "2:~1\rx|2"}));
  CsvDialect mac;
  mac.line_end = "\r";
  EXPECT_EQ(Scan("a,b\r1,\"x\ry\"\r3,4", mac), (Lines{"1:a|b", "2:1|x\ry", "4:3|4"}));
}

TEST(CsvScanner, Quotes) {
  EXPECT_EQ(Scan("\"a,b\",\"c\"\"d\"\n\"x\ny\",z\nq\n"), (Lines{"1:a,b|c\"d", "2:x\ny|z", "4:q"}));
  EXPECT_EQ(Scan("\"\",\"\"\"\"\n"), (Lines{"1:|\""}));
  EXPECT_EQ(Scan("5\" nail,x\n"), (Lines{"1:~5\" nail|x"}));
  EXPECT_EQ(Scan("a, \"b, c\" ,d\n"), (Lines{"1:~a|b, c|d"}));
  CsvDialect backslash;
  backslash.escape = '\\';
  EXPECT_EQ(Scan("\"a\\\"b\",\"c\\\\\"\n", backslash), (Lines{"1:a\"b|c\\"}));
  CsvDialect none;
  none.quote = none.escape = '\0';
  EXPECT_EQ(Scan("\"a,b\"\n", none), (Lines{"1:\"a|b\""}));
}

TEST(CsvScanner, AStrayQuoteCostsOneLine) {
  EXPECT_EQ(Scan("a,b\n\"x,1\ny,2\nz,3\n"), (Lines{"1:a|b", "2:!\"x,1", "3:y|2", "4:z|3"}));
  EXPECT_EQ(Scan("\"x\"y,1\nz,3\n"), (Lines{"1:!\"x\"y,1", "2:z|3"}));
  EXPECT_EQ(Scan("\"x"), (Lines{"1:!\"x"}));
}

TEST(CsvScanner, PiecesOfAnySizeGiveTheSame) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "plain,12.50,\"quoted, with \"\"quotes\"\"\nand lines\",x\r\r\nshort\r\n\"bad\"x,\n,,,\n";
  Lines whole = Scan(text);
  for (size_t piece : {1, 2, 3, 7, 63, 64, 65, 100, 500}) EXPECT_EQ(Scan(text, {}, piece), whole) << piece;
}

TEST(CsvScanner, CutAtEveryByte) {
  std::string text = "a,\"b\"\"\n\",c\r\n\"x\"y,\\\"\r1,2,3\n\"open";
  for (char escape : {'"', '\\'}) {
    CsvDialect dialect;
    dialect.escape = escape;
    for (size_t size = 0; size <= text.size(); ++size) Scan(std::string(text.data(), size), dialect, 5);
  }
}

TEST(CsvScanner, SplitGoesOnBehindTheFirstLine) {
  CsvScanner scanner({});
  scanner.Feed("\"a\nb\nc\",1\nd,2\n", true);
  CsvRecord record;
  ASSERT_EQ(scanner.Next(record), CsvScanner::Step::kRecord);
  EXPECT_TRUE(record.lines_joined);
  scanner.Split(record);
  ASSERT_EQ(scanner.Next(record), CsvScanner::Step::kRecord);
  EXPECT_EQ(record.content, "b");
  EXPECT_EQ(record.line, 2u);
}

TEST(CsvScanner, RewriteIsRegular) {
  CsvScanner scanner({});
  scanner.Feed("5\" nail, \"b\" ,plain,\"q\",a\rb\r\r\n", true);
  CsvRecord record;
  ASSERT_EQ(scanner.Next(record), CsvScanner::Step::kRecord);
  std::string out;
  scanner.Rewrite(record, "\n", out);
  EXPECT_EQ(out, "\"5\"\" nail\",\"b\",plain,\"q\",\"a\rb\"\n");
}

}  // namespace
}  // namespace souk::record
