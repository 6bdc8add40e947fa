#include "app/stream_clients.h"

#include <gtest/gtest.h>

#include "app/settings.h"
#include "base/files.h"

namespace souk::app {
namespace {

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
