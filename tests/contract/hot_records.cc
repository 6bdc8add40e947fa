#include "contract/hot_records.h"

#include <map>

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

std::string Everything(HotStore& store) {
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
