#include "stream/processor.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "kafka/message.h"
#include "record/record_rules.h"
#include "stream/last_records.h"

namespace souk::stream {
namespace {

constexpr Micros kMinute = 60 * kMicrosPerSecond;
// Windows of visits change as long as the visit lasts and its cart is open.
constexpr Micros kKeepVisitWindows = 120 * kMinute;
constexpr Micros kKeepEvents = 15 * kMinute;
constexpr Micros kGaugeInterval = kMicrosPerSecond;

size_t FieldIndex(const record::Schema& schema, std::string_view name) {
  return static_cast<size_t>(schema.Find(name) - schema.fields.data());
}

struct LineFields {
  explicit LineFields(const record::Schema& s)
      : line(FieldIndex(s, "transaction_id")),
        order(FieldIndex(s, "order_id")),
        product(FieldIndex(s, "product_id")),
        category(FieldIndex(s, "product_category")),
        time(FieldIndex(s, "transaction_timestamp")),
        updated(FieldIndex(s, "updated_at")) {}
  size_t line, order, product, category, time, updated;
};

struct EventFields {
  explicit EventFields(const record::Schema& s)
      : event(FieldIndex(s, "event_id")),
        session(FieldIndex(s, "session_id")),
        user(FieldIndex(s, "user_id")),
        time(FieldIndex(s, "event_time")),
        type(FieldIndex(s, "event_type")),
        quantity(FieldIndex(s, "quantity")),
        price(FieldIndex(s, "price")),
        device(FieldIndex(s, "device_type")),
        source(FieldIndex(s, "traffic_source")),
        campaign(FieldIndex(s, "campaign")),
        city(FieldIndex(s, "city")),
        country(FieldIndex(s, "country")) {}
  size_t event, session, user, time, type, quantity, price, device, source, campaign, city, country;
};

VisitEvent::Type TypeOf(std::string_view text) {
  if (text == "view") return VisitEvent::Type::kView;
  if (text == "add_to_cart") return VisitEvent::Type::kAddToCart;
  if (text == "purchase") return VisitEvent::Type::kPurchase;
  return VisitEvent::Type::kOther;
}

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
  bool lines = false;  // else events
  int64_t next_offset = 0;
};

class StreamProcessor final : public Processor {
 public:
  StreamProcessor(const ProcessorOptions& options, store::HotStore& store,
                  const ProductCategories& categories, std::unique_ptr<Symbols> symbols,
                  std::unique_ptr<KpiBook> book, record::JsonDecoder lines, record::JsonDecoder events)
      : options_(options),
        store_(store),
        categories_(categories),
        symbols_(std::move(symbols)),
        book_(std::move(book)),
        line_decoder_(std::move(lines)),
        event_decoder_(std::move(events)),
        figures_(*book_, *symbols_),
        orders_(book_->use(Subject::kTransactions).fields().size()),
        visits_(*book_, *symbols_, options.visits),
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
    auto visit = [&](std::string_view key, std::string_view value) {
      return visits_.Restore(key, value, head.watermark);
    };
    return store_.ReadState(VisitBook::kSpace, visit);
  }

