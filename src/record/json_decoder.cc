#include "record/json_decoder.h"

#include <map>
#include <optional>

#include "base/hash.h"
#include "base/time_zone.h"
#include "record/json_fields.h"
#include "record/record_rules.h"

namespace souk::record {
namespace {

// A build reads JSON's numbers with so many digits behind the point before it rounds them to the field's.
constexpr int kReadScale = 6;

constexpr int64_t kPowersOfTen[] = {1,
                                    10,
                                    100,
                                    1'000,
                                    10'000,
                                    100'000,
                                    1'000'000,
                                    10'000'000,
                                    100'000'000,
                                    1'000'000'000,
                                    10'000'000'000,
                                    100'000'000'000,
                                    1'000'000'000'000,
                                    10'000'000'000'000,
                                    100'000'000'000'000,
                                    1'000'000'000'000'000,
                                    10'000'000'000'000'000,
                                    100'000'000'000'000'000,
                                    1'000'000'000'000'000'000};

bool Missing(const JsonValue& value) {
  if (value.kind == JsonKind::kText) return IsMissing(value.text);
  return value.kind == JsonKind::kAbsent || value.kind == JsonKind::kNull;
}

// Rounded as a build does it; false when the number does not fit.
bool FitDecimal(const Field& field, int64_t mantissa, int scale, int64_t& unscaled) {
  Int128 direct = Rescaled(mantissa, scale, field.scale);
  int64_t limit = kPowersOfTen[field.precision];
  if (direct <= -limit || direct >= limit) return false;
  if (scale > kReadScale) direct = Rescaled(Rescaled(mantissa, scale, kReadScale), kReadScale, field.scale);
  unscaled = static_cast<int64_t>(direct);
  return true;
}

ValueFault ReadDecimalText(const Field& field, std::string_view text, int64_t& unscaled) {
  ValueFault kind = ReadDecimal(text, field.precision, field.scale, {}, unscaled);
  int64_t fine = 0;
  if (kind == ValueFault::kNone && field.scale < kReadScale &&
      ReadDecimal(text, 18, kReadScale, {}, fine) == ValueFault::kNone) {
    unscaled = static_cast<int64_t>(Rescaled(fine, kReadScale, field.scale));
  }
  return kind;
}

ValueFault ReadNumberText(const Field& field, std::string_view text, int64_t& number) {
  if (field.type == FieldType::kInt) return ReadInt(text, {}, number);
  return ReadDecimalText(field, text, number);
}

// "-0.500000"
std::string DecimalText(int64_t millionths) {
  return fmt::format("{}{}.{:06}", millionths < 0 ? "-" : "", std::abs(millionths / 1'000'000),
                     std::abs(millionths % 1'000'000));
}

}  // namespace

struct JsonDecoder::Impl {
  Impl(const Schema& schema_of, const JsonDecoderOptions& options, TimeZone zone_of)
      : schema(schema_of), zone(std::move(zone_of)), fields(schema_of), rules(schema_of, options.currency) {
    for (const Field& field : schema.fields) {
      CheckedValue check;
      check.field = &field;
      checks.push_back(check);
      words.emplace_back(field);
      if (!field.required || field.derivable) continue;
      CheckedPresence presence{&field, {PlaceOf(field.name)}};
      for (const std::string& other : field.derived_from) presence.columns.push_back(PlaceOf(other));
      presences.push_back(std::move(presence));
    }
    zones.resize(schema.fields.size());
  }

  size_t PlaceOf(const std::string& name) const {
    return static_cast<size_t>(schema.Find(name) - schema.fields.data());
  }

  bool Typed(size_t f, const JsonValue& value, TypedValue& typed, Fault& fault);
  bool NumberOf(const Field& field, const JsonValue& value, TypedValue& typed, Fault& fault);
  bool TimeOf(size_t f, const JsonValue& value, TypedValue& typed);
  bool PlainNumber(const Field& field, const JsonValue& value, int64_t& number) const;
  void TextOf(size_t f, const JsonValue& value, TypedValue& typed);
  bool Refuse(size_t f, const JsonValue& value, Fault& fault);
  std::string Content();

