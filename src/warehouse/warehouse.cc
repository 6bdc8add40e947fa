#include "warehouse/warehouse.h"

#include <mutex>

#include "record/schema.h"
#include "warehouse/builder.h"
#include "warehouse/quality.h"
#include "warehouse/raw_relation.h"
#include "warehouse/text.h"

namespace souk::warehouse {

struct Warehouse::Impl {
  std::shared_ptr<sql::Database> database;
  std::shared_ptr<lake::FileStore> store;
  const Clock* clock = nullptr;
  WarehouseOptions options;

  // Nobody else changes the tables, so what every answer asks for first needs no query.
  mutable std::mutex mutex;
  WarehouseState state;

  Builder NewBuilder(const BuildRequest& request, Progress& progress) {
    auto committed = [this](const WarehouseState& now) {
      std::lock_guard lock(mutex);
      state = now;
    };
    return Builder(BuilderParts{database, store, clock, &options, committed}, request, progress);
  }
};

Warehouse::Warehouse(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Warehouse::~Warehouse() = default;

Result<std::unique_ptr<Warehouse>> Warehouse::Open(std::shared_ptr<sql::Database> database,
                                                   std::shared_ptr<lake::FileStore> store, const Clock& clock,
                                                   WarehouseOptions options) {
  TRY(auto connection, database->Connect());
  TRY_STATUS(CreateStateTables(connection));
  TRY_STATUS(
      connection.Execute("CREATE SCHEMA IF NOT EXISTS ecommerce; CREATE SCHEMA IF NOT EXISTS ecommerce_dwh; "
                         "CREATE SCHEMA IF NOT EXISTS clean"));
  TRY_STATUS(CreateQualityTables(connection));
  auto impl = std::make_unique<Impl>();
  TRY(impl->state, LoadWarehouseState(connection));
  impl->database = std::move(database);
  impl->store = std::move(store);
  impl->clock = &clock;
  impl->options = std::move(options);
  return std::unique_ptr<Warehouse>(new Warehouse(std::move(impl)));
}

Result<std::vector<BuildStep>> Warehouse::Explain(const BuildRequest& request) {
  return impl_->NewBuilder(request, SilentProgress()).Explain();
}

Result<BuildReport> Warehouse::Build(const BuildRequest& request, Progress& progress) {
  return impl_->NewBuilder(request, progress).Run();
}

Result<std::vector<Reject>> Warehouse::Rejects() const {
  TRY(auto connection, impl_->database->Connect());
  return LoadRejects(connection);
}

WarehouseState Warehouse::State() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->state;
}

}  // namespace souk::warehouse
