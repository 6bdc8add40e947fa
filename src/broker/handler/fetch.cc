#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "broker/handler/handlers.h"

namespace souk::broker {
namespace {

using Partition = wire::FetchResponse::PartitionData;

// Longer than any client asks for; a connection that is lost meanwhile is noticed after it.
constexpr int32_t kLongestWaitMs = 300'000;

struct Source {
  std::shared_ptr<log::PartitionLog> log;  // null: see error
  ErrorCode error = ErrorCode::kNone;
  uint64_t bytes_at_start = 0;
};

int32_t MostBytes(const BrokerOptions& options, const wire::FetchRequest& request) {
  auto most = static_cast<int32_t>(std::min<size_t>(options.max_fetch_bytes, INT32_MAX));
  return std::min(request.max_bytes, std::max(most, request.min_bytes));
}

// One fetch request from its arrival to its answer. After Begin everything happens on the connection's
// thread, but Wake.
class PendingFetch : public FetchWaiter, public std::enable_shared_from_this<PendingFetch> {
 public:
  PendingFetch(Core& core, CallPtr call, const wire::FetchRequest& request)
      : core_(core),
        call_(std::move(call)),
        plan_(core.fetch_sessions().Begin(request)),
        min_bytes_(request.min_bytes),
        max_bytes_(MostBytes(core.options(), request)),
        wait_ms_(std::min(request.max_wait_ms, kLongestWaitMs)),
        read_committed_(request.isolation_level == 1),
        timer_(call_->sink().loop()) {}

  void Begin();
  void Wake() override;

 private:
  void Find(const FetchTarget& target, Source& source) const;
  bool Ready() const;
  bool Read();
  void ReadOne(size_t i, uint64_t& left, bool& any, bool& full);
  void Wait();
  void Check();
  void Answer();
  bool HasNews(size_t i) const;

  Core& core_;
  CallPtr call_;
  FetchPlan plan_;
  std::vector<Source> sources_;
  std::vector<Partition> results_;
  uint64_t bytes_read_ = 0;
  const int32_t min_bytes_, max_bytes_, wait_ms_;
  const bool read_committed_;
  boost::asio::steady_timer timer_;
  std::atomic<bool> woken_{false};
  bool waiting_ = false;
};

void PendingFetch::Begin() {
  if (plan_.error != ErrorCode::kNone) return Answer();
  sources_.resize(plan_.targets.size());
  bool any_error = false;
  for (size_t i = 0; i < sources_.size(); ++i) {
    Find(plan_.targets[i], sources_[i]);
    any_error = any_error || sources_[i].error != ErrorCode::kNone;
  }
  bool enough = Read();
  if (enough || any_error || wait_ms_ <= 0 || sources_.empty() || core_.stopping()) return Answer();
  Wait();
}

void PendingFetch::Find(const FetchTarget& target, Source& source) const {
  std::shared_ptr<const log::Topic> topic;
  bool by_id = call_->version() >= 13;
  if (by_id)
    topic = core_.store().FindTopic(target.topic_id.bytes);
  else
    topic = core_.store().FindTopic(target.topic);
  if (!topic || target.partition < 0 || static_cast<size_t>(target.partition) >= topic->partitions.size()) {
    source.error = by_id && !topic ? ErrorCode::kUnknownTopicId : ErrorCode::kUnknownTopicOrPartition;
    return;
  }
  if (target.leader_epoch > Core::kLeaderEpoch) {
    source.error = ErrorCode::kUnknownLeaderEpoch;
    return;
  }
  source.log = topic->partitions[static_cast<size_t>(target.partition)];
  source.bytes_at_start = source.log->bytes();
  if (target.fetch_offset < source.log->start_offset() ||
      target.fetch_offset > source.log->high_watermark()) {
    source.error = ErrorCode::kOffsetOutOfRange;
  }
}

// Fills results_; true when there is enough to answer, or no room for more.
bool PendingFetch::Read() {
  results_.assign(sources_.size(), {});
  auto left = static_cast<uint64_t>(std::max(max_bytes_, 0));
  bool any = false, full = false, failed = false;
  for (size_t i = 0; i < sources_.size(); ++i) {
    ReadOne(i, left, any, full);
    failed = failed || results_[i].error_code != 0;
  }
  return failed || full || (any && bytes_read_ >= static_cast<uint64_t>(std::max(min_bytes_, 0))) ||
         min_bytes_ <= 0;
}

void PendingFetch::ReadOne(size_t i, uint64_t& left, bool& any, bool& full) {
  const FetchTarget& target = plan_.targets[i];
  const Source& source = sources_[i];
  Partition& result = results_[i];
  if (i == 0) bytes_read_ = 0;
  result.partition_index = target.partition;
  result.error_code = Wire(source.error);
  result.high_watermark = source.log ? source.log->high_watermark() : -1;
  result.last_stable_offset = result.high_watermark;
  result.log_start_offset = source.log ? source.log->start_offset() : -1;
  result.aborted_transactions.reset();
  if (read_committed_) result.aborted_transactions.emplace();
  result.records = wire::Records::Of({});
  if (source.error != ErrorCode::kNone || target.fetch_offset >= result.high_watermark) return;
  if (left == 0 && any) {
    full = true;
    return;
  }
  uint64_t most = std::min<uint64_t>(left, static_cast<uint64_t>(std::max(target.max_bytes, 0)));
  // A batch larger than what the client allows is sent all the same when it is the first of the answer, or a
  // consumer would be stuck before it.
  auto read = source.log->Read(target.fetch_offset, most, !any);
  if (!read) {
    result.error_code =
        Wire(read.error().code == Code::kNotFound ? ErrorCode::kOffsetOutOfRange : KafkaError(read.error()));
    return;
  }
  result.high_watermark = result.last_stable_offset = read->high_watermark;
  result.log_start_offset = read->start_offset;
  for (const log::FileRange& range : read->ranges) {
    result.records.spans.push_back({range.file->descriptor(), range.position, range.bytes, range.file});
  }
  any = any || read->bytes > 0;
  full = full || read->cut;
  bytes_read_ += read->bytes;
  // What is left of the answer is not offered to one partition after the other.
  left = read->cut && most == left ? 0 : left - std::min(left, read->bytes);
}

void PendingFetch::Wait() {
  waiting_ = true;
  for (const Source& source : sources_) core_.fetch_waits().Add(source.log, shared_from_this());
  timer_.expires_after(std::chrono::milliseconds(wait_ms_));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code) {
    if (!self->waiting_) return;
    self->Read();
    self->Answer();
  });
  Check();  // what came between the first look and the waiting
}

