#include "stream/processor.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <limits>

#include "stream/last_records.h"

namespace souk::stream {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
// Windows of visits change as long as the visit lasts and its cart is open.
constexpr Micros kKeepVisitWindows = 120 * kMinute;
constexpr Micros kKeepEvents = 15 * kMinute;
constexpr size_t kAhead = 12;  // lines that the order book is told of beforehand
constexpr Micros kGaugeInterval = kMicrosPerSecond;

struct Counters {
  int64_t transactions = 0, events = 0, duplicates = 0, updates = 0, late = 0, refused = 0;
};

std::map<std::string, int64_t> NamesOf(const Counters& c) {
  return {
      {kCounterTransactions, c.transactions}, {kCounterEvents, c.events}, {kCounterDuplicates, c.duplicates},
      {kCounterUpdates, c.updates},           {kCounterLate, c.late},     {kCounterRefused, c.refused}};
}

Counters CountersFrom(const std::map<std::string, int64_t>& names) {
  auto value = [&](const char* name) {
    auto found = names.find(name);
    return found == names.end() ? 0 : found->second;
  };
  return {value(kCounterTransactions), value(kCounterEvents), value(kCounterDuplicates),
          value(kCounterUpdates),      value(kCounterLate),   value(kCounterRefused)};
}

struct PartitionInfo {
  std::string topic;
  int32_t partition = 0;
  int64_t next_offset = 0;
};

class StreamProcessor final : public Processor {
 public:
  StreamProcessor(const ProcessorOptions& options, store::HotStore& store, std::unique_ptr<Symbols> symbols,
                  std::unique_ptr<KpiBook> book, RecordDecoder decoder)
      : options_(options),
        store_(store),
        symbols_(std::move(symbols)),
        book_(std::move(book)),
        decoder_(std::move(decoder)),
        restored_(*book_, Subject::kTransactions, *symbols_),
        figures_(*book_, *symbols_),
        orders_(restored_.width()),
        visits_(*book_, *symbols_, options.visits, options.shelf),
        watermark_(options.watermark) {}

  void BeforeReading(std::function<Status()> wait) override { before_reading_ = std::move(wait); }

  Status Restore() override {
    TRY(store::HotHead head, store_.Head());
    positions_ = head.positions;
    counters_ = CountersFrom(head.counters);
    if (head.committed_at == 0) return {};
    watermark_.Restore(head.watermark);
    auto last = [&](std::string_view key, std::string_view value) { return last_.Restore(key, value); };
    TRY_STATUS(store_.ReadState(LastRecords::kSpace, last));
    TRY_STATUS(RestoreFigures(head.watermark));
    TRY_STATUS(RestoreOrders(head.watermark - options_.keep_orders));
    auto event = [&](std::string_view key, std::string_view value) { return seen_.Restore(key, value); };
    TRY_STATUS(store_.ReadState(SeenEvents::kSpace, event));
    auto old = [&](std::string_view key, std::string_view value) { return visits_.RestoreOld(key, value); };
    TRY_STATUS(store_.ReadState(VisitBook::kOldSpace, old));
    auto visits = [&](std::string_view key, std::string_view value) {
      return visits_.Restore(key, value, head.watermark);
    };
    TRY_STATUS(store_.ReadState(VisitLog::kSpace, visits));
    return visits_.EndRestore(head.watermark);
  }

  Result<size_t> AddPartition(const std::string& topic, int32_t partition, int64_t& next_offset) override {
    bool lines = topic == options_.transactions_topic;
    if (!lines && topic != options_.clickstream_topic)
      return Fail(Code::kInvalid, "the stream does not read the topic {}", topic);
    store::Position position;
    if (auto found = positions_.find({topic, partition}); found != positions_.end()) position = found->second;
    size_t number = partitions_.size();
    partitions_.push_back({topic, partition, position.next_offset});
    decoder_.AddPartition(topic, partition, lines);
    watermark_.AddPartition(number, position.latest);
    next_offset = position.next_offset;
    return number;
  }

  uint64_t LastFingerprint(size_t partition) const override {
    return last_.Of(partitions_[partition].topic, partitions_[partition].partition);
  }

