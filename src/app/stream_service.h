// The service that makes live figures of the stream.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "app/parts.h"
#include "app/service.h"
#include "base/metric.h"
#include "serve/live_board.h"
#include "stream/runner.h"

namespace souk::app {

// Categories of the products, as the warehouse has them now. Threads: any.
class WarehouseCategories : public stream::ProductCategories {
 public:
  explicit WarehouseCategories(Parts& parts) : parts_(parts) {}

  // Reads them again; what was known stays when that fails.
  Status Refresh();
  std::string CategoryOf(std::string_view product_id) const override;

 private:
  Parts& parts_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> categories_;
};

class StreamService : public Service {
 public:
  // All outlive the service. `changes` tells of new versions of the warehouse.
  StreamService(Parts& parts, std::shared_ptr<serve::LiveBoard> board,
                std::shared_ptr<serve::ChangeFeed> changes);
  ~StreamService() override { Stop(); }

  std::string_view name() const override { return "stream"; }
  Status Start() override;
  void Stop() override;
  Status Health() override;
  std::vector<Holding> Holds() override;

 private:
  Status Run(stream::Processor& processor, store::HotStore& store);
  void OnCommit(const store::HotBatch& batch, const stream::StreamHealth& health);
  void SayMetrics(MetricSamples& out, store::HotStore& store);

  Parts& parts_;
  std::shared_ptr<serve::LiveBoard> board_;
  std::shared_ptr<serve::ChangeFeed> changes_;
  WarehouseCategories categories_;
  std::shared_ptr<void> subscription_;

  std::unique_ptr<stream::Processor> processor_;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> stale_ = false;  // the categories
  std::atomic<Micros> beat_ = 0;
  std::mutex mutex_;  // guards what follows
  Status ended_;
  stream::StreamHealth health_;  // at the last commit
  std::map<std::string, int64_t> counters_;
  Micros watermark_ = 0, committed_at_ = 0;

  std::shared_ptr<void> metrics_;  // asks for them
};

// The figures that live.yml declares: warehouse.models/live.yml, or the built-in ones.
Result<std::string> LiveFigures(const Settings& settings, std::string& origin);
stream::ProcessorOptions ProcessorOptionsOf(const Settings& settings);

}  // namespace souk::app