void PendingFetch::Wake() {
  if (woken_.exchange(true)) return;
  boost::asio::post(call_->sink().loop(), [self = shared_from_this()] {
    self->woken_ = false;
    if (self->waiting_) self->Check();
  });
}

// Whether it is worth reading again: by what the partitions have grown, without looking into them.
bool PendingFetch::Ready() const {
  if (core_.stopping()) return true;
  uint64_t grown = bytes_read_;
  bool news = false;
  for (size_t i = 0; i < sources_.size(); ++i) {
    const Source& source = sources_[i];
    news = news || source.log->high_watermark() > plan_.targets[i].fetch_offset;
    uint64_t bytes = source.log->bytes();
    if (bytes > source.bytes_at_start) grown += bytes - source.bytes_at_start;
  }
  return news && grown >= static_cast<uint64_t>(std::max(min_bytes_, 0));
}

void PendingFetch::Check() {
  if (!Ready()) return;
  uint64_t before = bytes_read_;
  if (Read() || core_.stopping()) return Answer();
  bytes_read_ = before;  // Ready counts from what was there at the start
}

bool PendingFetch::HasNews(size_t i) const {
  const Partition& result = results_[i];
  const FetchTarget& target = plan_.targets[i];
  return !plan_.incremental || result.error_code != 0 || result.records.size() > 0 ||
         result.high_watermark != target.told_high_watermark ||
         result.log_start_offset != target.told_start_offset;
}

void PendingFetch::Answer() {
  if (waiting_) {
    waiting_ = false;
    timer_.cancel();
    for (const Source& source : sources_) core_.fetch_waits().Remove(source.log.get(), this);
  }
  wire::FetchResponse response;
  response.error_code = Wire(plan_.error);
  response.session_id = plan_.session_id;
  std::vector<bool> had_records(results_.size());
  for (size_t i = 0; i < results_.size(); ++i) {
    FetchTarget& target = plan_.targets[i];
    had_records[i] = results_[i].records.size() > 0;
    if (!HasNews(i)) continue;
    target.told_high_watermark = results_[i].error_code == 0 ? results_[i].high_watermark : -1;
    target.told_start_offset = results_[i].log_start_offset;
    auto& topics = response.responses;
    if (topics.empty() || topics.back().topic != target.topic ||
        !(topics.back().topic_id == target.topic_id)) {
      topics.emplace_back();
      topics.back().topic = target.topic;
      topics.back().topic_id = target.topic_id;
    }
    topics.back().partitions.push_back(std::move(results_[i]));
  }
  if (plan_.session_id != 0) core_.fetch_sessions().Finish(plan_.session_id, plan_.targets, had_records);
  call_->Reply(response);
}

}  // namespace

void FetchHandler::Handle(Core& core, const CallPtr& call, const wire::FetchRequest& request) {
  std::make_shared<PendingFetch>(core, call, request)->Begin();
}

}  // namespace souk::broker