  void ContinueAt(size_t partition, int64_t offset) override {
    PartitionInfo& info = partitions_[partition];
    info.next_offset = offset;
    last_.Set(info.topic, info.partition, 0);
    moved_ = true;
  }

  RecordDecoder& decoder() override { return decoder_; }

  Status Count(DecodedBatch& batch, Micros now) override {
    now_ = now;
    decoded_ = &batch;
    deferred_.clear();
    awaited_.clear();
    for (size_t i = 0; i < batch.records.size(); ++i) {
      const Record& record = batch.records[i];
      if (record.kind == DecodedBatch::Kind::kLine && record.place + kAhead < batch.lines.size())
        orders_.Expect(batch.lines[record.place + kAhead].order);
      PartitionInfo& partition = partitions_[record.partition];
      if (record.offset < partition.next_offset) continue;
      partition.next_offset = record.offset + 1;
      moved_ = true;
      switch (record.kind) {
        case DecodedBatch::Kind::kRefused: ++counters_.refused; break;
        case DecodedBatch::Kind::kLine: TakeLine(i, false); break;
        case DecodedBatch::Kind::kEvent: TRY_STATUS(TakeEvent(i)); break;
      }
    }
    Remember();
    return TakeDeferred();
  }

  void AtEnd(size_t partition, Micros now) override { watermark_.AtEnd(partition, now); }

  Result<std::optional<store::HotBatch>> Cut(Micros now) override {
    watermark_.Tick(now);
    Micros watermark = watermark_.current();
    TRY_STATUS(visits_.Advance(watermark, figures_));
    if (auto unknown = figures_.Unknown(); !unknown.empty()) {
      TRY_STATUS(before_reading_());
      TRY(auto stored, store_.FindWindows(unknown));
      figures_.Join(stored);
    }
    store::HotBatch batch = std::move(batch_);
    batch_ = {};
    newest_version_.clear();
    batch.windows = figures_.TakeChanges();
    TRY_STATUS(visits_.TakeChanges(batch.state, batch.forgotten));
    seen_.TakeChanges(batch.state);
    last_.TakeChanges(batch.state);
    TRY(bool measured, MeasureGauges(now));
    if (!moved_ && !measured && batch.windows.empty() && batch.state.empty() && batch.forgotten.empty())
      return std::nullopt;
    moved_ = false;
    Forget(watermark, batch);
    for (size_t i = 0; i < partitions_.size(); ++i) {
      const PartitionInfo& p = partitions_[i];
      batch.positions[{p.topic, p.partition}] = {p.next_offset, watermark_.latest(i)};
    }
    batch.counters = NamesOf(counters_);
    for (const auto& [name, value] : gauges_) batch.counters["gauge." + name] = value;
    batch.watermark = watermark;
    batch.committed_at = now;
    return batch;
  }

  store::HotRetention Retention() const override {
    store::HotRetention retention;
    Micros watermark = watermark_.current();
    retention.lines_before = watermark - options_.keep_windows;
    retention.events_before = watermark - kKeepEvents;
    retention.windows_before = watermark - options_.keep_windows;
    retention.late_before = now_ - options_.keep_windows;
    return retention;
  }

  std::vector<std::pair<std::string, uint64_t>> Held() const override {
    return {{"order lines", orders_.bytes()}, {"visits", visits_.bytes()}, {"figures", figures_.bytes()}};
  }
  const KpiBook& book() const override { return *book_; }
  Micros watermark() const override { return watermark_.current(); }

 private:
  using Record = DecodedBatch::Record;

  Status RestoreFigures(Micros watermark) {
    Micros longest = 0;
    for (const Cube& cube : book_->cubes()) longest = std::max(longest, cube.window.size);
    Micros complete = watermark - kKeepVisitWindows;
    auto load = [&](const store::WindowValue& value) -> Status {
      figures_.Load(value);
      return {};
    };
    TRY_STATUS(store_.ReadWindows(complete - longest, std::numeric_limits<Micros>::max(), load));
    for (Subject subject : {Subject::kTransactions, Subject::kClickstream, Subject::kVisits})
      figures_.SetComplete(subject, complete);
    figures_.SetOldest(watermark - options_.keep_windows);
    return {};
  }

