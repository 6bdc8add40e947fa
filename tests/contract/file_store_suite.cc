#include "contract/file_store_suite.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lake/faulty_file_store.h"

namespace souk::lake {

// "a/x:3 b:0": the paths and sizes that List gives.
std::string FileStoreSuite::Paths(const std::string& folder) const {
  auto files = store_->List(folder);
  if (!files) return files.error().message;
  std::string text;
  for (const FileInfo& file : *files) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", file.path, file.bytes);
  }
  return text;
}

TEST_P(FileStoreSuite, ReadsWhatWasWritten) {
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  for (const std::string& content : {std::string(), every_byte, std::string(300'000, 'x')}) {
    ASSERT_TRUE(store_->Write("a/b/file", content));
    auto read = store_->Read("a/b/file");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, content);
  }
  EXPECT_EQ(Paths(""), "a/b/file:300000");
}

TEST_P(FileStoreSuite, ReadsRanges) {
  ASSERT_TRUE(store_->Write("file", "0123456789"));
  EXPECT_EQ(*store_->ReadRange("file", 0, 4), "0123");
  EXPECT_EQ(*store_->ReadRange("file", 8, 4), "89");
  EXPECT_EQ(*store_->ReadRange("file", 10, 4), "");
  EXPECT_EQ(*store_->ReadRange("file", 99, 4), "");
  EXPECT_EQ(*store_->ReadRange("file", 3, 0), "");
  EXPECT_EQ(store_->ReadRange("none", 0, 4).error().code, Code::kNotFound);
}

TEST_P(FileStoreSuite, MissingFilesAreNamed) {
  auto read = store_->Read("a/none");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kNotFound);
  EXPECT_NE(read.error().message.find("a/none"), std::string::npos) << read.error().message;
  EXPECT_FALSE(store_->Exists("a/none"));
  EXPECT_EQ(store_->Adopt(dir_.path() + "/none", "a/none").error().code, Code::kNotFound);
}

TEST_P(FileStoreSuite, FoldersAreNoFiles) {
  ASSERT_TRUE(store_->Write("a/b", "x"));
  EXPECT_FALSE(store_->Exists("a"));
  EXPECT_FALSE(store_->Read("a"));
  EXPECT_FALSE(store_->ReadRange("a", 0, 1));
  EXPECT_TRUE(store_->Exists("a/b"));
  EXPECT_EQ(store_->Size("a/b").value(), store_->Read("a/b")->size());
  for (const char* path : {"a", "a/none"}) {
    auto size = store_->Size(path);
    ASSERT_FALSE(size) << path;
    EXPECT_EQ(size.error().code, Code::kNotFound) << path;
  }
}

TEST_P(FileStoreSuite, CreateRefusesWhatExists) {
  if (!capabilities().exclusive_create) GTEST_SKIP() << "this store has no exclusive create";
  ASSERT_TRUE(store_->Create("log/1", "one"));
  auto second = store_->Create("log/1", "two");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_EQ(*store_->Read("log/1"), "one");
  EXPECT_EQ(Paths(""), "log/1:3");
}

