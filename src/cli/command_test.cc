#include "cli/command.h"

#include <gtest/gtest.h>

namespace souk::cli {
namespace {

TEST(CommandLine, GlobalFlagsStandAnywhere) {
  auto line = ParseCommandLine(
      {"--data-dir", "x", "report", "sales_overview", "--set", "web.port=0", "--from", "2025-01-01", "-q"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->verb, "report");
  EXPECT_EQ(line->args, (std::vector<std::string>{"sales_overview", "--from", "2025-01-01"}));
  EXPECT_EQ(line->sources.sets, (std::vector<std::string>{"data.dir=x", "web.port=0"}));
  EXPECT_TRUE(line->quiet);
}

TEST(CommandLine, FormatBeforeTheVerbBelongsToTheVerb) {
  EXPECT_EQ(ParseCommandLine({"--format", "json", "report"})->args,
            (std::vector<std::string>{"--format", "json"}));
  EXPECT_EQ(ParseCommandLine({"--format=csv", "report", "x"})->args,
            (std::vector<std::string>{"--format=csv", "x"}));
}

TEST(CommandLine, Mistakes) {
  EXPECT_FALSE(ParseCommandLine({"--config"}));
  EXPECT_FALSE(ParseCommandLine({"--nonsense", "report"}));
  EXPECT_TRUE(ParseCommandLine({})->verb.empty());
  EXPECT_TRUE(ParseCommandLine({"--help"})->help);
  EXPECT_EQ(ParseCommandLine({"build", "--help"})->args, std::vector<std::string>{"--help"});
}

}  // namespace
}  // namespace souk::cli
