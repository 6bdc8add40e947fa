#include "lake/json_form.h"

#include <algorithm>

#include "record/values.h"

namespace souk::lake {
namespace {

// The fields that can tell a row from all others.
std::vector<std::string> IdsOf(const record::Schema& schema) {
  if (schema.name == "transactions") return {"transaction_id", "order_id"};
  return {schema.key};
}

bool IsTime(const record::Field& field) { return field.type == record::FieldType::kTimestamp; }

}  // namespace

JsonForm::JsonForm(const record::Schema& schema)
    : schema_(&schema), keys_(schema.fields.size()), zones_(schema.fields.size(), Zone::kOpen) {
  for (const std::string& id : IdsOf(schema)) {
    ids_.push_back(static_cast<size_t>(schema.Find(id) - schema.fields.data()));
  }
}

bool JsonForm::Fits(const record::JsonDecoder& decoder, bool numbered, bool content) const {
  if (!any_) return true;
  if (numbered != numbered_ || content != content_) return false;
  for (size_t f = 0; f < keys_.size(); ++f) {
    std::string_view key = decoder.key(f);
    if (content ? key != keys_[f] : !key.empty() && !keys_[f].empty() && key != keys_[f]) return false;
    if (!IsTime(schema_->fields[f]) || decoder.zone(f) == record::ZoneOfTime::kNone) continue;
    Zone zone = decoder.zone(f) == record::ZoneOfTime::kOffset ? Zone::kZoned : Zone::kWall;
    if (zones_[f] != Zone::kOpen && zones_[f] != zone) return false;
  }
  return true;
}

bool JsonForm::Take(const record::JsonDecoder& decoder, const record::TypedRecord& record) {
  bool numbered =
      std::none_of(ids_.begin(), ids_.end(), [&](size_t id) { return record.values[id].present; });
  bool content = decoder.has_content_id();
  if (!Fits(decoder, numbered, content)) return false;
  any_ = true;
  numbered_ = numbered;
  content_ = content;
  Keep(decoder);
  return true;
}

void JsonForm::Note(const record::JsonDecoder& decoder) { Keep(decoder); }

void JsonForm::Keep(const record::JsonDecoder& decoder) {
  for (size_t f = 0; f < keys_.size(); ++f) {
    std::string_view key = decoder.key(f);
    if (!key.empty() && keys_[f].empty()) keys_[f] = key;
    if (!IsTime(schema_->fields[f]) || decoder.zone(f) == record::ZoneOfTime::kNone) continue;
    zones_[f] = decoder.zone(f) == record::ZoneOfTime::kOffset ? Zone::kZoned : Zone::kWall;
  }
}

RawFormat JsonForm::Format(const std::string& time_zone) const {
  RawFormat format;
  format.kind = "json";
  format.time_zone = time_zone;
  for (std::string_view text : record::MissingTexts()) format.null_texts.emplace_back(text);
  for (size_t f = 0; f < keys_.size(); ++f) {
    const record::Field& field = schema_->fields[f];
    if (numbered_ && std::find(ids_.begin(), ids_.end(), f) != ids_.end()) continue;
    // All fields, there or not: an id that is made from the content must not depend on the other rows.
    format.mapping[field.name] = keys_[f].empty() ? field.name : keys_[f];
    if (zones_[f] == Zone::kZoned) format.zoned_times.push_back(field.name);
  }
  for (const auto& [field, column] : format.mapping) format.columns.push_back(column);
  std::sort(format.columns.begin(), format.columns.end());
  return format;
}

}  // namespace souk::lake
