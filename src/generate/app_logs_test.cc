#include "generate/app_logs.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "base/files.h"

namespace souk::generate {
namespace {

LogOptions Some(const std::string& directory) {
  LogOptions options;
  options.directory = directory;
  options.files = 30;
  options.lines = 400;
  return options;
}

TEST(AppLogs, LinesAreWellFormedAndErrorsAsCounted) {
  TempDir directory;
  auto summary = GenerateLogs(Some(directory.path() + "/logs/incoming"), SilentProgress());
  ASSERT_TRUE(summary) << summary.error().message;
  auto files = ListFiles(directory.path());
  ASSERT_EQ(files->size(), 30u);
  EXPECT_EQ(files->front(), directory.path() + "/logs/incoming/app-20251120T000000Z.log");
  EXPECT_EQ(files->back(), directory.path() + "/logs/incoming/app-20251121T050000Z.log");
  std::regex form(R"((\d{4}-\d\d-\d\dT(\d\d):\d\d:\d\d\.\d{3}Z) (DEBUG|INFO |WARN |ERROR) [a-z]+ )"
                  R"(request_id=([0-9a-f]{16}) latency_ms=\d+ [^%]+)");
  uint64_t lines = 0, errors = 0, bytes = 0;
  std::set<std::string> requests;
  for (const std::string& file : *files) {
    std::string content = ReadFile(file).value_or(""), before;
    bytes += content.size();
    std::istringstream text(content);
    for (std::string line; std::getline(text, line); ++lines) {
      std::smatch match;
      ASSERT_TRUE(std::regex_match(line, match, form)) << line;
      EXPECT_EQ(match[2], file.substr(file.size() - 11, 2)) << "the hour of the file's name";
      EXPECT_LE(before, match[1].str());
      before = match[1];
      errors += match[3] == "ERROR";
      requests.insert(match[4]);
    }
  }
  EXPECT_EQ(lines, 12'000u);
  EXPECT_EQ(lines, summary->lines);
  EXPECT_EQ(errors, summary->errors);
  EXPECT_EQ(bytes, summary->bytes);
  EXPECT_NEAR(static_cast<double>(errors), 0.02 * 12'000, 60);
  EXPECT_LT(requests.size(), 7000u) << "some lines belong to the same request";
  EXPECT_GT(requests.size(), 4000u);
}

TEST(AppLogs, SameSeedSameBytesAndNothingIsOverwritten) {
  TempDir one, two, three;
  LogOptions options = Some(one.path());
  ASSERT_TRUE(GenerateLogs(options, SilentProgress()));
  auto again = GenerateLogs(options, SilentProgress());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
  EXPECT_NE(again.error().message.find("app-20251120T000000Z.log"), std::string::npos);
  options.overwrite = true;
  ASSERT_TRUE(GenerateLogs(options, SilentProgress()));
  options.directory = two.path();
  ASSERT_TRUE(GenerateLogs(options, SilentProgress()));
  options.directory = three.path();
  options.seed = 2;
  ASSERT_TRUE(GenerateLogs(options, SilentProgress()));
  const std::string name = "/app-20251120T030000Z.log";
  EXPECT_EQ(ReadFile(one.path() + name).value_or("1"), ReadFile(two.path() + name).value_or("2"));
  EXPECT_NE(ReadFile(one.path() + name).value_or(""), ReadFile(three.path() + name).value_or(""));
}

TEST(AppLogs, RateAndLimits) {
  TempDir directory;
  LogOptions options = Some(directory.path());
  options.files = 1;
  options.error_rate = 1;
  EXPECT_EQ(GenerateLogs(options, SilentProgress())->errors, 400u);
  options.overwrite = true;
  options.error_rate = 0;
  EXPECT_EQ(GenerateLogs(options, SilentProgress())->errors, 0u);
  options.error_rate = 1.5;
  EXPECT_EQ(GenerateLogs(options, SilentProgress()).error().code, Code::kInvalid);
  options.error_rate = 0;
  options.lines = 0;
  EXPECT_EQ(GenerateLogs(options, SilentProgress()).error().code, Code::kInvalid);
}

}  // namespace
}  // namespace souk::generate
