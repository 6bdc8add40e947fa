#include "generate/output_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/files.h"

namespace souk::generate {
namespace {

TEST(OutputFile, WritesSmallAndLargePieces) {
  TempDir directory;
  std::string path = directory.path() + "/file";
  std::string large(300'000, 'x'), expected;
  OutputFile file;
  for (int round = 0; round < 2; ++round) {
    expected.clear();
    file.Open(path);
    for (int i = 0; i < 5; ++i) {
      file.Write("small");
      file.Write(large);
      expected += "small" + large;
    }
    EXPECT_EQ(file.size(), expected.size());
    EXPECT_EQ(file.Close().value_or(0), expected.size());
    EXPECT_EQ(ReadFile(path).value_or(""), expected);
  }
}

TEST(OutputFile, AFullDiskIsToldWithARemedy) {
  TempDir directory;
  std::string path = directory.path() + "/file";
  // Under the name that it has while it is written stands a device that is always full.
  ASSERT_EQ(symlink("/dev/full", (directory.path() + "/.file.tmp").c_str()), 0);
  OutputFile file;
  file.Open(path);
  for (int i = 0; i < 100; ++i) file.Write(std::string(60'000, 'x'));
  auto closed = file.Close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, Code::kIo);
  EXPECT_NE(closed.error().message.find(path), std::string::npos);
  EXPECT_NE(closed.error().message.find("free some space"), std::string::npos);
}

TEST(OutputFile, AFileThatCannotBeMadeIsTold) {
  TempDir directory;
  OutputFile file;
  file.Open(directory.path() + "/missing/file");
  file.Write("x");
  auto closed = file.Close();
  ASSERT_FALSE(closed);
  EXPECT_NE(closed.error().message.find("/missing/file"), std::string::npos);
}

TEST(OutputFile, HasItsNameOnlyWhenItIsComplete) {
  TempDir directory;
  std::string path = directory.path() + "/file";
  {
    OutputFile file;
    file.Open(path);
    file.Write(std::string(600'000, 'x'));
    EXPECT_FALSE(PathExists(path));
  }
  EXPECT_FALSE(PathExists(path));
  EXPECT_FALSE(PathExists(directory.path() + "/.file.tmp"));
}

}  // namespace
}  // namespace souk::generate
