#include "app/output.h"

#include <gtest/gtest.h>

namespace souk::app {
namespace {

class Capture : public Progress {
 public:
  void Stage(std::string_view, uint64_t, std::string_view) override {}
  void Advance(uint64_t) override {}
  void Line(std::string_view text) override { out += std::string(text) + "\n"; }
  bool Cancelled() const override { return false; }
  std::string out;
};

std::string Print(OutputFormat format) {
  ListBuilder list({{"name", "VARCHAR"}, {"revenue", "DECIMAL(18,2)"}, {"lines", "BIGINT"}});
  list.Row({std::string("Tasse, \"blau\""), std::string("1234567890123456.70"), int64_t{3}});
  list.Row({std::string("é\n"), {}, int64_t{-1}});
  Capture capture;
  PrintTable(capture, list.table(), format);
  return capture.out;
}

TEST(Output, Table) {
  EXPECT_EQ(Print(OutputFormat::kTable),
            "name                       revenue  lines\n"
            "─────────────  ───────────────────  ─────\n"
            "Tasse, \"blau\"  1234567890123456.70      3\n"
            "é\\n                              –     -1\n");
}

TEST(Output, Csv) {
  EXPECT_EQ(Print(OutputFormat::kCsv),
            "name,revenue,lines\n\"Tasse, \"\"blau\"\"\",1234567890123456.70,3\n\"é\n\",,-1\n");
}

TEST(Output, JsonKeepsDecimalsExact) {
  EXPECT_EQ(Print(OutputFormat::kJson),
            "[\n  {\"name\": \"Tasse, \\\"blau\\\"\", \"revenue\": 1234567890123456.70, \"lines\": 3},\n"
            "  {\"name\": \"é\\n\", \"revenue\": null, \"lines\": -1}\n]\n");
}

TEST(Output, Numbers) {
  EXPECT_EQ(GroupDigits(0), "0");
  EXPECT_EQ(GroupDigits(1234567), "1,234,567");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1'500'000), "1.5 MB");
}

}  // namespace
}  // namespace souk::app
