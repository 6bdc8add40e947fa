#include "app/stream_clients.h"

#include <gtest/gtest.h>

#include "app/settings.h"
#include "base/files.h"

namespace souk::app {
namespace {

TEST(StreamClientsTest, Times) {
  EXPECT_EQ(ParseTimeMs("1970-01-02").value(), 86'400'000);
  EXPECT_EQ(ParseTimeMs("1970-01-01T01:02Z").value(), 3'720'000);
  EXPECT_EQ(ParseTimeMs("1970-01-01 00:00:03").value(), 3000);
  EXPECT_EQ(ParseTimeMs("1970-01-01T00:00:03.045Z").value(), 3045);
  EXPECT_EQ(FormatTimeMs(3045), "1970-01-01T00:00:03.045Z");
  EXPECT_EQ(FormatTimeMs(-1), "");
  for (const char* wrong : {"", "now", "1970-13-01", "1970-01-01T", "1970-01-01T1:02", "1970-01-01T25:00",
                            "1970-01-01T00:00:03.1Z", "1970-01-01x00:00"}) {
    EXPECT_FALSE(ParseTimeMs(wrong)) << wrong;
  }
}

TEST(StreamClientsTest, Positions) {
  kafka::Range range{10, 20};
  EXPECT_EQ(ParsePosition("beginning")->Within(range), 10);
  EXPECT_EQ(ParsePosition("end")->Within(range), 20);
  EXPECT_EQ(ParsePosition("15")->Within(range), 15);
  EXPECT_EQ(ParsePosition("0")->Within(range), 10) << "what is gone: the first record that is there";
  EXPECT_EQ(ParsePosition("99")->Within(range), 20);
  auto time = ParsePosition("1970-01-02");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->kind, StreamPosition::Kind::kTime);
  EXPECT_EQ(time->value, 86'400'000);
  for (const char* wrong : {"", "-1", "middle", "15x"}) EXPECT_FALSE(ParsePosition(wrong)) << wrong;
}

TEST(StreamClientsTest, UrlAndFilesSayWhereTheStreamIs) {
  TempDir dir;
  std::string file = dir.path() + "/kafka.properties";
  ASSERT_TRUE(WriteFileAtomic(file, "bootstrap.servers=h1:1\nclient.id=me\n"));
  Settings settings(SettingTable());
  ASSERT_TRUE(settings.Set("data.dir", dir.path() + "/data", "test"));
  auto nothing = StreamSettings(settings);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::kUnavailable);
  ASSERT_TRUE(settings.Set("kafka.properties", file, "test"));
  EXPECT_EQ(StreamSettings(settings)->all.at("bootstrap.servers"), "h1:1");
  ASSERT_TRUE(settings.Set("kafka.url", "kafka://h2:2", "test"));
  EXPECT_EQ(StreamSettings(settings)->all.at("bootstrap.servers"), "h2:2");
  EXPECT_EQ(StreamSettings(settings)->all.at("client.id"), "me");
  ASSERT_TRUE(settings.Set("kafka.properties", dir.path() + "/gone", "test"));
  EXPECT_FALSE(StreamSettings(settings)) << "a file that was asked for";
}

}  // namespace
}  // namespace souk::app
