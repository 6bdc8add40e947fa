#include "lake/partition.h"

#include <gtest/gtest.h>

namespace souk::lake {
namespace {

std::string FoundDay(std::string_view path) {
  auto day = ParseDayFolder(path);
  return day ? DayFolder(*day) : "none";
}

TEST(Partition, DayFolderThereAndBack) {
  EXPECT_EQ(DayFolder({2025, 11, 8}), "2025/11/08");
  EXPECT_EQ(FoundDay("2025/11/28/x.csv"), "2025/11/28");
  EXPECT_EQ(FoundDay("/data/raw/clickstream/2024/02/29/13/part.json"), "2024/02/29");
  EXPECT_EQ(FoundDay("2024/01/01/2025/11/28/x"), "2025/11/28");
}

TEST(Partition, OnlyRealDaysWithSomethingBehind) {
  for (const char* path :
       {"", "x", "2025/11/28", "2025/11/x.csv", "2025/13/01/x", "2025/02/29/x", "2025/04/31/x",
        "0000/01/01/x", "25/11/28/x", "2025/1/28/x", "2025/+1/28/x", "-025/11/28/x", "2025/11/00/x"}) {
    EXPECT_EQ(FoundDay(path), "none") << path;
  }
}

TEST(Partition, HiveValues) {
  auto values =
      HivePartitionValues("year=2025/city=New%20York/region=__HIVE_DEFAULT_PARTITION__/s=NULL/a=b.parquet");
  ASSERT_TRUE(values);
  EXPECT_EQ(*values, (std::map<std::string, std::string>{{"year", "2025"}, {"city", "New York"}}));
  EXPECT_TRUE(HivePartitionValues("part.parquet")->empty());
  EXPECT_EQ(HivePartitionValues("note=a%3Db=c/x")->at("note"), "a=b=c");
  EXPECT_FALSE(HivePartitionValues("year=%/x"));
}

}  // namespace
}  // namespace souk::lake
