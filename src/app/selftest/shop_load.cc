#include "app/selftest/shop_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "app/shop_size.h"
#include "app/stream_clients.h"
#include "generate/live_shop.h"
#include "kafka/position.h"
#include "kafka/producer.h"

namespace souk::app {
namespace {

constexpr auto kTick = std::chrono::milliseconds(5);
constexpr auto kLastAnswers = std::chrono::seconds(120);
constexpr double kMostBehindSeconds = 1;  // what is caught up with at once after a pause
constexpr double kBehind = 0.05, kAgain = 0.02, kLate = 0.005;
constexpr uint64_t kPoisonEvery = 400, kFirstPoison = 20;
constexpr uint64_t kSeed = 20'251'128;

struct Prepared {
  generate::LiveRecord record;
  LoadKind kind = LoadKind::kGood;
};

// Reports may come after the load has gone.
struct Ledger {
  std::mutex mutex;
  std::vector<AcknowledgedRecord> fresh;
  std::string failure;
  std::atomic<uint64_t> acknowledged = 0;
};

// The same thing at an earlier time, under an id that nothing else has.
void MakeLate(generate::LiveRecord& record, Micros time, uint64_t number) {
  auto json = nlohmann::ordered_json::parse(record.json);
  std::string text = kafka::FormatTimeMs(time / 1000);
  if (record.kind == generate::LiveKind::kClick) {
    json["event_id"] = fmt::format("late-{}", number);
    json["event_time"] = text;
  } else {
    json["transaction_id"] = fmt::format("LATE{}", number);
    json["transaction_timestamp"] = json["updated_at"] = text;
  }
  record.json = json.dump();
}

// What a broken client sends in its place, in several ways.
void MakePoison(generate::LiveRecord& record, uint64_t number) {
  auto json = nlohmann::ordered_json::parse(record.json);
  const char* time = record.kind == generate::LiveKind::kClick ? "event_time" : "transaction_timestamp";
  switch (number % 5) {
    case 0: record.json.resize(record.json.size() / 2); return;
    case 1: json.erase(time); break;
    case 2: json[time] = "yesterday"; break;
    case 3: record.json = fmt::format("{{\"id\":{},\"name\":\"\xE9t\xE9\"}}", number); return;
    default: record.json = fmt::format("[{}]", record.json); return;
  }
  record.json = json.dump();
}

class RunningShopLoad final : public ShopLoad {
 public:
  RunningShopLoad(const ShopLoadOptions& options, std::unique_ptr<generate::LiveShop> shop,
                  std::unique_ptr<kafka::Producer> producer)
      : options_(options),
        shop_(std::move(shop)),
        producer_(std::move(producer)),
        thread_([this] { Run(); }) {}
  ~RunningShopLoad() override {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  void SendLate() override { send_late_ = true; }
  std::vector<AcknowledgedRecord> TakeAcknowledged() override {
    std::lock_guard lock(ledger_->mutex);
    return std::exchange(ledger_->fresh, {});
  }
  ShopLoadCounts counts() const override {
    return {sent_, ledger_->acknowledged, behind_, again_, late_, poison_};
  }
  Status Check() override {
    std::lock_guard lock(ledger_->mutex);
    if (ledger_->failure.empty()) return {};
    return Fail(Code::kUnavailable, "records could not be sent: {}", ledger_->failure);
  }
  Status Stop() override {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    TRY_STATUS(producer_->Flush(kLastAnswers));
    return Check();
  }

 private:
  void Run() {
    auto began = std::chrono::steady_clock::now();
    double skipped = 0;
    while (!stop_) {
      double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
      double due = seconds * options_.rate - skipped - static_cast<double>(made_);
      if (double most = kMostBehindSeconds * options_.rate; due > most + 1) {
        skipped += due - most;
        due = most;
      }
      for (; due >= 1 && !stop_; --due) MakeOne();
      std::this_thread::sleep_for(kTick);
    }
    for (auto& [turn, held] : held_) Send(std::move(held));
  }

  // The shop's time follows from how many records there were, so that it alone says what is too late,
  // whatever the machine does.
  Micros ShopTime() const {
    return options_.begin + static_cast<Micros>(static_cast<double>(made_) * options_.speed / options_.rate *
                                                kMicrosPerSecond);
  }

  void MakeOne() {
    for (; !held_.empty() && held_.begin()->first <= made_; held_.erase(held_.begin()))
      Send(std::move(held_.begin()->second));
    Prepared next{shop_->Next(ShopTime())};
    ++made_;
    if (Chance(kAgain)) {
      ++again_;
      held_.emplace(LaterTurn(), next);
    }
    if (send_late_ && Chance(kLate)) {
      Prepared late = next;
      late.kind = LoadKind::kLate;
      MakeLate(late.record, options_.begin - options_.late_by - static_cast<Micros>(made_) * 1000, made_);
      ++late_;
      Send(std::move(late));
    }
    if (made_ % kPoisonEvery == kFirstPoison) {
      Prepared poison = next;
      poison.kind = LoadKind::kPoison;
      MakePoison(poison.record, poison_++);
      Send(std::move(poison));
    }
    if (Chance(kBehind)) {
      ++behind_;
      held_.emplace(LaterTurn(), std::move(next));
    } else {
      Send(std::move(next));
    }
  }

  bool Chance(double share) { return std::uniform_real_distribution<>()(random_) < share; }
  uint64_t LaterTurn() {
    double records =
        static_cast<double>(options_.most_behind) / kMicrosPerSecond / options_.speed * options_.rate;
    return made_ + 1 + static_cast<uint64_t>(std::uniform_real_distribution<>(0, records)(random_));
  }

  void Send(Prepared prepared) {
    bool line = prepared.record.kind == generate::LiveKind::kTransaction;
    kafka::Message message;
    message.topic = line ? options_.transactions_topic : options_.clickstream_topic;
    message.key = prepared.record.key;
    message.value = prepared.record.json;
    auto report = [ledger = ledger_, line, kind = prepared.kind, value = std::move(prepared.record.json)](
                      const Result<kafka::Delivered>& delivered) mutable {
      std::lock_guard lock(ledger->mutex);
      if (!delivered) {
        if (ledger->failure.empty()) ledger->failure = delivered.error().message;
        return;
      }
      ++ledger->acknowledged;
      ledger->fresh.push_back({line, kind, delivered->where.partition, delivered->offset, std::move(value)});
    };
    if (Status sent = producer_->Send(std::move(message), std::move(report)); !sent) {
      std::lock_guard lock(ledger_->mutex);
      ledger_->failure = sent.error().message;
      return;
    }
    ++sent_;
  }

  const ShopLoadOptions options_;
  std::shared_ptr<Ledger> ledger_ = std::make_shared<Ledger>();
  std::unique_ptr<generate::LiveShop> shop_;
  std::unique_ptr<kafka::Producer> producer_;
  std::mt19937_64 random_{kSeed};
  std::multimap<uint64_t, Prepared> held_;  // by the turn at which they are sent
  uint64_t made_ = 0;
  std::atomic<uint64_t> sent_ = 0, behind_ = 0, again_ = 0, late_ = 0, poison_ = 0;
  std::atomic<bool> stop_ = false, send_late_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ShopLoad>> ShopLoad::Start(const kafka::ClientSettings& clients,
                                                  const ShopLoadOptions& options) {
  generate::LiveShopOptions shop;
  TRY_STATUS(SetShopSize("small", shop.history));
  TRY_STATUS(SetShopDays("", "", SystemClock(), shop.history));
  shop.begin = options.begin;
  shop.records_per_second = options.rate;
  TRY(auto living, generate::LiveShop::Make(shop));
  kafka::ProducerOptions producer;
  // An outage is waited for, and ends as soon as the broker is back.
  producer.properties = {{"message.timeout.ms", "600000"},
                         {"queue.buffering.max.messages", "1000000"},
                         {"reconnect.backoff.max.ms", "200"},
                         {"compression.codec", "snappy"}};
  TRY(auto opened, kafka::Producer::Open(clients, producer));
  return std::unique_ptr<ShopLoad>(
      std::make_unique<RunningShopLoad>(options, std::move(living), std::move(opened)));
}

}  // namespace souk::app
