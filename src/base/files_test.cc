#include "base/files.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/hash.h"

namespace souk {
namespace {

TEST(Files, WriteAtomicReplacesAndLeavesNoTemporary) {
  TempDir dir;
  std::string path = dir.path() + "/a";
  ASSERT_TRUE(WriteFileAtomic(path, "one"));
  ASSERT_TRUE(WriteFileAtomic(path, "two"));
  EXPECT_EQ(*ReadFile(path), "two");
  EXPECT_EQ(ListFiles(dir.path())->size(), 1u);
}

TEST(Files, CreateAtomicHasOneWinner) {
  TempDir dir;
  std::string path = dir.path() + "/a";
  ASSERT_TRUE(CreateFileAtomic(path, "one"));
  auto second = CreateFileAtomic(path, "two");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_EQ(*ReadFile(path), "one");
  EXPECT_EQ(ListFiles(dir.path())->size(), 1u);
}

TEST(Files, ErrorsNameThePath) {
  TempDir dir;
  auto missing = ReadFile(dir.path() + "/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_NE(missing.error().message.find(dir.path() + "/none"), std::string::npos);
  EXPECT_FALSE(ReadFile(dir.path()));
  EXPECT_FALSE(MappedFile::Open(dir.path()));
}

TEST(Files, MapsEmptyAndFull) {
  TempDir dir;
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/empty", ""));
  ASSERT_TRUE(WriteFileAtomic(dir.path() + "/full", "abc"));
  EXPECT_EQ(MappedFile::Open(dir.path() + "/empty")->view(), "");
  EXPECT_EQ(MappedFile::Open(dir.path() + "/full")->view(), "abc");
}

TEST(Clock, FormatsUtcBeforeAndAfterTheEpoch) {
  EXPECT_EQ(FormatUtc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatUtc(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(FormatUtcMicros(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(DaysFromDay({2024, 2, 29}), 19782);
  EXPECT_EQ(DayFromDays(19782).day, 29);
}

TEST(Clock, ParsesDaysThatExist) {
  EXPECT_EQ(FormatDay(*ParseDay("2024-02-29")), "2024-02-29");
  for (const char* text :
       {"2023-02-29", "2024-13-01", "2024-1-1", "24-01-01", "2024-01-01 ", "", "2024-01-xx"}) {
    EXPECT_FALSE(ParseDay(text)) << text;
  }
}

TEST(Hash, KnownVector) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace souk
