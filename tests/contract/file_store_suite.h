// The suite of FileStore: what every store must do, run for each of them. A store that honestly differs says
// so in its capabilities; the tests it cannot pass are skipped with that reason.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/files.h"
#include "lake/file_store.h"

namespace souk::lake {

struct FileStoreCapabilities {
  bool exclusive_create = true;  // of several writers of one path exactly one succeeds
  bool local_engine_url = true;  // EngineUrl is a path of the local disk
  bool any_name = true;  // file names may have spaces, '%', '+', '=', '#', '?' and letters beyond ASCII
};

struct FileStoreCase {
  std::string name;
  FileStoreCapabilities capabilities;
  // An empty store; `scratch` is a directory of the test's own, removed after it.
  std::function<std::shared_ptr<FileStore>(const std::string& scratch)> make;
};

inline void PrintTo(const FileStoreCase& store, std::ostream* out) { *out << store.name; }

class FileStoreSuite : public testing::TestWithParam<FileStoreCase> {
 protected:
  void SetUp() override { store_ = GetParam().make(dir_.path() + "/store"); }
  const FileStoreCapabilities& capabilities() const { return GetParam().capabilities; }
  // A file of the local disk outside the store.
  std::string LocalFile(const std::string& name, const std::string& content) {
    std::string path = dir_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, content));
    return path;
  }
  std::string Paths(const std::string& folder) const;

  TempDir dir_;
  std::shared_ptr<FileStore> store_;
};

}  // namespace souk::lake
