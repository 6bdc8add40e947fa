#include "app/stream_shop.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "app/stream_clients.h"
#include "kafka/admin.h"

namespace souk::app {
namespace {

// Ends after a time, or when the other asks for it.
class Until : public Progress {
 public:
  Until(Progress& other, double seconds)
      : other_(other),
        seconds_(seconds),
        end_(std::chrono::steady_clock::now() +
             std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                 std::chrono::duration<double>(seconds))) {}
  void Stage(std::string_view name, uint64_t total, std::string_view unit) override {
    other_.Stage(name, total, unit);
  }
  void Advance(uint64_t count) override { other_.Advance(count); }
  void Line(std::string_view text) override { other_.Line(text); }
  bool Cancelled() const override {
    return other_.Cancelled() || (seconds_ > 0 && std::chrono::steady_clock::now() >= end_);
  }

 private:
  Progress& other_;
  double seconds_;
  std::chrono::steady_clock::time_point end_;
};

Result<generate::LiveSummary> Tell(Progress& out, const kafka::ClientSettings& clients, const Clock& clock,
                                   const LiveRequest& request) {
  kafka::ProducerOptions options;
  options.properties["compression.codec"] = request.compression;
  TRY(auto producer, kafka::Producer::Open(clients, options));
  Until progress(out, request.seconds);
  return generate::RunLive(request.live, *producer, clock, progress);
}

}  // namespace

Result<generate::LiveSummary> RunLiveShop(Progress& out, const Settings& settings, const Clock& clock,
                                          const LiveRequest& request) {
  TRY(auto clients, StreamSettings(settings));
  return Tell(out, clients, clock, request);
}

Result<generate::DeliverySummary> RunReplayFile(Progress& out, const Settings& settings,
                                                const generate::ReplayOptions& options) {
  TRY(auto clients, StreamSettings(settings));
  TRY(auto admin, kafka::Admin::Open(clients));
  TRY(auto topic, admin->DescribeTopic(options.topic));
  TRY(auto producer, kafka::Producer::Open(clients));
  return generate::RunReplay(options, static_cast<int32_t>(topic.partitions.size()), *producer, out);
}

Result<ingest::TopicSinkSummary> RunSink(Progress& out, const Settings& settings, const Clock& clock,
                                         const std::string& folder, ingest::TopicSinkOptions options) {
  size_t name = folder.find_last_of('/');
  if (name == folder.npos || name + 1 == folder.size()) {
    return Fail(Code::kInvalid, "cannot write files into {}; name a directory", folder);
  }
  options.folder = folder.substr(name + 1);
  TRY(auto clients, StreamSettings(settings));
  TRY(auto files, lake::OpenFileStore(folder.substr(0, name)));
  return ingest::RunTopicSink(options, clients, *files, clock, out);
}

struct LiveShopService::Run : Progress {
  void Stage(std::string_view, uint64_t, std::string_view) override {}
  void Advance(uint64_t) override {}
  void Line(std::string_view) override {}
  bool Cancelled() const override { return stop; }

  std::atomic<bool> stop = false;
  std::mutex mutex;
  Status failed;  // why it ended by itself
  std::thread thread;
};

LiveShopService::LiveShopService(const Settings& settings, const Clock& clock, LiveRequest request)
    : settings_(settings), clock_(clock), request_(std::move(request)) {}
LiveShopService::~LiveShopService() { Stop(); }

Status LiveShopService::Start() {
  TRY(auto clients, StreamSettings(settings_));
  run_ = std::make_unique<Run>();
  run_->thread = std::thread([this, run = run_.get(), clients = std::move(clients)] {
    auto ended = Tell(*run, clients, clock_, request_);
    std::lock_guard lock(run->mutex);
    if (!ended) {
      run->failed = tl::unexpected(ended.error());
    } else if (!run->stop) {
      run->failed = Fail(Code::kUnavailable, "the living shop ended: {}", ended->records.first_failure);
    }
  });
  return {};
}

void LiveShopService::Stop() {
  if (!run_) return;
  run_->stop = true;
  run_->thread.join();
  run_.reset();
}

Status LiveShopService::Health() {
  if (!run_) return Fail(Code::kUnavailable, "the living shop is not there");
  std::lock_guard lock(run_->mutex);
  return run_->failed;
}

}  // namespace souk::app
