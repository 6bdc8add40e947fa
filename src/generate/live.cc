#include "generate/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
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

// What was acknowledged, line by line. Reports come on the producer's thread, the end on another.
class Ledger {
 public:
  ~Ledger() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Status Open(const std::string& path) {
    if (path.empty()) return {};
    path_ = path;
    file_ = std::fopen(path.c_str(), "a");
    return file_ == nullptr ? Failed() : Status();
  }
  void Add(const kafka::Delivered& record, Micros at, const std::string& key, const std::string& id) {
    if (file_ == nullptr) return;
    std::string line = fmt::format("{},{},{},{},{},{}\n", at / 1000, record.where.topic,
                                   record.where.partition, record.offset, key, id);
    std::fputs(line.c_str(), file_);  // Flush tells of a failure
  }
  Status Flush() {
    if (file_ == nullptr || (std::fflush(file_) == 0 && std::ferror(file_) == 0)) return {};
    return Failed();
  }

 private:
  Status Failed() const {
    return Fail(Code::kIo, "cannot write the ledger {}: {}", path_, std::strerror(errno));
  }

  std::string path_;
  std::FILE* file_ = nullptr;
};

// Outlives the run where a report comes after its end.
struct Reports {
  Deliveries deliveries;
  Ledger ledger;
};

class Live {
 public:
  Live(const LiveOptions& options, kafka::Producer& producer, const Clock& clock, Progress& progress)
      : options_(options), producer_(producer), clock_(clock), progress_(progress) {}

  Result<LiveSummary> Run() {
    TRY_STATUS(reports_->ledger.Open(options_.ledger));
    TRY(shop_, LiveShop::Make({options_.history, clock_.Now(), options_.rate}));
    progress_.Stage("sending", options_.records, "records");
    TRY_STATUS(Send());
    Status flushed = producer_.Flush(kFlushTimeout);
    TRY_STATUS(reports_->ledger.Flush());
    LiveSummary summary{reports_->deliveries.Summary(sent_), Seconds(), shop_->counts()};
    if (!flushed && summary.records.acknowledged == 0) return tl::unexpected(flushed.error());
    return summary;
  }

 private:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  bool Done() const { return progress_.Cancelled() || (options_.records > 0 && sent_ >= options_.records); }

  Status Send() {
    began_ = std::chrono::steady_clock::now();
    double flushed_at = 0, skipped = 0;
    Micros last = 0;
    while (!Done()) {
      double now = Seconds();
      double due = RecordsDue(options_, now) - skipped - static_cast<double>(sent_);
      double most =
          kMostBehindSeconds * options_.rate * std::max(1.0, options_.burst_s > 0 ? options_.burst : 1.0);
      if (due > most + 1) {
        skipped += due - most;
        due = most;
      }
      last = std::max(last, clock_.Now());
      for (; due >= 1 && !Done(); --due) TRY_STATUS(SendOne(last));
      if (now - flushed_at > 1) {
        TRY_STATUS(reports_->ledger.Flush());
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
    auto report = [reports = reports_, now, key = std::move(record.key),
                   id = std::move(id)](const Result<kafka::Delivered>& delivered) {
      reports->deliveries.Add(delivered);
      if (delivered) reports->ledger.Add(*delivered, now, key, id);
    };
    TRY_STATUS(producer_.Send(std::move(message), std::move(report)));
    ++sent_;
    progress_.Advance(1);
    return {};
  }

  const LiveOptions& options_;
  kafka::Producer& producer_;
  const Clock& clock_;
  Progress& progress_;
  std::shared_ptr<Reports> reports_ = std::make_shared<Reports>();
  std::unique_ptr<LiveShop> shop_;
  std::chrono::steady_clock::time_point began_;
  uint64_t sent_ = 0;
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
