#include "app/stream_service.h"

#include "app/metric_list.h"
#include "app/stream_clients.h"
#include "base/embedded.h"
#include "base/files.h"
#include "stream/runner.h"

namespace souk::app {
namespace {

constexpr const char* kFigures = "models/live.yml";
// A commit may wait for a disk; this long means that it hangs.
constexpr Micros kSilence = 60 * kMicrosPerSecond;

}  // namespace

Status WarehouseCategories::Refresh() {
  TRY(auto database, parts_.WarehouseDatabase());
  TRY(auto connection, database->Connect());
  std::unordered_map<std::string, std::string> categories;
  auto read = [&](const sql::Table& chunk) {
    for (const auto& row : chunk.rows) categories[sql::CellText(row[0])] = sql::CellText(row[1]);
    return true;
  };
  TRY_STATUS(connection.Stream(
      "SELECT product_id, category FROM ecommerce.dim_products WHERE is_current AND category IS NOT NULL", {},
      read));
  std::lock_guard lock(mutex_);
  categories_ = std::move(categories);
  return {};
}

std::string WarehouseCategories::CategoryOf(std::string_view product_id) const {
  std::lock_guard lock(mutex_);
  auto found = categories_.find(std::string(product_id));
  return found == categories_.end() ? "" : found->second;
}

Result<std::string> LiveFigures(const Settings& settings, std::string& origin) {
  if (const std::string& directory = settings.Text("warehouse.models"); !directory.empty()) {
    origin = directory + "/live.yml";
    if (PathExists(origin)) return ReadFile(origin);
  }
  origin = kFigures;
  return std::string(*FindAsset(kFigures));
}

stream::ProcessorOptions ProcessorOptionsOf(const Settings& settings) {
  stream::ProcessorOptions options;
  options.decoder.currency = settings.Text("shop.currency");
  options.decoder.time_zone = settings.Text("shop.time_zone");
  options.watermark.delay = settings.DurationMs("stream.delay") * 1000;
  options.watermark.idle_timeout = settings.DurationMs("stream.idle_timeout") * 1000;
  options.visits.gap = settings.DurationMs("stream.session_gap") * 1000;
  options.visits.cart = settings.DurationMs("stream.cart_timeout") * 1000;
  options.keep_windows = settings.DurationMs("stream.keep") * 1000;
  options.shelf.memory_bytes = settings.Bytes("stream.memory");
  return options;
}

StreamService::StreamService(Parts& parts, std::shared_ptr<serve::LiveBoard> board,
                             std::shared_ptr<serve::ChangeFeed> changes)
    : parts_(parts), board_(std::move(board)), changes_(std::move(changes)), categories_(parts) {}

Status StreamService::Start() {
  (void)categories_.Refresh();  // there is no warehouse before the first build
  subscription_ = changes_->Subscribe([this](const warehouse::WarehouseState& state) {
    if (state.version != 0) stale_ = true;
  });
  std::string origin;
  TRY(std::string figures, LiveFigures(parts_.settings(), origin));
  TRY(store::HotStore * store, parts_.HotStore());
  stream::ProcessorOptions options = ProcessorOptionsOf(parts_.settings());
  options.shelf.directory = parts_.directory().scratch();
  TRY(processor_, stream::Processor::Make(figures, origin, options, *store, categories_));
  TRY_STATUS(processor_->Restore());
  TRY_STATUS(board_->Begin(processor_->book(), *store));
  metrics_ = Metrics().Collect([this, store](MetricSamples& out) { SayMetrics(out, *store); });
  stop_ = false;
  ended_ = {};
  beat_ = parts_.clock().Now();
  thread_ = std::thread([this, store] {
    Status ended = Run(*processor_, *store);
    board_->End(ended ? "" : ended.error().message);
    std::lock_guard lock(mutex_);
    ended_ = std::move(ended);
  });
  return {};
}

Status StreamService::Run(stream::Processor& processor, store::HotStore& store) {
  TRY(auto clients, StreamSettings(parts_.settings()));
  stream::RunnerOptions options;
  stream::ProcessorOptions topics;
  options.topics = {topics.transactions_topic, topics.clickstream_topic};
  options.commit_interval = parts_.settings().DurationMs("stream.commit_interval") * 1000;
  options.most_events = static_cast<uint64_t>(parts_.settings().Int("stream.keep_events"));
  auto on_commit = [this](const store::HotBatch& batch, const stream::StreamHealth& health) {
    OnCommit(batch, health);
  };
  return stream::RunStream(clients, options, processor, store, parts_.clock(), on_commit, stop_, beat_);
}

void StreamService::OnCommit(const store::HotBatch& batch, const stream::StreamHealth& health) {
  board_->Commit(batch, health);
  if (stale_.exchange(false)) (void)categories_.Refresh();
  std::lock_guard lock(mutex_);
  health_ = health;
  counters_ = batch.counters;
  watermark_ = batch.watermark;
  committed_at_ = batch.committed_at;
}

void StreamService::SayMetrics(MetricSamples& out, store::HotStore& store) {
  using namespace metric;
  auto seconds = [](Micros time) { return static_cast<double>(time) / kMicrosPerSecond; };
  if (auto size = store.Size()) {
    out.Add(kHotSize, {}, static_cast<double>(size->bytes));
    out.Add(kHotRows, {"orders"}, static_cast<double>(size->lines));
    out.Add(kHotRows, {"events"}, static_cast<double>(size->events));
    out.Add(kHotRows, {"late_records"}, static_cast<double>(size->late));
    out.Add(kHotRows, {"kpi_windows"}, static_cast<double>(size->windows));
  }
  std::lock_guard lock(mutex_);
  if (committed_at_ == 0) return;
  for (const auto& [name, value] : counters_) {
    if (!name.starts_with("gauge.")) out.Add(kStreamRecords, {name}, static_cast<double>(value));
  }
  out.Add(kStreamRate, {}, health_.records_per_second);
  for (const stream::PartitionProgress& p : health_.partitions)
    out.Add(kStreamLag, {p.topic, std::to_string(p.partition)}, static_cast<double>(p.lag));
  out.Add(kStreamLatency, {"50"}, seconds(health_.latency_p50));
  out.Add(kStreamLatency, {"99"}, seconds(health_.latency_p99));
  out.Add(kStreamCommit, {}, seconds(health_.commit_time));
  out.Add(kStreamWatermark, {}, seconds(watermark_));
  out.Add(kStreamCommitted, {}, seconds(committed_at_));
}

void StreamService::Stop() {
  metrics_.reset();
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  subscription_.reset();
  processor_.reset();
}

Status StreamService::Health() {
  {
    std::lock_guard lock(mutex_);
    if (!ended_) return ended_;
  }
  if (parts_.clock().Now() - beat_ > kSilence)
    return Fail(Code::kTimeout, "the stream has committed nothing for a minute");
  return {};
}

// As of the last commit.
std::vector<Holding> StreamService::Holds() {
  std::lock_guard lock(mutex_);
  std::vector<Holding> holds;
  for (const auto& [what, bytes] : health_.held) holds.push_back({what, bytes});
  return holds;
}

}  // namespace souk::app
