#include "serve/upload_folder.h"

#include <gtest/gtest.h>

#include <set>

#include "base/files.h"

namespace souk::serve {
namespace {

class UploadFolderTest : public testing::Test {
 protected:
  TempDir dir_;
  std::set<int64_t> ended_;
  UploadFolder folder_{dir_.path() + "/uploads", 100, [this](int64_t job) { return ended_.contains(job); }};
};

TEST_F(UploadFolderTest, PiecesMakeTheFile) {
  auto upload = folder_.Begin("C:\\data\\orders.csv", 10);
  ASSERT_TRUE(upload) << upload.error().message;
  EXPECT_TRUE(upload->path.ends_with("/orders.csv"));
  EXPECT_EQ(folder_.Append(upload->id, 0, "01234")->received, 5u);
  auto twice = folder_.Append(upload->id, 0, "01234");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::kAlreadyExists);
  EXPECT_FALSE(folder_.Append(upload->id, 7, "7"));
  EXPECT_FALSE(folder_.Append(upload->id, 5, "567890")) << "more than was announced";
  EXPECT_TRUE(folder_.Append(upload->id, 5, "56789"));
  EXPECT_EQ(*ReadFile(upload->path), "0123456789");
  EXPECT_FALSE(folder_.Append("0000", 0, "x"));
}

TEST_F(UploadFolderTest, LimitsAndNames) {
  auto large = folder_.Begin("a.csv", 101);
  ASSERT_FALSE(large);
  EXPECT_NE(large.error().message.find("web.max_upload"), std::string::npos);
  for (const char* name : {"", "/", "..", "../", "\x01", "\xff.csv"})
    EXPECT_FALSE(folder_.Begin(name, 1)) << name;
  EXPECT_EQ(PlainFileName("../../etc/passwd"), "passwd");
  EXPECT_EQ(PlainFileName(".hidden"), "hidden") << "a folder's list leaves hidden files out";
  EXPECT_EQ(PlainFileName("größe 1.csv"), "größe 1.csv");
}

TEST_F(UploadFolderTest, GoesWhenItsJobHasEnded) {
  auto used = folder_.Begin("a.csv", 1), free = folder_.Begin("b.csv", 1);
  folder_.UsedBy(used->id, 7);
  EXPECT_FALSE(folder_.Remove(used->id)) << "a job reads it";
  EXPECT_TRUE(folder_.Remove(free->id));
  EXPECT_FALSE(PathExists(free->path));
  EXPECT_TRUE(PathExists(used->path));
  ended_.insert(7);
  ASSERT_TRUE(folder_.Begin("c.csv", 1));
  EXPECT_FALSE(PathExists(used->path)) << "whoever comes next finds it gone";
  EXPECT_FALSE(folder_.Get(used->id));
}

TEST_F(UploadFolderTest, WhatAFormerProgramLeftIsRemoved) {
  ASSERT_TRUE(CreateDirectories(dir_.path() + "/uploads/old"));
  ASSERT_TRUE(WriteFileAtomic(dir_.path() + "/uploads/old/x.csv", "1"));
  ASSERT_TRUE(folder_.Begin("a.csv", 1));
  EXPECT_FALSE(PathExists(dir_.path() + "/uploads/old"));
}

}  // namespace
}  // namespace souk::serve
