#include "generate/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

namespace souk::generate {
namespace {

constexpr auto kTick = std::chrono::milliseconds(5);
constexpr auto kFlushTimeout = std::chrono::seconds(30);
// After a pause (the machine slept, the queue was full) at most so much is caught up with at once.
constexpr double kMostBehindSeconds = 1;

// Both records begin with their id: {"event_id":"…", or {"transaction_id":"…",
std::string_view IdOf(std::string_view json) {
  size_t begin = json.find(":\"");
  if (begin == json.npos) return {};
  begin += 2;
  return json.substr(begin, json.find('"', begin) - begin);
}

// What was acknowledged. Reports come on the producer's thread, the end on another.
class Ledger {
 public:
  ~Ledger() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Status Open(const std::string& path) {
    if (path.empty()) return {};
    path_ = path;
    file_ = std::fopen(path.c_str(), "a");
    if (file_ == nullptr)
      return Fail(Code::kIo, "cannot write the ledger {}: {}", path, std::strerror(errno));
    return {};
  }
  void Add(const Result<kafka::Delivered>& report, Micros at, const std::string& key, const std::string& id) {
    std::lock_guard lock(mutex_);
    if (!report) {
      if (++failed_ == 1) first_failure_ = report.error().message;
      return;
    }
    ++acknowledged_;
    if (file_ == nullptr) return;
    fmt::print(file_, "{},{},{},{},{},{}\n", at / 1000, report->where.topic, report->where.partition,
               report->offset, key, id);
  }
  Status Flush() {
    std::lock_guard lock(mutex_);
    if (file_ == nullptr || (std::fflush(file_) == 0 && std::ferror(file_) == 0)) return {};
    return Fail(Code::kIo, "cannot write the ledger {}: {}", path_, std::strerror(errno));
  }
  void Fill(LiveSummary& summary) {
    std::lock_guard lock(mutex_);
    summary.acknowledged = acknowledged_;
    summary.failed = failed_;
    summary.first_failure = first_failure_;
  }

 private:
  std::mutex mutex_;
  std::string path_;
  std::FILE* file_ = nullptr;
  uint64_t acknowledged_ = 0, failed_ = 0;
  std::string first_failure_;
};

class Live {
 public:
  Live(const LiveOptions& options, kafka::Producer& producer, const Clock& clock, Progress& progress)
      : options_(options), producer_(producer), clock_(clock), progress_(progress) {}

  Result<LiveSummary> Run() {
    TRY_STATUS(ledger_->Open(options_.ledger));
    LiveShopOptions shop = options_.shop;
    shop.begin = clock_.Now();
    shop.records_per_second = options_.rate;
    TRY(shop_, LiveShop::Make(shop));
    progress_.Stage("sending", options_.records, "records");
    TRY_STATUS(Send());
    Status flushed = producer_.Flush(std::chrono::duration_cast<std::chrono::milliseconds>(kFlushTimeout));
    TRY_STATUS(ledger_->Flush());
    ledger_->Fill(summary_);
    if (!flushed && summary_.acknowledged == 0) return tl::unexpected(flushed.error());
    summary_.seconds = Seconds();
    summary_.shop = shop_->counts();
    return summary_;
  }

 private:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  bool Done() const {
    return progress_.Cancelled() || (options_.records > 0 && summary_.sent >= options_.records);
  }

  Status Send() {
    began_ = std::chrono::steady_clock::now();
    double flushed_at = 0, skipped = 0;
    Micros last = 0;
    while (!Done()) {
      double now = Seconds();
      double due = RecordsDue(options_, now) - skipped - static_cast<double>(summary_.sent);
      double most =
          kMostBehindSeconds * options_.rate * std::max(1.0, options_.burst_s > 0 ? options_.burst : 1.0);
      if (due > most + 1) {
        skipped += due - most;
        due = most;
      }
      last = std::max(last, clock_.Now());
      for (; due >= 1 && !Done(); --due) TRY_STATUS(SendOne(last));
      if (now - flushed_at > 1) {
        TRY_STATUS(ledger_->Flush());
        flushed_at = now;
      }
      std::this_thread::sleep_for(kTick);
    }
    return {};
  }

  Status SendOne(Micros now) {
    LiveRecord record = shop_->Next(now);
    kafka::Message message;
    message.topic =
        record.kind == LiveKind::kClick ? options_.clickstream_topic : options_.transactions_topic;
    message.timestamp_ms = now / 1000;
    std::string id(IdOf(record.json));
    message.value = std::move(record.json);
    message.key = record.key;
    // The ledger outlives this object where a report comes after the end.
    auto report = [ledger = ledger_, now, key = std::move(record.key),
                   id = std::move(id)](const auto& delivered) { ledger->Add(delivered, now, key, id); };
    TRY_STATUS(producer_.Send(std::move(message), std::move(report)));
    ++summary_.sent;
    progress_.Advance(1);
    return {};
  }

  const LiveOptions& options_;
  kafka::Producer& producer_;
  const Clock& clock_;
  Progress& progress_;
  std::shared_ptr<Ledger> ledger_ = std::make_shared<Ledger>();
  std::unique_ptr<LiveShop> shop_;
  std::chrono::steady_clock::time_point began_;
  LiveSummary summary_;
};

}  // namespace

double RecordsDue(const LiveOptions& options, double seconds) {
  if (options.burst_s <= 0) return options.rate * seconds;
  double whole = std::floor(seconds / options.burst_every_s);
  double busy = whole * options.burst_s + std::min(seconds - whole * options.burst_every_s, options.burst_s);
  return options.rate * (seconds + (options.burst - 1) * busy);
}

Result<LiveSummary> RunLive(const LiveOptions& options, kafka::Producer& producer, const Clock& clock,
                            Progress& progress) {
  if (!(options.rate > 0)) return Fail(Code::kInvalid, "the rate must be above 0 records per second");
  if (options.burst_s > 0 && (options.burst < 1 || options.burst_every_s < options.burst_s)) {
    return Fail(Code::kInvalid, "a burst must be at least 1 times the rate and fit between two bursts");
  }
  return Live(options, producer, clock, progress).Run();
}

}  // namespace souk::generate
