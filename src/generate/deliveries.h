// How many of the records that were sent have arrived.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "kafka/message.h"

namespace souk::generate {

struct DeliverySummary {
  uint64_t sent = 0, acknowledged = 0, failed = 0;
  std::string first_failure;
};

// Counts delivery reports. Threads: any; shared with the reports, which may come after the sender has ended.
class Deliveries {
 public:
  void Add(const Result<kafka::Delivered>& report) {
    std::lock_guard lock(mutex_);
    if (report) {
      ++counts_.acknowledged;
    } else if (++counts_.failed == 1) {
      counts_.first_failure = report.error().message;
    }
  }
  // With the number of records that the caller has sent.
  DeliverySummary Summary(uint64_t sent) const {
    std::lock_guard lock(mutex_);
    DeliverySummary summary = counts_;
    summary.sent = sent;
    return summary;
  }

 private:
  mutable std::mutex mutex_;
  DeliverySummary counts_;
};

}  // namespace souk::generate