  Result<size_t> AddPartition(const std::string& topic, int32_t partition, int64_t& next_offset) override {
    bool lines = topic == options_.transactions_topic;
    if (!lines && topic != options_.clickstream_topic)
      return Fail(Code::kInvalid, "the stream does not read the topic {}", topic);
    store::Position position;
    if (auto found = positions_.find({topic, partition}); found != positions_.end()) position = found->second;
    size_t number = partitions_.size();
    partitions_.push_back({topic, partition, lines, position.next_offset});
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

  Status Take(std::span<const StreamRecord> records, Micros now) override {
    now_ = now;
    deferred_.clear();
    awaited_.clear();
    for (const StreamRecord& record : records) {
      PartitionInfo& partition = partitions_[record.partition];
      if (record.offset < partition.next_offset) continue;
      partition.next_offset = record.offset + 1;
      moved_ = true;
      if (partition.lines) {
        TakeLine(record, false);
      } else {
        TakeEvent(record);
      }
    }
    Remember(records);
    return TakeDeferred();
  }

  void AtEnd(size_t partition, Micros now) override { watermark_.AtEnd(partition, now); }

  Result<std::optional<store::HotBatch>> Cut(Micros now) override {
    watermark_.Tick(now);
    Micros watermark = watermark_.current();
    visits_.Advance(watermark, figures_);
    if (auto unknown = figures_.Unknown(); !unknown.empty()) {
      TRY_STATUS(before_reading_());
      TRY(auto stored, store_.FindWindows(unknown));
      figures_.Join(stored);
    }
    store::HotBatch batch = std::move(batch_);
    batch_ = {};
    newest_version_.clear();
    batch.windows = figures_.TakeChanges();
    visits_.TakeChanges(batch.state);
    seen_.TakeChanges(batch.state);
    last_.TakeChanges(batch.state);
    bool measured = MeasureGauges(now);
    if (!moved_ && !measured && batch.windows.empty() && batch.state.empty()) return std::nullopt;
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

  const KpiBook& book() const override { return *book_; }
  Micros watermark() const override { return watermark_.current(); }

 private:
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
    Project(record, Subject::kTransactions);
    orders_.Restore(IdOf(record.values[line_fields_.order].text), IdOf(record.values[line_fields_.line].text),
                    record.values[line_fields_.updated].number, projected_);
  }

  // The fields that figures look at, into projected_.
  void Project(const record::TypedRecord& record, Subject subject) {
    const auto& fields = FieldsOf(subject);
    const auto& used = book_->use(subject).fields();
    projected_.resize(used.size());
    for (size_t i = 0; i < used.size(); ++i) projected_[i] = Number(record, fields[used[i]], used[i]);
  }

  int64_t Number(const record::TypedRecord& record, const LiveField& field, size_t index) {
    size_t beyond = record.values.size();  // fields of a line beside the schema's
    if (index == beyond + 1) {
      std::string_view exclusion = record::ExclusionOf(record);
      return exclusion.empty() ? kNull : symbols_->Of(exclusion);
    }
    const record::TypedValue& value = record.values[index == beyond ? line_fields_.category : index];
    if (!value.present) return kNull;
    if (field.type != record::FieldType::kText) return value.number;
    return field.opaque ? OpaqueValue(value.text) : symbols_->Of(value.text);
  }

  bool Decode(record::JsonDecoder& decoder, const StreamRecord& record) {
    record::Fault fault;
    if (record.value && decoder.Decode(*record.value, record_, fault) && decoder.rejection().empty())
      return true;
    ++counters_.refused;  // the lake's writer puts it in quarantine
    return false;
  }

  void Keep(std::vector<store::HotRecord>& list, const StreamRecord& record, Micros own_time) {
    if (!options_.keep_records) return;
    const PartitionInfo& partition = partitions_[record.partition];
    list.push_back({record::OwnedRecord(record_), now_, now_ - own_time, partition.topic, partition.partition,
                    record.offset});
  }

  // True when the record comes too late for windows.
  bool IsLate(const StreamRecord& record, Micros own_time) {
    bool late = own_time < watermark_.current();
    watermark_.See(record.partition, own_time, record.timestamp_ms * 1000);
    if (!late) return false;
    ++counters_.late;
    Keep(batch_.late, record, own_time);
    return true;
  }

  // A record without an id is like no other: its place is its id, as its file and row are in staging.
  void NameByPlace(const StreamRecord& record, std::initializer_list<size_t> ids) {
    place_.clear();
    for (size_t id : ids) {
      if (record_.values[id].present) continue;
      const PartitionInfo& partition = partitions_[record.partition];
      if (place_.empty()) place_ = kafka::Place({partition.topic, partition.partition}, record.offset);
      record_.values[id] = {true, 0, place_};
    }
  }

  void TakeLine(const StreamRecord& record, bool fetched) {
    if (!Decode(line_decoder_, record)) return;
    NameByPlace(record, {line_fields_.line, line_fields_.order});
    record::TypedValue& updated = record_.values[line_fields_.updated];
    Micros time = record_.values[line_fields_.time].number;
    updated.number = std::max(updated.number, time);  // nothing changes before it happens
    std::string_view order_id = record_.values[line_fields_.order].text;
    Id order = IdOf(order_id);
    if (!fetched) {
      if (IsLate(record, updated.number)) return;
      if (awaited_.contains(order) || Forgotten(time, order)) {
        if (awaited_.insert(order).second) awaited_ids_.emplace_back(order_id);
        deferred_.push_back(record);
        return;
      }
    }
    FillCategory();
    Project(record_, Subject::kTransactions);
    std::string_view line_id = record_.values[line_fields_.line].text;
    Id line = line_id == order_id ? order : IdOf(line_id);
    ++counters_.transactions;
    OrderBook::Taken taken = orders_.Take(order, line, updated.number, projected_, figures_);
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
    KeepLine(line, record, updated.number, replaces);
  }

  // Of each partition the last record, once for them all.
  void Remember(std::span<const StreamRecord> records) {
    std::vector<bool> done(partitions_.size());
    size_t left = partitions_.size();
    for (auto record = records.rbegin(); record != records.rend() && left > 0; ++record) {
      if (done[record->partition]) continue;
      done[record->partition] = true;
      --left;
      const PartitionInfo& partition = partitions_[record->partition];
      if (record->offset + 1 == partition.next_offset)
        last_.Set(partition.topic, partition.partition, FingerprintOf(*record));
    }
  }

  // One version of a line in a batch: the newest.
  void KeepLine(const Id& line, const StreamRecord& record, Micros own_time, std::optional<Micros> replaces) {
    if (!options_.keep_records) return;
    Keep(batch_.lines, record, own_time);
    auto [place, first] = newest_version_.try_emplace(line, batch_.lines.size() - 1);
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
    for (const StreamRecord& record : deferred_) TakeLine(record, true);
    return {};
  }

  void FillCategory() {
    record::TypedValue& category = record_.values[line_fields_.category];
    if (category.present) return;
    category_ = categories_.CategoryOf(record_.values[line_fields_.product].text);
    category = {!category_.empty(), 0, category_};
  }

  void TakeEvent(const StreamRecord& record) {
    if (!Decode(event_decoder_, record)) return;
    NameByPlace(record, {event_fields_.event});
    Micros time = record_.values[event_fields_.time].number;
    if (IsLate(record, time)) return;
    std::string_view id = record_.values[event_fields_.event].text;
    ++counters_.events;
    if (!seen_.Add(IdOf(id), time)) {
      ++counters_.duplicates;
      return;
    }
    Project(record_, Subject::kClickstream);
    figures_.Apply(Subject::kClickstream, projected_, 1);
    visits_.Take(record_.values[event_fields_.session].text, VisitEventOf(id, time), watermark_.current(),
                 figures_);
    Keep(batch_.events, record, time);
  }

  VisitEvent VisitEventOf(std::string_view id, Micros time) {
    auto symbol = [&](size_t field) {
      const record::TypedValue& value = record_.values[field];
      return value.present ? symbols_->Of(value.text) : kNull;
    };
    VisitEvent event;
    event.time = time;
    event.id = id;
    event.type = TypeOf(record_.values[event_fields_.type].text);
    const record::TypedValue& user = record_.values[event_fields_.user];
    if (user.present) event.user = user.text;
    event.origin.device = symbol(event_fields_.device);
    event.origin.source = symbol(event_fields_.source);
    event.origin.campaign = symbol(event_fields_.campaign);
    event.origin.city = symbol(event_fields_.city);
    event.origin.country = symbol(event_fields_.country);
    if (event.type == VisitEvent::Type::kAddToCart) {
      const record::TypedValue& quantity = record_.values[event_fields_.quantity];
      const record::TypedValue& price = record_.values[event_fields_.price];
      event.items = quantity.present ? quantity.number : 1;
      event.cents = price.present ? price.number * event.items : 0;
    }
    return event;
  }

  // At most once a second, and only while something happens.
  bool MeasureGauges(Micros now) {
    if (now - gauges_at_ < kGaugeInterval) return false;
    gauges_at_ = now;
    std::map<std::string, int64_t> gauges;
    visits_.Measure(watermark_.newest(), watermark_.current(), gauges);
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
  const ProductCategories& categories_;
  std::unique_ptr<Symbols> symbols_;
  std::unique_ptr<KpiBook> book_;
  record::JsonDecoder line_decoder_, event_decoder_;
  LineFields line_fields_{**record::FindSchema("transactions")};
  EventFields event_fields_{**record::FindSchema("clickstream")};
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
  std::vector<StreamRecord> deferred_;
  boost::unordered_flat_set<Id, IdHash> awaited_;
  std::vector<std::string> awaited_ids_;

  // Of the record at hand.
  Micros now_ = 0;
  record::TypedRecord record_;
  std::vector<int64_t> projected_;
  std::string category_, place_;
};

}  // namespace

uint64_t FingerprintOf(const StreamRecord& record) {
  Id id = IdOf(record.value.value_or(""));
  return (id.low ^ static_cast<uint64_t>(record.timestamp_ms)) | 1;
}

Result<std::unique_ptr<Processor>> Processor::Make(std::string_view yaml, std::string_view origin,
                                                   const ProcessorOptions& options, store::HotStore& store,
                                                   const ProductCategories& categories) {
  auto symbols = std::make_unique<Symbols>();
  TRY(KpiBook book, KpiBook::Parse(yaml, origin, *symbols));
  TRY(const record::Schema* transactions, record::FindSchema("transactions"));
  TRY(const record::Schema* clickstream, record::FindSchema("clickstream"));
  TRY(auto lines, record::JsonDecoder::Make(*transactions, options.decoder));
  TRY(auto events, record::JsonDecoder::Make(*clickstream, options.decoder));
  return std::unique_ptr<Processor>(std::make_unique<StreamProcessor>(
      options, store, categories, std::move(symbols), std::make_unique<KpiBook>(std::move(book)),
      std::move(lines), std::move(events)));
}

}  // namespace souk::stream
