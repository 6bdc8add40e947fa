#include "ingest/source_list.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "ingest/binary_kind.h"
#include "ingest/placement.h"

namespace souk::ingest {
namespace {

class SourceListTest : public testing::Test {
 protected:
  std::string Put(const std::string& name) {
    std::string path = dir_.path() + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << "x";
    return path;
  }
  TempDir dir_;
};

TEST_F(SourceListTest, FoldersNameRecordAndDay) {
  Put("transactions/2025/02/28/part.parquet");
  Put("transactions/2025/02/30/part.parquet");
  Put("clickstream/part.json");
  Put("other/x.CSV");
  auto list = ListSources({dir_.path()}, "");
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->files.size(), 4u);
  EXPECT_EQ(list->files[0].record, "clickstream");
  EXPECT_FALSE(list->files[0].day);
  EXPECT_EQ(list->files[1].record, "");
  EXPECT_EQ(list->files[2].record, "transactions");
  ASSERT_TRUE(list->files[2].day);
  EXPECT_EQ(list->files[2].day->day, 28);
  EXPECT_FALSE(list->files[3].day);
  EXPECT_EQ(list->files[3].bytes, 1u);
}

TEST_F(SourceListTest, WhatIsGivenWins) {
  auto list = ListSources({Put("users/a.dat"), Put("users/a.dat")}, "products");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->files.size(), 1u);
  EXPECT_EQ(list->files[0].record, "products");
}

TEST_F(SourceListTest, FoldersWithoutDataAreSaid) {
  Put("notes.md");
  auto list = ListSources({dir_.path()}, "");
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("no data files in it (1 others)"), std::string::npos);
  EXPECT_EQ(ListSources({}, "").error().code, Code::kInvalid);
  EXPECT_EQ(ListSources({dir_.path() + "/none"}, "").error().code, Code::kNotFound);
}

TEST(Placement, Names) {
  EXPECT_EQ(SanitisedName("/a b/Online Sales Data.csv"), "Online_Sales_Data.csv");
  EXPECT_EQ(SanitisedName("größe.csv"), "gr____e.csv");
  EXPECT_EQ(SanitisedName(std::string(100, 'x') + ".csv").size(), 80u);
}

TEST(Placement, APathIsUsedOnce) {
  TempDir dir;
  auto store = *lake::OpenFileStore(dir.path());
  auto path = [&] { return FreeRawPath(*store, "users", {2025, 1, 2}, std::string(64, 'a'), "u.csv"); };
  EXPECT_EQ(path(), "ecommerce/raw/users/aaaaaaaaaaaaaaaa-u.csv");
  ASSERT_TRUE(store->Write(path(), "x"));
  EXPECT_EQ(path(), "ecommerce/raw/users/aaaaaaaaaaaaaaaa-2-u.csv");
  ASSERT_TRUE(store->Write(path(), "x"));
  EXPECT_EQ(path(), "ecommerce/raw/users/aaaaaaaaaaaaaaaa-3-u.csv");
  EXPECT_EQ(FreeRawPath(*store, "transactions", {2025, 1, 2}, std::string(64, 'a'), "u.csv"),
            "ecommerce/raw/transactions/2025/01/02/aaaaaaaaaaaaaaaa-u.csv");
}

TEST(BinaryKind, SaysWhatItIs) {
  EXPECT_EQ(BinaryKind("id,name\n", "a.csv"), "");
  EXPECT_EQ(BinaryKind("PAR1...", "a.parquet"), "");
  EXPECT_NE(BinaryKind(std::string_view("\xFD"
                                        "7zXZ\0",
                                        6),
                       "a.csv.xz")
                .find("unxz -k 'a.csv.xz'"),
            std::string::npos);
  EXPECT_EQ(BinaryKind("a line\nwith one \x01 odd byte in many, many, many others\n", "a.csv"), "");
}

}  // namespace
}  // namespace souk::ingest