  // Orders that changed lately, each with all its lines.
  Status RestoreOrders(Micros since) {
    orders_since_ = since;
    std::vector<std::string> older;
    auto restore = [&](const store::HotRecord& line) -> Status {
      RestoreLine(line);
      if (line.record.value(line_fields_.time).number < since)
        older.emplace_back(line.record.value(line_fields_.order).text);
      return {};
    };
    TRY_STATUS(store_.ReadLines(since, restore));
    if (older.empty()) return {};
    TRY(auto lines, store_.FindOrders(older));
    for (const auto& line : lines) RestoreLine(line);
    return {};
  }

  void RestoreLine(const store::HotRecord& line) {
    record::TypedRecord record = line.record.View();
    values_.clear();
    restored_.Append(record, values_);
    orders_.Restore(IdOf(record.values[line_fields_.order].text), IdOf(record.values[line_fields_.line].text),
                    record.values[line_fields_.updated].number, values_);
  }

  // `index` is the record's in the batch, as below.
  void Keep(std::vector<store::HotRecord>& list, size_t index, Micros own_time) {
    if (!options_.keep_records) return;
    const Record& record = decoded_->records[index];
    const PartitionInfo& partition = partitions_[record.partition];
    list.push_back({std::move(decoded_->owned[index]), now_, now_ - own_time, partition.topic,
                    partition.partition, record.offset});
  }

  // True when the record comes too late for windows.
  bool IsLate(size_t index, Micros own_time) {
    const Record& record = decoded_->records[index];
    bool late = own_time < watermark_.current();
    watermark_.See(record.partition, own_time, record.timestamp_ms * 1000);
    if (!late) return false;
    ++counters_.late;
    Keep(batch_.late, index, own_time);
    return true;
  }

  void TakeLine(size_t index, bool fetched) {
    size_t place = decoded_->records[index].place;
    const DecodedBatch::Line& line = decoded_->lines[place];
    if (!fetched) {
      if (IsLate(index, line.updated_at)) return;
      if (awaited_.contains(line.order) || Forgotten(line.time, line.order)) {
        if (awaited_.insert(line.order).second) awaited_ids_.emplace_back(decoded_->TextOf(line.order_id));
        deferred_.push_back(index);
        return;
      }
    }
    ++counters_.transactions;
    Values values(&decoded_->line_values[place * restored_.width()], restored_.width());
    OrderBook::Taken taken = orders_.Take(line.order, line.line, line.updated_at, values, figures_);
    std::optional<Micros> replaces;
    switch (taken.outcome) {
      case OrderBook::Outcome::kDuplicate:
      case OrderBook::Outcome::kOlder: ++counters_.duplicates; return;
      case OrderBook::Outcome::kReplaced:
        ++counters_.updates;
        replaces = taken.replaced;
        break;
      case OrderBook::Outcome::kNew: break;
    }
    KeepLine(line, index, replaces);
  }

  void Remember() {
    for (const DecodedBatch::Last& last : decoded_->last) {
      const PartitionInfo& partition = partitions_[last.partition];
      if (last.offset + 1 == partition.next_offset)
        last_.Set(partition.topic, partition.partition, last.fingerprint);
    }
  }

  // One version of a line in a batch: the newest.
  void KeepLine(const DecodedBatch::Line& line, size_t index, std::optional<Micros> replaces) {
    if (!options_.keep_records) return;
    Keep(batch_.lines, index, line.updated_at);
    auto [place, first] = newest_version_.try_emplace(line.line, batch_.lines.size() - 1);
    batch_.lines.back().replaces = first ? replaces : batch_.lines[place->second].replaces;
    if (first) return;
    batch_.lines[place->second] = std::move(batch_.lines.back());
    batch_.lines.pop_back();
  }

  // Whether lines of the order may be in the store that are not in memory and share a window with this one.
  bool Forgotten(Micros time, const Id& order) const {
    return orders_since_ != kNull && time - book_->longest_window(Subject::kTransactions) < orders_since_ &&
           !orders_.Has(order);
  }

  Status TakeDeferred() {
    if (deferred_.empty()) return {};
    TRY_STATUS(before_reading_());
    TRY(auto lines, store_.FindOrders(awaited_ids_));
    awaited_ids_.clear();
    for (const auto& line : lines) RestoreLine(line);
    for (size_t index : deferred_) TakeLine(index, true);
    return {};
  }

