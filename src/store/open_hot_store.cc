#include "store/open_hot_store.h"

#include "lake/uri.h"
#include "store/embedded_hot_store.h"

namespace souk::store {

Result<std::unique_ptr<HotStore>> OpenHotStore(const std::string& url, const HotStoreOptions& options) {
  if (url != "embedded") {
    std::string scheme = lake::SchemeOf(url);
    return Fail(Code::kUnsupported, "no hot store can be opened by '{}': built in is embedded, a DuckDB file",
                scheme.empty() ? url : scheme + "://");
  }
  std::shared_ptr<sql::Database> database = options.database;
  if (database == nullptr) {
    sql::DatabaseOptions own;
    own.memory_bytes = options.memory_bytes;
    own.threads = options.threads;
    own.temp_directory = options.path + ".tmp";
    own.memory_setting = "hot.memory";
    TRY(database, sql::Database::Open(own));
  }
  TRY(auto store, EmbeddedHotStore::Open(std::move(database), options.path));
  return std::unique_ptr<HotStore>(std::move(store));
}

Status ForgetHotStore(sql::Database& database) {
  TRY(auto connection, database.Connect());
  return connection.Execute(fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", kHotSchema));
}

}  // namespace souk::store
