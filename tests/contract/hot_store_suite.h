// The suite of HotStore: what every hot store must do, run for each of them.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/files.h"
#include "store/hot_store.h"

namespace souk::store {

struct HotStoreCapabilities {
  bool one_owner = true;  // a second opening is refused while the first one is there
};

struct HotStoreCase {
  std::string name;
  HotStoreCapabilities capabilities;
  // The store in `scratch`, a directory of the test's own; opened again, it has what was committed.
  std::function<Result<std::unique_ptr<HotStore>>(const std::string& scratch)> open;
};

// The batch with what `store` has that its lines and windows take the place of.
HotBatch Marked(HotStore& store, HotBatch batch);

inline void PrintTo(const HotStoreCase& store, std::ostream* out) { *out << store.name; }

class HotStoreSuite : public testing::TestWithParam<HotStoreCase> {
 protected:
  void SetUp() override { Reopen(); }
  void Reopen() {
    store_.reset();
    auto opened = GetParam().open(dir_.path());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  void Commit(const HotBatch& batch) {
    Status status = store_->Commit(Marked(*store_, batch));
    ASSERT_TRUE(status) << status.error().message;
  }

  TempDir dir_;
  std::unique_ptr<HotStore> store_;
};

}  // namespace souk::store