  Status TakeEvent(size_t index) {
    size_t place = decoded_->records[index].place;
    const DecodedBatch::Event& event = decoded_->events[place];
    Micros time = event.visit.time;
    if (IsLate(index, time)) return {};
    ++counters_.events;
    if (!seen_.Add(event.id, time)) {
      ++counters_.duplicates;
      return {};
    }
    size_t width = book_->use(Subject::kClickstream).fields().size();
    figures_.Apply(Subject::kClickstream, {decoded_->event_values.data() + place * width, width}, 1);
    VisitEvent visit = event.visit;
    visit.id = decoded_->TextOf(event.event_id);
    visit.user = decoded_->TextOf(event.user);
    std::string_view session = decoded_->TextOf(event.session_id);
    TRY_STATUS(visits_.Take(session, visit, watermark_.current(), figures_));
    Keep(batch_.events, index, time);
    return {};
  }

  // At most once a second, and only while something happens.
  Result<bool> MeasureGauges(Micros now) {
    if (now - gauges_at_ < kGaugeInterval) return false;
    gauges_at_ = now;
    TRY(auto gauges, visits_.Measure(watermark_.newest()));
    if (gauges == gauges_) return false;
    gauges_ = std::move(gauges);
    return true;
  }

  // Once a minute of the events' time.
  void Forget(Micros watermark, store::HotBatch& batch) {
    if (watermark < forgotten_at_ + kMinute) return;
    forgotten_at_ = watermark;
    seen_.Forget(watermark, batch.forgotten);
    orders_since_ = std::max(orders_since_, watermark - options_.keep_orders);
    orders_.Forget(orders_since_);
    figures_.Forget(Subject::kTransactions, orders_since_);
    figures_.Forget(Subject::kClickstream, watermark);
    figures_.Forget(Subject::kVisits, watermark - kKeepVisitWindows);
    figures_.SetOldest(watermark - options_.keep_windows);
  }

  ProcessorOptions options_;
  store::HotStore& store_;
  std::function<Status()> before_reading_ = [] { return Status(); };
  std::unique_ptr<Symbols> symbols_;
  std::unique_ptr<KpiBook> book_;
  RecordDecoder decoder_;
  LineFields line_fields_;
  Projection restored_;  // of lines that the store has
  Accumulator figures_;
  OrderBook orders_;
  VisitBook visits_;
  SeenEvents seen_;
  LastRecords last_;
  Watermark watermark_;

  std::vector<PartitionInfo> partitions_;
  store::Positions positions_;  // of the store, when it was opened
  Counters counters_;
  std::map<std::string, int64_t> gauges_;
  Micros orders_since_ = kNull;  // orders that changed since are in memory
  Micros forgotten_at_ = 0;
  Micros gauges_at_ = 0;

  store::HotBatch batch_;
  boost::unordered_flat_map<Id, size_t, IdHash> newest_version_;  // place in batch_.lines
  bool moved_ = false;
  std::vector<size_t> deferred_;
  boost::unordered_flat_set<Id, IdHash> awaited_;
  std::vector<std::string> awaited_ids_;

  Micros now_ = 0;
  DecodedBatch* decoded_ = nullptr;  // the records at hand
  std::vector<int64_t> values_;
};

}  // namespace

Result<std::unique_ptr<Processor>> Processor::Make(std::string_view yaml, std::string_view origin,
                                                   const ProcessorOptions& options, store::HotStore& store,
                                                   const ProductCategories& categories) {
  auto symbols = std::make_unique<Symbols>();
  TRY(KpiBook book, KpiBook::Parse(yaml, origin, *symbols));
  auto owned = std::make_unique<KpiBook>(std::move(book));
  TRY(auto decoder,
      RecordDecoder::Make({options.decoder, options.keep_records}, *owned, *symbols, categories));
  return std::unique_ptr<Processor>(std::make_unique<StreamProcessor>(options, store, std::move(symbols),
                                                                      std::move(owned), std::move(decoder)));
}

Status Processor::Take(std::span<const StreamRecord> records, Micros now) {
  DecodedBatch batch;
  decoder().Decode(records, batch);
  return Count(batch, now);
}

}  // namespace souk::stream
