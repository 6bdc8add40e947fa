// The shop simulator, living half: visits, orders and what becomes of them, record after record, as they
// happen.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "generate/history.h"

namespace souk::generate {

struct LiveShopOptions {
  HistoryOptions history;  // what went before: customers and products are its, as on its last day
  // Makes the draws and ids of this run: two runs that begin at different moments share none.
  Micros begin = 0;
  // What is usual: how many visitors are there at once follows from it. Records asked for faster than that,
  // or faster than 200 a second, come from visitors who hurry.
  double records_per_second = 100;
};

enum class LiveKind : uint8_t { kClick, kTransaction };

struct LiveRecord {
  LiveKind kind = LiveKind::kClick;
  std::string key;   // the customer, or a guest's visit: what belongs together has one key
  std::string json;  // in the columns of schemas/clickstream.yml or transactions.yml
};

struct LiveCounts {
  uint64_t clicks = 0, visits = 0;
  uint64_t lines = 0;  // of transactions, later versions of them included
  uint64_t orders = 0, paid = 0, failed = 0, cancelled = 0, returned = 0;
};

// An order's lines come first as pending, and again with what became of the payment, within half a minute;
// cancelled ones again within ten minutes. A line that is sent back comes as a line of its own within an
// hour. Not thread-safe. Memory: the visits that are open, some minutes' worth of records.
class LiveShop {
 public:
  static Result<std::unique_ptr<LiveShop>> Make(const LiveShopOptions& options);
  ~LiveShop();

  // The next record, happening at `now`. Calls must not go back in time.
  LiveRecord Next(Micros now);
  const LiveCounts& counts() const;

 private:
  class Impl;
  explicit LiveShop(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::generate