TEST_P(FileStoreSuite, CreateHasOneWinner) {
  if (!capabilities().exclusive_create) GTEST_SKIP() << "this store has no exclusive create";
  for (int round = 0; round < 10; ++round) {
    std::string path = fmt::format("log/{}", round);
    std::atomic<int> winner{-1}, winners{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&, i] {
        auto created = store_->Create(path, std::string(1000, static_cast<char>('a' + i)));
        if (created) {
          winner = i;
          ++winners;
        } else {
          EXPECT_EQ(created.error().code, Code::kAlreadyExists) << created.error().message;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    ASSERT_EQ(winners, 1);
    EXPECT_EQ(*store_->Read(path), std::string(1000, static_cast<char>('a' + winner)));
  }
}

TEST_P(FileStoreSuite, ReadersSeeOldOrNewContent) {
  ASSERT_TRUE(store_->Write("file", std::string(50'000, 'a')));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; i < 50; ++i)
      EXPECT_TRUE(store_->Write("file", std::string(50'000, i % 2 == 0 ? 'b' : 'a')));
    stop = true;
  });
  while (!stop) {
    auto read = store_->Read("file");
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->size(), 50'000u);
    ASSERT_EQ(read->find_first_not_of(read->front()), std::string::npos);
  }
  writer.join();
}

TEST_P(FileStoreSuite, AdoptMovesALocalFile) {
  std::string local = LocalFile("local", "new");
  ASSERT_TRUE(store_->Write("day/file", "old one"));
  ASSERT_TRUE(store_->Adopt(local, "day/file"));
  EXPECT_EQ(*store_->Read("day/file"), "new");
  EXPECT_FALSE(PathExists(local));
  EXPECT_EQ(Paths(""), "day/file:3");
  EXPECT_EQ(store_->Adopt(dir_.path(), "day/other").error().code, Code::kInvalid);
}

TEST_P(FileStoreSuite, ListsAFolderSortedAndWhole) {
  EXPECT_EQ(Paths(""), "");
  EXPECT_EQ(Paths("none"), "");
  for (const char* path : {"a/2", "a/1/x", "a/1/y", "ab/1", "b", "a/10"})
    ASSERT_TRUE(store_->Write(path, path));
  EXPECT_EQ(Paths(""), "a/1/x:5 a/1/y:5 a/10:4 a/2:3 ab/1:4 b:1");
  EXPECT_EQ(Paths("a"), "a/1/x:5 a/1/y:5 a/10:4 a/2:3");
  EXPECT_EQ(Paths("a/1"), "a/1/x:5 a/1/y:5");
  EXPECT_EQ(Paths("b"), "");
}

TEST_P(FileStoreSuite, ListLeavesOutHiddenFiles) {
  for (const char* path : {".hidden", "a/.hidden", ".folder/x", "a/x"}) ASSERT_TRUE(store_->Write(path, ""));
  EXPECT_EQ(Paths(""), "a/x:0");
}

TEST_P(FileStoreSuite, RemoveCanBeRepeated) {
  ASSERT_TRUE(store_->Write("a/x", "1"));
  ASSERT_TRUE(store_->Write("a/y", "1"));
  EXPECT_TRUE(store_->Remove("a/x"));
  EXPECT_TRUE(store_->Remove("a/x"));
  EXPECT_TRUE(store_->Remove("none/x"));
  EXPECT_FALSE(store_->Exists("a/x"));
  EXPECT_EQ(Paths(""), "a/y:1");
}

TEST_P(FileStoreSuite, BadPathsAreRefusedEverywhere) {
  std::string local = LocalFile("local", "content");
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("/etc/passwd"), std::string("a/"), std::string("a//b"),
        std::string(".."), std::string("../x"), std::string("a/../../x"), std::string("a/./b"),
        std::string("."), std::string("a\nb"), std::string("a\0b", 3), std::string("\xff\xfe")}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(store_->Write(path, "x").error().code, Code::kInvalid);
    EXPECT_EQ(store_->Create(path, "x").error().code, Code::kInvalid);
    EXPECT_EQ(store_->Read(path).error().code, Code::kInvalid);
    EXPECT_EQ(store_->ReadRange(path, 0, 1).error().code, Code::kInvalid);
    EXPECT_EQ(store_->WriteUnsynced(path, "x").error().code, Code::kInvalid);
    EXPECT_EQ(store_->Adopt(local, path).error().code, Code::kInvalid);
    EXPECT_EQ(store_->Remove(path).error().code, Code::kInvalid);
    EXPECT_EQ(store_->PrepareFolder(path).error().code, Code::kInvalid);
    EXPECT_EQ(store_->Sync({path}).error().code, Code::kInvalid);
    if (!path.empty()) {
      EXPECT_EQ(store_->List(path).error().code, Code::kInvalid);
    }
    EXPECT_FALSE(store_->Exists(path));
  }
  EXPECT_TRUE(PathExists(local));
  EXPECT_EQ(Paths(""), "");
}

TEST_P(FileStoreSuite, TakesAnyName) {
  if (!capabilities().any_name) GTEST_SKIP() << "this store restricts names";
  for (const char* path :
       {"city=New%20York/a b.csv", "100%/x+y", "q?a#b", "Größe/日本.json", "a'b\"c\\d", "a../b.."}) {
    ASSERT_TRUE(store_->Write(path, path)) << path;
    EXPECT_EQ(*store_->Read(path), path);
    EXPECT_TRUE(store_->Exists(path));
  }
  EXPECT_EQ(store_->List("")->size(), 6u);
  EXPECT_EQ(Paths("100%"), "100%/x+y:8");
}

TEST_P(FileStoreSuite, NewFilesAreSyncedTogether) {
  std::vector<std::string> paths;
  for (int i = 0; i < 40; ++i) {
    paths.push_back(fmt::format("year=2025/month={}/part-{}.parquet", i % 4, i));
    ASSERT_TRUE(store_->WriteUnsynced(paths.back(), "first"));
    ASSERT_TRUE(store_->WriteUnsynced(paths.back(), fmt::format("file {}", i)));
  }
  EXPECT_TRUE(store_->Sync({paths[0], paths[1]}));
  EXPECT_TRUE(store_->Sync(paths));
  EXPECT_TRUE(store_->Sync({}));
  EXPECT_EQ(*store_->Read(paths[39]), "file 39");
  EXPECT_EQ(*store_->Size(paths[3]), 6u);
  EXPECT_EQ(*ReadFile(store_->EngineUrl(paths[3])), "file 3");
  EXPECT_EQ(store_->Sync({"year=2025/none"}).error().code, Code::kNotFound);
  EXPECT_FALSE(store_->WriteUnsynced("year=2025", "a folder"));
}

TEST_P(FileStoreSuite, CheckLeavesNothing) {
  EXPECT_TRUE(store_->Check());
  EXPECT_TRUE(store_->Check());
  EXPECT_EQ(Paths(""), "");
}

const FileStoreCase kStores[] = {
    {"local", {}, [](const std::string& scratch) { return OpenFileStore("file://" + scratch).value(); }},
    // Passes everything on while no fault is armed.
    {"faulty",
     {},
     [](const std::string& scratch) -> std::shared_ptr<FileStore> {
       return std::make_shared<FaultyFileStore>(OpenFileStore(scratch).value());
     }},
};

INSTANTIATE_TEST_SUITE_P(Stores, FileStoreSuite, testing::ValuesIn(kStores),
                         [](const testing::TestParamInfo<FileStoreCase>& info) { return info.param.name; });

}  // namespace souk::lake
