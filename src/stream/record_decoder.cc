#include "stream/record_decoder.h"

#include <algorithm>
#include <utility>

#include "kafka/message.h"
#include "record/record_rules.h"

namespace souk::stream {
namespace {

const record::Schema& SchemaOf(const char* name) { return **record::FindSchema(name); }

size_t FieldIndex(const record::Schema& schema, std::string_view name) {
  return static_cast<size_t>(schema.Find(name) - schema.fields.data());
}

VisitEvent::Type TypeOf(std::string_view text) {
  if (text == "view") return VisitEvent::Type::kView;
  if (text == "add_to_cart") return VisitEvent::Type::kAddToCart;
  if (text == "purchase") return VisitEvent::Type::kPurchase;
  return VisitEvent::Type::kOther;
}

DecodedBatch::Text Keep(std::string_view text, DecodedBatch& batch) {
  DecodedBatch::Text kept{batch.texts.size(), text.size()};
  batch.texts += text;
  return kept;
}

}  // namespace

uint64_t FingerprintOf(const StreamRecord& record) {
  Id id = IdOf(record.value.value_or(""));
  return (id.low ^ static_cast<uint64_t>(record.timestamp_ms)) | 1;
}

LineFields::LineFields() {
  const record::Schema& s = SchemaOf("transactions");
  line = FieldIndex(s, "transaction_id");
  order = FieldIndex(s, "order_id");
  product = FieldIndex(s, "product_id");
  category = FieldIndex(s, "product_category");
  time = FieldIndex(s, "transaction_timestamp");
  updated = FieldIndex(s, "updated_at");
}

EventFields::EventFields() {
  const record::Schema& s = SchemaOf("clickstream");
  event = FieldIndex(s, "event_id");
  session = FieldIndex(s, "session_id");
  user = FieldIndex(s, "user_id");
  time = FieldIndex(s, "event_time");
  type = FieldIndex(s, "event_type");
  quantity = FieldIndex(s, "quantity");
  price = FieldIndex(s, "price");
  device = FieldIndex(s, "device_type");
  source = FieldIndex(s, "traffic_source");
  campaign = FieldIndex(s, "campaign");
  city = FieldIndex(s, "city");
  country = FieldIndex(s, "country");
}

Projection::Projection(const KpiBook& book, Subject subject, Symbols& symbols)
    : use_(book.use(subject)),
      fields_(FieldsOf(subject)),
      symbols_(symbols),
      category_(LineFields().category) {}

void Projection::Append(const record::TypedRecord& record, std::vector<int64_t>& to) {
  for (size_t field : use_.fields()) to.push_back(Number(record, field));
}

int64_t Projection::Number(const record::TypedRecord& record, size_t index) {
  size_t beyond = record.values.size();  // fields of a line beside the schema's
  if (index == beyond + 1) {
    std::string_view exclusion = record::ExclusionOf(record);
    return exclusion.empty() ? kNull : symbols_.Of(exclusion);
  }
  const record::TypedValue& value = record.values[index == beyond ? category_ : index];
  if (!value.present) return kNull;
  const LiveField& field = fields_[index];
  if (field.type != record::FieldType::kText) return value.number;
  return field.opaque ? OpaqueValue(value.text) : symbols_.Of(value.text);
}

void DecodedBatch::Clear() {
  records.clear();
  lines.clear();
  events.clear();
  line_values.clear();
  event_values.clear();
  owned.clear();
  last.clear();
  texts.clear();
}

Result<RecordDecoder> RecordDecoder::Make(const RecordDecoderOptions& options, const KpiBook& book,
                                          Symbols& symbols, const ProductCategories& categories) {
  TRY(auto lines, record::JsonDecoder::Make(SchemaOf("transactions"), options.decoder));
  TRY(auto events, record::JsonDecoder::Make(SchemaOf("clickstream"), options.decoder));
  return RecordDecoder(options, book, symbols, categories, std::move(lines), std::move(events));
}

RecordDecoder::RecordDecoder(const RecordDecoderOptions& options, const KpiBook& book, Symbols& symbols,
                             const ProductCategories& categories, record::JsonDecoder lines,
                             record::JsonDecoder events)
    : options_(options),
      categories_(&categories),
      line_decoder_(std::move(lines)),
      event_decoder_(std::move(events)),
      line_projection_(book, Subject::kTransactions, symbols),
      event_projection_(book, Subject::kClickstream, symbols),
      origins_(symbols) {}

void RecordDecoder::AddPartition(const std::string& topic, int32_t partition, bool lines) {
  partitions_.push_back({topic, partition, lines});
}

void RecordDecoder::Decode(std::span<const StreamRecord> records, DecodedBatch& batch) {
  using Kind = DecodedBatch::Kind;
  batch.Clear();
  for (const StreamRecord& record : records) {
    bool lines = partitions_[record.partition].lines;
    Kind kind = lines ? Kind::kLine : Kind::kEvent;
    if (!Read(lines ? line_decoder_ : event_decoder_, record)) kind = Kind::kRefused;
    size_t place = lines ? batch.lines.size() : batch.events.size();
    batch.records.push_back(
        {record.partition, record.offset, record.timestamp_ms, kind, static_cast<uint32_t>(place)});
    if (kind == Kind::kLine) {
      NameByPlace(record, {line_fields_.line, line_fields_.order});
      DecodeLine(batch);
    } else if (kind == Kind::kEvent) {
      NameByPlace(record, {event_fields_.event});
      DecodeEvent(batch);
    }
    if (options_.keep_records)
      batch.owned.push_back(kind == Kind::kRefused ? record::OwnedRecord() : record::OwnedRecord(record_));
  }
  FindLast(records, batch);
}

bool RecordDecoder::Read(record::JsonDecoder& decoder, const StreamRecord& record) {
  record::Fault fault;
  return record.value && decoder.Decode(*record.value, record_, fault) && decoder.rejection().empty();
}

// A record without an id is like no other: its place is its id, as its file and row are in staging.
void RecordDecoder::NameByPlace(const StreamRecord& record, std::initializer_list<size_t> ids) {
  place_.clear();
  for (size_t id : ids) {
    if (record_.values[id].present) continue;
    const Partition& partition = partitions_[record.partition];
    if (place_.empty()) place_ = kafka::Place({partition.topic, partition.number}, record.offset);
    record_.values[id] = {true, 0, place_};
  }
}

void RecordDecoder::FillCategory() {
  record::TypedValue& category = record_.values[line_fields_.category];
  if (category.present) return;
  category_ = categories_->CategoryOf(record_.values[line_fields_.product].text);
  category = {!category_.empty(), 0, category_};
}

void RecordDecoder::DecodeLine(DecodedBatch& batch) {
  record::TypedValue& updated = record_.values[line_fields_.updated];
  Micros time = record_.values[line_fields_.time].number;
  updated.number = std::max(updated.number, time);  // nothing changes before it happens
  FillCategory();
  std::string_view order_id = record_.values[line_fields_.order].text;
  std::string_view line_id = record_.values[line_fields_.line].text;
  Id order = IdOf(order_id);
  Id line = line_id == order_id ? order : IdOf(line_id);
  batch.lines.push_back({order, line, time, updated.number, Keep(order_id, batch)});
  line_projection_.Append(record_, batch.line_values);
}

void RecordDecoder::DecodeEvent(DecodedBatch& batch) {
  std::string_view id = record_.values[event_fields_.event].text;
  const record::TypedValue& user = record_.values[event_fields_.user];
  batch.events.push_back({IdOf(id), Keep(record_.values[event_fields_.session].text, batch), Keep(id, batch),
                          Keep(user.present ? user.text : std::string_view(), batch), VisitEventOf()});
  event_projection_.Append(record_, batch.event_values);
}

VisitEvent RecordDecoder::VisitEventOf() {
  auto symbol = [&](size_t field) {
    const record::TypedValue& value = record_.values[field];
    return value.present ? origins_.Of(value.text) : kNull;
  };
  VisitEvent event;
  event.time = record_.values[event_fields_.time].number;
  event.type = TypeOf(record_.values[event_fields_.type].text);
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

void RecordDecoder::FindLast(std::span<const StreamRecord> records, DecodedBatch& batch) {
  std::vector<bool> done(partitions_.size());
  size_t left = partitions_.size();
  for (auto record = records.rbegin(); record != records.rend() && left > 0; ++record) {
    if (done[record->partition]) continue;
    done[record->partition] = true;
    --left;
    batch.last.push_back({record->partition, record->offset, FingerprintOf(*record)});
  }
}

}  // namespace souk::stream
