#include "app/lake_service.h"

#include "app/metric_list.h"
#include "app/stream_clients.h"

namespace souk::app {
namespace {

void SayMetrics(MetricSamples& out, const stream::LakeWriter& writer) {
  using namespace metric;
  for (const stream::LakeTopicStatus& topic : writer.status()) {
    out.Add(kLakeRecords, {topic.topic}, static_cast<double>(topic.records));
    out.Add(kLakeRefused, {topic.topic}, static_cast<double>(topic.refused));
    out.Add(kLakeBytes, {topic.topic}, static_cast<double>(topic.bytes));
    out.Add(kLakeFiles, {topic.topic}, static_cast<double>(topic.files));
    out.Add(kLakeLag, {topic.topic}, static_cast<double>(topic.lag));
  }
}

}  // namespace

Status LakeService::Start() {
  const Settings& settings = parts_.settings();
  TRY(clients_, StreamSettings(settings));
  TRY(auto store, parts_.Store());
  stream::LakeWriterOptions options;
  options.topics = {{"ecommerce-transactions", "transactions"}, {"ecommerce-clickstream", "clickstream"}};
  options.time_zone = settings.Text("shop.time_zone");
  options.currency = settings.Text("shop.currency");
  options.scratch = parts_.directory().scratch();
  options.interval = settings.DurationMs("stream.lake_interval") * 1000;
  options.bytes = settings.Bytes("stream.lake_bytes");
  TRY(writer_, stream::LakeWriter::Open(options, clients_, std::move(store), parts_.clock()));
  metrics_ = Metrics().Collect([writer = writer_.get()](MetricSamples& out) { SayMetrics(out, *writer); });
  stop_ = false;
  ended_ = {};
  thread_ = std::thread([this] {
    Status ended = writer_->Run(stop_);
    std::lock_guard lock(mutex_);
    ended_ = std::move(ended);
  });
  return {};
}

void LakeService::Stop() {
  metrics_.reset();
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  writer_.reset();
}

Status LakeService::Health() {
  std::lock_guard lock(mutex_);
  return ended_;
}

std::vector<Holding> LakeService::Holds() {
  Holding waiting{"records that wait"};
  for (const stream::LakeTopicStatus& topic : writer_->status()) waiting.bytes += topic.held_bytes;
  return {waiting};
}

}  // namespace souk::app
