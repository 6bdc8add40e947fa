#include "record/record_check.h"

#include <algorithm>

#include "record/encoding.h"

namespace souk::record {
namespace {

size_t PlaceOf(const std::vector<SourceColumn>& columns, const std::string& name) {
  auto found =
      std::find_if(columns.begin(), columns.end(), [&](const SourceColumn& c) { return c.name == name; });
  return static_cast<size_t>(found - columns.begin());
}

// The time that says when it happened: it must be there and is no one's change.
bool IsEventTime(const Field& field) {
  return field.type == FieldType::kTimestamp && field.required && !field.derivable &&
         field.derived_from.empty();
}

bool Say(const Field& field, std::string reason, Fault& fault) {
  fault.field = field.name;
  fault.reason = std::move(reason);
  return false;
}

std::string TypeText(const Field& field) {
  if (field.type == FieldType::kDecimal) return fmt::format("decimal({},{})", field.precision, field.scale);
  return "a whole number of 64 bits";
}

}  // namespace

std::string Excerpt(std::string_view text) {
  constexpr size_t kShown = 60;
  bool cut = text.size() > kShown;
  std::string shown(text.substr(0, kShown));
  if (cut) {
    while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xC0) == 0x80) shown.pop_back();
    if (!shown.empty() && static_cast<unsigned char>(shown.back()) >= 0x80) shown.pop_back();
  }
  bool valid = IsUtf8(shown);
  for (char& c : shown) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
    if (!valid && byte >= 0x80) c = '?';
  }
  if (cut) shown += "…";
  return shown;
}

bool SayFault(ValueFault kind, const Field& field, std::string_view text, Fault& fault) {
  std::string shown = Excerpt(text);
  switch (kind) {
    case ValueFault::kNone: break;
    case ValueFault::kNotNumber:
      return Say(field, fmt::format("{}: '{}' is not a number", field.name, shown), fault);
    case ValueFault::kNotWhole:
      return Say(field, fmt::format("{}: '{}' is not a whole number", field.name, shown), fault);
    case ValueFault::kTooLarge:
      return Say(field, fmt::format("{}: {} is too large for {}", field.name, shown, TypeText(field)), fault);
  }
  return false;
}

Result<RecordCheck> RecordCheck::Make(const Mapping& mapping, const std::vector<SourceColumn>& columns) {
  RecordCheck check;
  for (const Field& field : mapping.schema->fields) {
    const MappedField* mapped = mapping.Find(field.name);
    if (field.required && !field.derivable) {
      CheckedPresence presence{&field, {}};
      if (mapped) presence.columns.push_back(PlaceOf(columns, mapped->column));
      for (const std::string& other : field.derived_from) {
        const MappedField* source = mapping.Find(other);
        if (source) presence.columns.push_back(PlaceOf(columns, source->column));
      }
      if (!presence.columns.empty()) check.presences_.push_back(std::move(presence));
    }
    if (!mapped || field.type == FieldType::kText) continue;
    CheckedValue value;
    value.field = &field;
    value.column = PlaceOf(columns, mapped->column);
    const SourceColumn& column = columns[value.column];
    value.number = {column.decimal_separator, column.grouped_numbers};
    if (field.type == FieldType::kTimestamp) {
      TRY(value.time, TimeFormat::Parse(column.time ? column.time_format : ""));
      value.zoned = column.time_has_zone;
      value.event_time = IsEventTime(field);
      check.timed_ |= value.event_time;
    }
    check.values_.push_back(std::move(value));
  }
  return check;
}

bool RecordCheck::CheckZone(const CheckedValue& value, std::string_view text, const TimeValue& time,
                            Fault& fault) {
  if (time.zoned == value.zoned) return true;
  return Say(*value.field,
             fmt::format("{}: '{}' {} offset from UTC, unlike the other times of its column",
                         value.field->name, Excerpt(text), time.zoned ? "has an" : "has no"),
             fault);
}

bool RecordCheck::CheckText(const CheckedValue& value, std::string_view text, TimeValue& event,
                            Fault& fault) {
  if (IsMissing(text)) return true;
  const Field& field = *value.field;
  int64_t number = 0;
  ValueFault kind = ValueFault::kNone;
  switch (field.type) {
    case FieldType::kText: return true;
    case FieldType::kInt: kind = ReadInt(text, value.number, number); break;
    case FieldType::kDecimal:
      kind = ReadDecimal(text, field.precision, field.scale, value.number, number);
      break;
    case FieldType::kTimestamp: {
      TimeValue time;
      if (!value.time.Read(text, time)) {
        std::string like = value.time.text().empty() ? "in ISO 8601" : "like " + value.time.text();
        return Say(field, fmt::format("{}: '{}' is not a time {}", field.name, Excerpt(text), like), fault);
      }
      if (value.event_time) event = time;
      return CheckZone(value, text, time, fault);
    }
    case FieldType::kBool: {
      bool truth = false;
      if (ReadBool(text, truth)) return true;
      return Say(field, fmt::format("{}: '{}' is neither true nor false", field.name, Excerpt(text)), fault);
    }
  }
  return kind == ValueFault::kNone || SayFault(kind, field, text, fault);
}

bool RecordCheck::Absent(const CheckedPresence& presence, Fault& fault) {
  std::string others;
  for (const std::string& other : presence.field->derived_from)
    others += fmt::format(", and so is {}", other);
  return Say(*presence.field, fmt::format("{} is empty{}", presence.field->name, others), fault);
}

void RecordCheck::Note(const TimeValue& event) {
  if (!timed_) return;
  if (!span_.any) span_ = {true, event.zoned, event.micros, event.micros};
  span_.first = std::min(span_.first, event.micros);
  span_.last = std::max(span_.last, event.micros);
}

}  // namespace souk::record
