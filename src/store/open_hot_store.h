// The one way to open a hot store.
#pragma once

#include <memory>
#include <string>

#include "sql/database.h"
#include "store/hot_store.h"

namespace souk::store {

struct HotStoreOptions {
  std::string path = {};  // the file of the embedded store
  // Whose queries are to see the embedded store as the schema `hot`, together with what else it has open.
  // nullptr = nobody's: an instance of its own, with the limits below.
  std::shared_ptr<sql::Database> database = nullptr;
  uint64_t memory_bytes = 500'000'000;
  int threads = 2;
};

// `url`: "embedded". kUnsupported says which there are; errors of the embedded store are those of
// EmbeddedHotStore::Open.
Result<std::unique_ptr<HotStore>> OpenHotStore(const std::string& url, const HotStoreOptions& options);

// Removes the views that an embedded store left in `database`, for when its file is gone.
Status ForgetHotStore(sql::Database& database);

}  // namespace souk::store
