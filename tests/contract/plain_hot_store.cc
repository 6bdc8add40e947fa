#include "contract/plain_hot_store.h"

#include <algorithm>
#include <tuple>

namespace souk::store {
namespace {

using record::FieldType;
using record::Schema;

constexpr const char* kSpaces[] = {"dedupe", "windows", "größe's"};

HotRecord Make(const char* name, const Fields& fields) {
  const Schema& schema = *record::FindSchema(name).value();
  record::TypedRecord typed{&schema, {}};
  for (const record::Field& field : schema.fields) {
    record::TypedValue value;
    if (auto given = fields.find(field.name); given != fields.end()) {
      value.present = true;
      if (field.type == FieldType::kText)
        value.text = given->second;
      else
        value.number = std::stoll(given->second);
    }
    typed.values.push_back(value);
  }
  HotRecord record;
  record.record = record::OwnedRecord(typed);
  record.topic = std::string("ecommerce-") + name;
  return record;
}

int64_t Number(const HotRecord& record, const char* field) {
  const auto& fields = record.record.schema()->fields;
  return record.record.value(static_cast<size_t>(record.record.schema()->Find(field) - fields.data())).number;
}

bool IsSale(const HotRecord& record) { return record.record.schema()->name == "transactions"; }

Micros OwnTime(const HotRecord& record) {
  return Number(record, IsSale(record) ? "updated_at" : "event_time");
}

bool TooOld(const HotRecord& record, const HotRetention& retention) {
  return OwnTime(record) < (IsSale(record) ? retention.lines_before : retention.events_before);
}

uint64_t Bytes(const HotRecord& record) {
  uint64_t bytes = 32 + record.topic.size();
  for (size_t i = 0; i < record.record.size(); ++i) {
    auto value = record.record.value(i);
    if (value.present)
      bytes += record.record.schema()->fields[i].type == FieldType::kText ? value.text.size() : 8;
  }
  return bytes;
}

void KeepNewest(std::vector<HotRecord>& records, uint64_t most, Micros (*time)(const HotRecord&)) {
  std::stable_sort(records.begin(), records.end(), [&](const HotRecord& a, const HotRecord& b) {
    return std::make_tuple(time(b), b.topic, b.partition, b.offset) <
           std::make_tuple(time(a), a.topic, a.partition, a.offset);
  });
  if (records.size() > most) records.resize(most);
}

std::string Escaped(std::string_view bytes) {
  std::string text;
  for (unsigned char c : bytes) text += fmt::format("{:02x}", c);
  return text;
}

std::string TextOf(const HotSize& size) {
  return fmt::format("bytes {} lines {} events {} late {} windows {}\n", size.bytes, size.lines, size.events,
                     size.late, size.windows);
}

std::string TextOf(const WindowKey& key, int64_t value) {
  return fmt::format("{} {}..{} {}={} {}\n", key.kpi, key.start, key.end, key.dimension, key.member, value);
}

}  // namespace

std::string KeyOf(const HotRecord& record) {
  const Schema& schema = *record.record.schema();
  return std::string(
      record.record.value(static_cast<size_t>(schema.Find(schema.key) - schema.fields.data())).text);
}

Micros UpdatedAt(const HotRecord& line) { return Number(line, "updated_at"); }

HotRecord Sale(const std::string& transaction_id, Micros updated_at, const Fields& fields) {
  Fields all = {{"transaction_id", transaction_id},
                {"order_id", "O" + transaction_id.substr(0, 2)},
                {"product_id", "P1"},
                {"quantity", "2"},
                {"unit_price", "799000"},
                {"total_amount", "15980"},
                {"status", "completed"},
                {"transaction_timestamp", fmt::format("{}", updated_at)},
                {"updated_at", fmt::format("{}", updated_at)}};
  for (const auto& [name, value] : fields) all[name] = value;
  HotRecord record = Make("transactions", all);
  record.processing_time = updated_at + 1500;
  record.latency_us = 1500;
  return record;
}

HotRecord Click(const std::string& event_id, Micros event_time, int64_t offset) {
  HotRecord record = Make("clickstream", {{"event_id", event_id},
                                          {"session_id", "S1"},
                                          {"event_type", "view"},
                                          {"event_time", fmt::format("{}", event_time)}});
  record.processing_time = event_time + 7;
  record.latency_us = 7;
  record.partition = 2;
  record.offset = offset;
  return record;
}

WindowValue Window(const std::string& kpi, Micros start, const std::string& member, int64_t value) {
  return {{kpi, start, start + 60 * kMicrosPerSecond, member.empty() ? "" : "city", member}, value};
}

std::string TextOf(const HotRecord& record) {
  std::string text = fmt::format("{} {} {} {}-{}@{}", record.record.schema()->name, record.processing_time,
                                 record.latency_us, record.topic, record.partition, record.offset);
  for (size_t i = 0; i < record.record.size(); ++i) {
    auto value = record.record.value(i);
    text += value.present ? fmt::format(" [{}{}]", value.text, value.number) : " -";
  }
  return text + "\n";
}

std::string TextOf(const HotHead& head) {
  std::string text = fmt::format("watermark {} at {}\n", head.watermark, head.committed_at);
  for (const auto& [partition, position] : head.positions)
    text += fmt::format("{}-{}: {} {}\n", partition.first, partition.second, position.next_offset,
                        position.latest);
  for (const auto& [name, value] : head.counters) text += fmt::format("{}: {}\n", name, value);
  return text;
}

void PlainHotStore::Commit(const HotBatch& batch) {
  for (const HotRecord& line : batch.lines) lines_[KeyOf(line)] = line;
  events_.insert(events_.end(), batch.events.begin(), batch.events.end());
  late_.insert(late_.end(), batch.late.begin(), batch.late.end());
  for (const WindowValue& window : batch.windows) {
    windows_[window.key] = window.value;
    if (window.value == 0) windows_.erase(window.key);
  }
  for (const StateRange& range : batch.forgotten)
    std::erase_if(state_, [&](const auto& entry) {
      return entry.first.first == range.space && entry.first.second < range.below;
    });
  for (const StateChange& change : batch.state) {
    state_.erase({change.space, change.key});
    if (change.value) state_[{change.space, change.key}] = *change.value;
  }
  for (const auto& [partition, position] : batch.positions) head_.positions[partition] = position;
  for (const auto& [name, value] : batch.counters) head_.counters[name] = value;
  head_.watermark = batch.watermark;
  head_.committed_at = batch.committed_at;
}

void PlainHotStore::Trim(const HotRetention& retention) {
  auto too_old = [&](const HotRecord& record) { return TooOld(record, retention); };
  std::erase_if(lines_, [&](const auto& line) { return too_old(line.second); });
  std::erase_if(events_, too_old);
  std::erase_if(late_, [&](const HotRecord& late) { return late.processing_time < retention.late_before; });
  std::erase_if(windows_, [&](const auto& window) { return window.first.end < retention.windows_before; });
  KeepNewest(events_, retention.most_events, OwnTime);
  KeepNewest(late_, retention.most_events, [](const HotRecord& record) { return record.processing_time; });
}

HotSize PlainHotStore::Size() const {
  HotSize size{0, lines_.size(), events_.size(), late_.size(), windows_.size()};
  for (const auto& [key, line] : lines_) size.bytes += Bytes(line);
  for (const HotRecord& event : events_) size.bytes += Bytes(event);
  for (const HotRecord& record : late_) size.bytes += Bytes(record) + record.record.schema()->name.size();
  for (const auto& [key, value] : windows_)
    size.bytes += key.kpi.size() + key.dimension.size() + key.member.size() + 24;
  return size;
}

std::string PlainHotStore::Everything() const {
  std::string text = TextOf(head_) + TextOf(Size());
  for (const char* space : kSpaces) {
    for (const auto& [key, value] : state_) {
      if (key.first == space) text += fmt::format("{}/{} = {}\n", space, Escaped(key.second), Escaped(value));
    }
  }
  for (const auto& [key, line] : lines_) text += TextOf(line);
  for (const auto& [key, value] : windows_) text += TextOf(key, value);
  return text;
}

std::string PlainHotStore::Everything(HotStore& store) {
  auto head = store.Head();
  auto size = store.Size();
  if (!head || !size) return "no head or no size";
  std::string text = TextOf(*head) + TextOf(*size);
  auto failed = [&](const Status& status) {
    if (!status) text += "error: " + status.error().message + "\n";
  };
  for (const char* space : kSpaces) {
    failed(store.ReadState(space, [&](std::string_view key, std::string_view value) -> Status {
      text += fmt::format("{}/{} = {}\n", space, Escaped(key), Escaped(value));
      return {};
    }));
  }
  std::map<std::string, std::string> lines;
  failed(store.ReadLines(INT64_MIN / 4, [&](const HotRecord& line) -> Status {
    lines[KeyOf(line)] += TextOf(line);  // one that is there twice shows
    return {};
  }));
  for (const auto& [key, line] : lines) text += line;
  failed(store.ReadWindows(INT64_MIN / 4, INT64_MAX, [&](const WindowValue& window) -> Status {
    text += TextOf(window.key, window.value);
    return {};
  }));
  return text;
}

}  // namespace souk::store