  const Schema& schema;
  TimeZone zone;
  JsonFields fields;
  RecordRules rules;
  TimeFormat iso;
  std::vector<CheckedValue> checks;
  std::vector<CheckedPresence> presences;
  std::vector<FieldWords> words;
  std::vector<ZoneOfTime> zones;
  bool content_id = false;
};

// Says what is wrong as the check of files does.
bool JsonDecoder::Impl::Refuse(size_t f, const JsonValue& value, Fault& fault) {
  const Field& field = schema.fields[f];
  if (value.kind == JsonKind::kNested) {
    fault = {field.name, fmt::format("{} is a list or an object, a single value is expected", field.name)};
    return false;
  }
  bool number = value.kind == JsonKind::kNumber;
  std::string_view text = number ? fields.ShortestOf(value) : fields.TextOf(value);
  TimeValue ignored;
  return RecordCheck::CheckText(checks[f], text, ignored, fault);
}

bool JsonDecoder::Impl::PlainNumber(const Field& field, const JsonValue& value, int64_t& number) const {
  if (field.type == FieldType::kDecimal) return FitDecimal(field, value.mantissa, value.scale, number);
  number = value.mantissa / kPowersOfTen[value.scale];
  return value.mantissa % kPowersOfTen[value.scale] == 0;
}

bool JsonDecoder::Impl::NumberOf(const Field& field, const JsonValue& value, TypedValue& typed,
                                 Fault& fault) {
  ValueFault kind = ValueFault::kNone;
  switch (value.kind) {
    case JsonKind::kNumber: {
      if (value.plain) return PlainNumber(field, value, typed.number);
      // What is taken is decided as for files; what it means, by the digits themselves where they say it.
      kind = ReadNumberText(field, fields.ShortestOf(value), typed.number);
      int64_t exact = 0;
      if (kind == ValueFault::kNone && ReadNumberText(field, value.text, exact) == kind) typed.number = exact;
      return kind == ValueFault::kNone;
    }
    case JsonKind::kText:
      typed.present = !IsMissing(value.text);
      if (typed.present) kind = ReadNumberText(field, value.text, typed.number);
      if (kind != ValueFault::kNone) return SayFault(kind, field, value.text, fault);
      return true;
    default: return false;
  }
}

bool JsonDecoder::Impl::TimeOf(size_t f, const JsonValue& value, TypedValue& typed) {
  if (value.kind != JsonKind::kText) return false;
  typed.present = !IsMissing(value.text);
  TimeValue time;
  if (!typed.present) return true;
  if (!iso.Read(value.text, time)) return false;
  zones[f] = time.zoned ? ZoneOfTime::kOffset : ZoneOfTime::kWall;
  typed.number = time.zoned ? time.micros : zone.ToUtc(time.micros);
  return true;
}

bool JsonDecoder::Impl::Typed(size_t f, const JsonValue& value, TypedValue& typed, Fault& fault) {
  const Field& field = schema.fields[f];
  typed.present = true;
  bool truth = false, read = false;
  switch (field.type) {
    case FieldType::kText: TextOf(f, value, typed); return true;
    case FieldType::kInt:
    case FieldType::kDecimal: read = NumberOf(field, value, typed, fault); break;
    case FieldType::kTimestamp: read = TimeOf(f, value, typed); break;
    case FieldType::kBool:
      if (value.kind == JsonKind::kNested) break;
      typed.present = !Missing(value);
      read =
          !typed.present ||
          ReadBool(value.kind == JsonKind::kNumber ? fields.ShortestOf(value) : fields.TextOf(value), truth);
      typed.number = truth;
      break;
  }
  return read || (!fault.reason.empty() ? false : Refuse(f, value, fault));
}

void JsonDecoder::Impl::TextOf(size_t f, const JsonValue& value, TypedValue& typed) {
  const Field& field = schema.fields[f];
  std::string_view text = fields.TextOf(value);
  text = field.id ? CleanId(text) : CleanText(text);
  if (!field.accepted.empty()) text = words[f].WordOf(text);
  typed.present = !text.empty();
  typed.text = text;
}

// The MD5 of the line as warehouse/raw_relation.cc makes it: all columns in the order of their names, as
// DuckDB writes what it reads there.
std::string JsonDecoder::Impl::Content() {
  content_id = true;
  std::map<std::string_view, std::string> columns;
  const auto& values = fields.values();
  for (size_t f = 0; f < values.size(); ++f) {
    const JsonValue& value = values[f];
    const Field& field = schema.fields[f];
    bool there = value.kind != JsonKind::kAbsent && value.kind != JsonKind::kNull;
    std::string& text = columns[value.kind == JsonKind::kAbsent ? std::string_view(field.name) : value.key];
    if (!there) continue;
    bool number = field.type == FieldType::kInt || field.type == FieldType::kDecimal;
    if (!number) {
      text = fields.TextOf(value);
      continue;
    }
    if (Missing(value)) continue;
    std::string_view digits = value.text;
    int64_t read = 0;
    if (field.type == FieldType::kInt) {
      if (ReadInt(digits, {}, read) == ValueFault::kNone) text = std::to_string(read);
    } else if (ReadDecimal(digits, 18, kReadScale, {}, read) == ValueFault::kNone) {
      text = DecimalText(read);
    }
  }
  std::string joined;
  for (const auto& [column, text] : columns) {
    if (column != columns.begin()->first) joined += '\x1F';
    joined += text;
  }
  return Md5Hex(joined);
}

Result<JsonDecoder> JsonDecoder::Make(const Schema& schema, const JsonDecoderOptions& options) {
  TRY(TimeZone zone, TimeZone::Find(options.time_zone));
  return JsonDecoder(std::make_unique<Impl>(schema, options, std::move(zone)));
}

JsonDecoder::JsonDecoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

bool JsonDecoder::Decode(std::string_view json, TypedRecord& record, Fault& fault) {
  Impl& impl = *impl_;
  fault = {};
  if (!impl.fields.Read(json, fault)) return false;
  const auto& values = impl.fields.values();
  for (const CheckedPresence& presence : impl.presences) {
    bool there = false;
    for (size_t field : presence.columns) there = there || !Missing(values[field]);
    if (!there) return RecordCheck::Absent(presence, fault);
  }
  impl.zones.assign(values.size(), ZoneOfTime::kNone);
  impl.content_id = false;
  record.schema = &impl.schema;
  record.values.assign(values.size(), {});
  for (size_t f = 0; f < values.size(); ++f) {
    if (values[f].kind == JsonKind::kAbsent || values[f].kind == JsonKind::kNull) continue;
    if (!impl.Typed(f, values[f], record.values[f], fault)) return false;
  }
  impl.rules.Fill(
      record, [&] { return impl.Content(); },
      [&](std::string text) { return impl.fields.Keep(std::move(text)); });
  return true;
}

std::string_view JsonDecoder::rejection() const { return impl_->rules.rejection(); }
std::string_view JsonDecoder::exclusion() const { return impl_->rules.exclusion(); }

std::string_view JsonDecoder::key(size_t field) const {
  const JsonValue& value = impl_->fields.values()[field];
  return value.kind == JsonKind::kAbsent ? std::string_view() : value.key;
}

ZoneOfTime JsonDecoder::zone(size_t field) const { return impl_->zones[field]; }
bool JsonDecoder::has_content_id() const { return impl_->content_id; }

}  // namespace souk::record
