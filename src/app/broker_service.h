// The embedded Kafka broker as a service: the log in the data directory, the broker over it, and the
// platform's topics.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "app/service.h"
#include "base/options.h"
#include "broker/broker.h"
#include "log/log_store.h"

namespace souk::app {

struct BrokerServiceOptions {
  std::string directory;  // of the log
  log::StoreOptions log;
  broker::BrokerOptions broker;
};
BrokerServiceOptions BrokerServiceOptionsOf(const Settings& settings, const std::string& directory);

class BrokerService : public Service {
 public:
  // `on_listen` hears "127.0.0.1:9092" each time the broker starts.
  BrokerService(BrokerServiceOptions options, const Clock& clock,
                std::function<void(const std::string& address)> on_listen);

  std::string_view name() const override { return "broker"; }
  Status Start() override;
  void Stop() override;  // the log is synced when it returns
  Status Health() override;
  std::vector<Holding> Holds() override {
    return {{"requests being received", broker_->status().request_bytes}};
  }
  // Sizes on disk by topic and partition; nothing while it does not run. Any thread.
  std::optional<std::map<std::pair<std::string, int32_t>, uint64_t>> TopicBytes() const;

 private:
  Status CreateTopics();

  BrokerServiceOptions options_;
  const Clock& clock_;
  std::function<void(const std::string&)> on_listen_;
  mutable std::mutex mutex_;        // guards shown_
  log::LogStore* shown_ = nullptr;  // to other threads, while it is open
  std::unique_ptr<log::LogStore> store_;
  std::unique_ptr<broker::Broker> broker_;
  std::shared_ptr<void> metrics_;  // asks the two above
  Micros last_check_ = 0;
};

}  // namespace souk::app
