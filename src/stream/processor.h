// From records of topics to live figures. Knows nothing of threads, Kafka or files: it is given records and
// the time, and cuts batches for the hot store. The same records in the same order give the same batches,
// also when it is made anew from the store between any two of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/hot_store.h"
#include "stream/accumulator.h"
#include "stream/order_book.h"
#include "stream/record_decoder.h"
#include "stream/seen_events.h"
#include "stream/visit_book.h"
#include "stream/watermark.h"

namespace souk::stream {

struct ProcessorOptions {
  std::string transactions_topic = "ecommerce-transactions";
  std::string clickstream_topic = "ecommerce-clickstream";
  record::JsonDecoderOptions decoder;
  WatermarkOptions watermark;
  VisitOptions visits;
  ShelfOptions shelf;  // for visits without news
  // How long after the watermark orders stay in memory; an older one that changes is fetched from the store.
  Micros keep_orders = 15 * 60 * kMicrosPerSecond;
  // A change of something older is for the build alone.
  Micros keep_windows = 7 * kMicrosPerDay;
  // Whether batches hold the records themselves; without, they hold figures and state only.
  bool keep_records = true;
};

// Names of HotBatch::counters; beside them "gauge.<name>" for the book's gauges.
constexpr const char* kCounterTransactions = "transactions";  // lines taken, in any version
constexpr const char* kCounterEvents = "events";
constexpr const char* kCounterDuplicates =
    "duplicates";  // changed nothing: there already, in this or a newer version
constexpr const char* kCounterUpdates = "updates";  // took the place of an earlier version
constexpr const char* kCounterLate = "late";
constexpr const char* kCounterRefused = "refused";  // could not be read; they wait in quarantine

// Threads: one at a time, but for the decoder. When Take or Cut fails, or a batch cannot be committed, the
// processor is of no more use: another one goes on from the store.
class Processor {
 public:
  // `yaml` declares the figures (kpi_book.h), `origin` names it in errors. Everything outlives the processor.
  static Result<std::unique_ptr<Processor>> Make(std::string_view yaml, std::string_view origin,
                                                 const ProcessorOptions& options, store::HotStore& store,
                                                 const ProductCategories& categories);
  virtual ~Processor() = default;

  // What has to be waited for before the store is read, so that the last batch is in it; unless batches are
  // committed before the processor goes on.
  virtual void BeforeReading(std::function<Status()> wait) = 0;

  // Goes on where the store is. Call once, before anything else.
  virtual Status Restore() = 0;
  // A partition that will be read; kInvalid for a topic that is neither of the two. Its number, and where to
  // begin.
  virtual Result<size_t> AddPartition(const std::string& topic, int32_t partition, int64_t& next_offset) = 0;
  // FingerprintOf the last record that was taken from the partition, also by an earlier processor; 0 = not
  // known.
  virtual uint64_t LastFingerprint(size_t partition) const = 0;
  // The partition goes on at another offset: its topic has lost what was read, and others are there now.
  virtual void ContinueAt(size_t partition, int64_t offset) = 0;

  // Records in the order of their partitions. Those the store has already are passed over.
  Status Take(std::span<const StreamRecord> records, Micros now);
  // Take in two steps: what the decoder makes of records is counted. While Count or Cut is at work, another
  // thread may use the decoder for the records that come next. `batch` is used up.
  virtual RecordDecoder& decoder() = 0;
  virtual Status Count(DecodedBatch& batch, Micros now) = 0;
  virtual void AtEnd(size_t partition, Micros now) = 0;

  // What came of it since the last batch; nothing when nothing changed. The next batch builds on it, so it
  // has to be committed before that one.
  virtual Result<std::optional<store::HotBatch>> Cut(Micros now) = 0;
  // What the store may forget now.
  virtual store::HotRetention Retention() const = 0;

  // Parts of the memory that it counts: what, bytes. Those of the store are the store's.
  virtual std::vector<std::pair<std::string, uint64_t>> Held() const = 0;
  virtual const KpiBook& book() const = 0;
  virtual Micros watermark() const = 0;
};

}  // namespace souk::stream
