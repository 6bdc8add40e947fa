#include "app/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "app/data_directory.h"
#include "base/files.h"

namespace souk::app {
namespace {

class SettingsTest : public ::testing::Test {
 protected:
  Result<Settings> Load(const std::string& toml, std::vector<std::string> sets = {}) {
    (void)WriteFileAtomic(dir_.path() + "/souk.toml", toml);
    sets.push_back("data.dir=" + dir_.path() + "/data");
    return LoadSettings({dir_.path() + "/souk.toml", true, sets});
  }
  TempDir dir_;
};

TEST_F(SettingsTest, FileThenFlags) {
  auto settings =
      Load("[shop]\nname = \"Corner shop\"\ncharge_codes = [\"POST\", \"X\"]\n[web]\nport = 9000\n",
           {"web.port=9001"});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->Text("shop.name"), "Corner shop");
  EXPECT_EQ(settings->List("shop.charge_codes"), (std::vector<std::string>{"POST", "X"}));
  EXPECT_EQ(settings->Int("web.port"), 9001);
  EXPECT_EQ(settings->Origin("shop.name"), dir_.path() + "/souk.toml line 2");
}

TEST_F(SettingsTest, TheDataDirectorysOwnSettingsLieBelow) {
  ASSERT_TRUE(CreateDirectories(dir_.path() + "/data"));
  ASSERT_TRUE(
      WriteFileAtomic(dir_.path() + "/data/souk.toml", "[shop]\nname = \"Demo\"\ncurrency = \"GBP\"\n"));
  auto settings = Load("[shop]\nname = \"Mine\"\n");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->Text("shop.name"), "Mine");
  EXPECT_EQ(settings->Text("shop.currency"), "GBP");
}

TEST_F(SettingsTest, ErrorsNameFileLineAndRemedy) {
  EXPECT_NE(Load("[web]\nprot = 1\n")
                .error()
                .message.find("line 2: unknown setting 'web.prot', did you mean 'web.port'?"),
            std::string::npos);
  EXPECT_NE(Load("[web\n").error().message.find("souk.toml line 1"), std::string::npos);
  EXPECT_FALSE(Load("", {"web.port"}));
  EXPECT_EQ(LoadSettings({dir_.path() + "/none.toml", true, {}}).error().code, Code::kNotFound);
}

TEST_F(SettingsTest, EnvironmentReferences) {
  setenv("SOUK_TEST_NAME", "From outside", 1);
  EXPECT_EQ(Load("[shop]\nname = \"${SOUK_TEST_NAME}!\"\n")->Text("shop.name"), "From outside!");
  EXPECT_FALSE(Load("[shop]\nname = \"${SOUK_TEST_NO_SUCH_NAME}\"\n"));
}

TEST(SettingTable, EverySettingIsDocumentedAndItsDefaultFits) {
  Settings settings(SettingTable());
  for (const OptionSpec& spec : SettingTable()) {
    EXPECT_FALSE(spec.help.empty()) << spec.key;
    if (spec.default_value.empty()) continue;
    EXPECT_TRUE(settings.Set(spec.key, spec.default_value, "default")) << spec.key;
  }
}

TEST(DataDirectory, OneOwnerAtATime) {
  TempDir dir;
  std::string path = dir.path() + "/data";
  EXPECT_FALSE(DataDirectory::FindOwner(path));
  {
    auto first = DataDirectory::Open(path);
    ASSERT_TRUE(first);
    auto second = DataDirectory::Open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::kUnavailable);
    ASSERT_TRUE((*first)->Announce("http://127.0.0.1:1"));
    EXPECT_EQ(DataDirectory::FindOwner(path)->url, "http://127.0.0.1:1");
  }
  EXPECT_FALSE(DataDirectory::FindOwner(path));
  EXPECT_TRUE(DataDirectory::Open(path));
}

TEST(DataDirectory, RefusesAFormatItDoesNotKnow) {
  TempDir dir;
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/format", "99\n"));
  EXPECT_EQ(DataDirectory::Open(dir.path()).error().code, Code::kUnsupported);
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/format", "what?\n"));
  EXPECT_EQ(DataDirectory::Open(dir.path()).error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace souk::app
