// The service that brings the topics into the lake.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "app/parts.h"
#include "app/service.h"
#include "stream/lake_writer.h"

namespace souk::app {

class LakeService : public Service {
 public:
  // Outlives the service.
  explicit LakeService(Parts& parts) : parts_(parts) {}
  ~LakeService() override { Stop(); }

  std::string_view name() const override { return "lake"; }
  Status Start() override;
  void Stop() override;  // what came is in the lake when it returns
  Status Health() override;
  std::vector<Holding> Holds() override;

 private:
  Parts& parts_;
  kafka::ClientSettings clients_;  // of the writer
  std::unique_ptr<stream::LakeWriter> writer_;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // guards ended_
  Status ended_;
  std::shared_ptr<void> metrics_;  // asks for them
};

}  // namespace souk::app
