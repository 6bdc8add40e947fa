#include "base/options.h"

#include <gtest/gtest.h>

namespace souk {
namespace {

const std::vector<OptionSpec> kSpecs = {
    {"web.port", OptionKind::kInt, "8080", "", "port"},
    {"sql.memory", OptionKind::kBytes, "1GB", "bytes", "memory"},
    {"build.debounce", OptionKind::kDuration, "2s", "", "wait"},
    {"log.format", OptionKind::kChoice, "text", "", "format", "text|json"},
    {"shop.charge_codes", OptionKind::kList, "POST, DOT", "", "codes"},
};

TEST(Settings, DefaultsAndOrigins) {
  Settings settings(kSpecs);
  EXPECT_EQ(settings.Int("web.port"), 8080);
  EXPECT_EQ(settings.Bytes("sql.memory"), 1'000'000'000u);
  EXPECT_EQ(settings.DurationMs("build.debounce"), 2000);
  EXPECT_EQ(settings.List("shop.charge_codes"), (std::vector<std::string>{"POST", "DOT"}));
  EXPECT_EQ(settings.Origin("web.port"), "default");
  ASSERT_TRUE(settings.Set("web.port", "0", "--set"));
  EXPECT_EQ(settings.Int("web.port"), 0);
  EXPECT_EQ(settings.Origin("web.port"), "--set");
}

TEST(Settings, UnknownKeyNamesTheNearest) {
  Settings settings(kSpecs);
  auto status = settings.Set("web.prot", "1", "souk.toml line 3");
  ASSERT_FALSE(status);
  EXPECT_EQ(
      status.error().message,
      "souk.toml line 3: unknown setting 'web.prot', did you mean 'web.port'?; `souk config docs` lists all");
}

TEST(Settings, ValueMustFitItsKind) {
  Settings settings(kSpecs);
  EXPECT_FALSE(settings.Set("web.port", "80a", "--set"));
  EXPECT_FALSE(settings.Set("web.port", "", "--set"));
  EXPECT_FALSE(settings.Set("sql.memory", "12XB", "--set"));
  EXPECT_FALSE(settings.Set("sql.memory", "99999999999999GB", "--set"));
  EXPECT_FALSE(settings.Set("build.debounce", "5", "--set"));
  EXPECT_FALSE(settings.Set("log.format", "xml", "--set"));
  EXPECT_TRUE(settings.Set("log.format", "json", "--set"));
}

}  // namespace
}  // namespace souk
