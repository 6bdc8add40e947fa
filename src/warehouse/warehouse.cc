#include "warehouse/warehouse.h"

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

  Builder NewBuilder(const BuildRequest& request, Progress& progress) {
    return Builder(BuilderParts{database, store, clock, &options}, request, progress);
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

Result<WarehouseState> Warehouse::State() const {
  TRY(auto connection, impl_->database->Connect());
  return LoadWarehouseState(connection);
}

}  // namespace souk::warehouse
