// The load of a self-test: a living shop whose records also come out of order, twice, too late and broken,
// and a list of those that were acknowledged.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "kafka/client_settings.h"

namespace souk::app {

struct ShopLoadOptions {
  std::string clickstream_topic, transactions_topic;
  double rate = 5000;  // records per second
  Micros begin = 0;    // the shop's time when it begins
  double speed = 100;  // seconds of the shop's time in one second, at `rate`
  // Records that stay behind others are so far behind at most, in the shop's time.
  Micros most_behind = 60 * kMicrosPerSecond;
  // Records that are too late have times before `begin`, by at least this.
  Micros late_by = 3'600 * kMicrosPerSecond;
};

enum class LoadKind : uint8_t {
  kGood,
  kLate,    // made to be too late
  kPoison,  // made so that nobody can read it
};

struct AcknowledgedRecord {
  bool line = false;  // of an order; else an event
  LoadKind kind = LoadKind::kGood;
  int32_t partition = 0;
  int64_t offset = 0;
  std::string value;
};

struct ShopLoadCounts {
  uint64_t sent = 0, acknowledged = 0;
  // Of those sent: out of order, a second time, too late, impossible to read.
  uint64_t behind = 0, again = 0, late = 0, poison = 0;
};

// Threads: the methods by one; it sends on a thread of its own, at its pace and through outages.
class ShopLoad {
 public:
  static Result<std::unique_ptr<ShopLoad>> Start(const kafka::ClientSettings& clients,
                                                 const ShopLoadOptions& options);
  virtual ~ShopLoad() = default;

  // From now on some records are too late.
  virtual void SendLate() = 0;
  // What was acknowledged since the last call.
  virtual std::vector<AcknowledgedRecord> TakeAcknowledged() = 0;
  virtual ShopLoadCounts counts() const = 0;
  // Fails when records could not be sent.
  virtual Status Check() = 0;
  // Sends no more, and waits until everything was acknowledged.
  virtual Status Stop() = 0;
};

}  // namespace souk::app
