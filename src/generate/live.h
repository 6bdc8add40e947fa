// The living shop, told to topics at a chosen pace.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/progress.h"
#include "base/result.h"
#include "generate/deliveries.h"
#include "generate/live_shop.h"
#include "kafka/producer.h"

namespace souk::generate {

struct LiveOptions {
  HistoryOptions history;  // what went before: customers and products are its, as on its last day
  std::string clickstream_topic = "ecommerce-clickstream";
  std::string transactions_topic = "ecommerce-transactions";
  double rate = 100;  // records per second, clicks and transactions together
  // Bursts: for the first `burst_s` seconds of every `burst_every_s`, `burst` times the rate.
  double burst = 5;
  double burst_s = 0;  // 0 = no bursts
  double burst_every_s = 60;
  uint64_t records = 0;  // end after so many; 0 = when it is stopped
  // A file that gets a line for every record once it is acknowledged, and only then:
  // "unix ms,topic,partition,offset,key,id". Appended to; "" = none.
  std::string ledger;
};

struct LiveSummary {
  DeliverySummary records;
  double seconds = 0;
  LiveCounts shop;
};

// Ends at `records`, or in order when `progress` is cancelled: what was sent is then waited for, and the
// summary is given as if it had been all. An error only when nothing can be sent at all (the topics are not
// there, the ledger cannot be written). Blocks; the calling thread does the work.
Result<LiveSummary> RunLive(const LiveOptions& options, kafka::Producer& producer, const Clock& clock,
                            Progress& progress);

// Records that are due `seconds` after the beginning, bursts included.
double RecordsDue(const LiveOptions& options, double seconds);

}  // namespace souk::generate
