#include "lake/file_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "lake/local_file_store.h"

namespace souk::lake {
namespace {

// What every store does is tested in tests/contract; here is what only the local one has.

TEST(OpenFileStore, TakesUrlsAndPlainPaths) {
  TempDir dir;
  for (const std::string& url : {dir.path() + "/a b", "file://" + dir.path() + "/a%20b",
                                 "file://localhost" + dir.path() + "/a%20b/"}) {
    auto store = OpenFileStore(url);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->EngineUrl("x"), dir.path() + "/a b/x");
  }
}

TEST(OpenFileStore, SaysWhichSchemesExist) {
  auto store = OpenFileStore("s3://key:secret@bucket/x");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kUnsupported);
  EXPECT_EQ(store.error().message,
            "no lake can be opened by 's3://': built in are file:// and a plain directory");
  EXPECT_FALSE(OpenFileStore(""));
  EXPECT_FALSE(OpenFileStore("file://host/x"));
  EXPECT_FALSE(OpenFileStore("file:///a%2"));
}

TEST(OpenFileStore, RefusesAFileAsDirectory) {
  TempDir dir;
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/file", ""));
  EXPECT_FALSE(OpenFileStore(dir.path() + "/file"));
  EXPECT_FALSE(OpenFileStore(dir.path() + "/file/below"));
}

TEST(LocalFileStore, AdoptsFromAnotherFileSystem) {
  TempDir dir;
  std::string other = fmt::format("/dev/shm/souk-test-{}", getpid());
  struct stat here {
  }, there{};
  if (stat("/dev/shm", &there) != 0 || stat(dir.path().c_str(), &here) != 0 || here.st_dev == there.st_dev ||
      !WriteFileAtomic(other, "content")) {
    GTEST_SKIP() << "/dev/shm is no second file system here";
  }
  auto store = LocalFileStore::Open(dir.path());
  ASSERT_TRUE(store);
  Status adopted = (*store)->Adopt(other, "day/file");
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_EQ(*(*store)->Read("day/file"), "content");
  EXPECT_FALSE(PathExists(other));
  EXPECT_EQ((*store)->List("")->size(), 1u);
}

TEST(LocalFileStore, AdoptRefusesLinks) {
  TempDir dir;
  auto store = LocalFileStore::Open(dir.path() + "/store");
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/file", "x"));
  ASSERT_EQ(symlink("file", (dir.path() + "/link").c_str()), 0);
  EXPECT_EQ((*store)->Adopt(dir.path() + "/link", "x").error().code, Code::kInvalid);
}

TEST(LocalFileStore, AFileInTheWayOfAFolderIsNamed) {
  TempDir dir;
  auto store = LocalFileStore::Open(dir.path());
  ASSERT_TRUE((*store)->Write("a", "x"));
  auto written = (*store)->Write("a/b", "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find(dir.path() + "/a"), std::string::npos) << written.error().message;
  EXPECT_TRUE((*store)->List("a/b")->empty());
  EXPECT_TRUE((*store)->Remove("a/b"));
}

}  // namespace
}  // namespace souk::lake
