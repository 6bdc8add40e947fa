#include "record/json_lines.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

#include "record/json_fields.h"

namespace souk::record {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);

struct Slot {
  bool there = false;
  element value;
};

// What stands for "no value": null, and the texts that do so in CSV too.
bool Missing(const Slot& slot) {
  if (!slot.there || slot.value.is_null()) return true;
  std::string_view text;
  return slot.value.get(text) == simdjson::SUCCESS && IsMissing(text);
}

// The shortest text of a number, true or false; nothing for lists and objects.
std::string_view ScalarText(const element& value, char* buffer, size_t size) {
  std::to_chars_result end{};
  switch (value.type()) {
    case element_type::STRING: return value.get_string().value_unsafe();
    case element_type::INT64:
      end = std::to_chars(buffer, buffer + size, value.get_int64().value_unsafe());
      break;
    case element_type::UINT64:
      end = std::to_chars(buffer, buffer + size, value.get_uint64().value_unsafe());
      break;
    case element_type::DOUBLE:
      end = std::to_chars(buffer, buffer + size, value.get_double().value_unsafe());
      break;
    case element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    default: return {};
  }
  return {buffer, static_cast<size_t>(end.ptr - buffer)};
}

bool IsNested(const element& value) {
  return value.type() == element_type::ARRAY || value.type() == element_type::OBJECT;
}

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

// Numbers that fit without looking at their digits; false = look.
bool FitsAtOnce(const Field& field, const element& value) {
  if (field.type == FieldType::kInt) return value.type() == element_type::INT64;
  if (field.type != FieldType::kDecimal) return false;
  double number = 0;
  // Strings fail here; whole numbers become a double near enough for a limit that is one off.
  if (value.type() == element_type::STRING || value.get(number)) return false;
  return std::abs(number) < kPowersOfTen[field.precision - field.scale] - 1;
}

}  // namespace

struct JsonLines::Impl {
  simdjson::dom::parser parser;
  std::vector<std::string> columns;
  std::unordered_map<std::string_view, size_t> places;
  std::vector<Slot> slots;
  std::vector<ColumnSampler> unknown;

  // A key that was met: its column, or its place in `unknown`.
  struct Key {
    std::string name;
    size_t column = kNone;
    size_t unknown = kNone;
    size_t sampled = 0;
    uint64_t seen = 0;  // the line that had it last
  };
  // In the order in which they were first met. The keys of most lines follow that order, some are left out.
  std::vector<Key> keys;
  std::unordered_map<std::string, size_t> key_places;
  size_t next_key = 0;
  uint64_t line = 0;

  static constexpr size_t kNone = std::numeric_limits<size_t>::max();
  static constexpr size_t kMaxKeys = 10'000;
  static constexpr size_t kMaxUnknown = 64;
  static constexpr size_t kUnknownSample = 200;

  // The place in `keys`; kNone when there are too many (an object of that many keys is no table's row).
  size_t FindKey(std::string_view name) {
    for (size_t i = next_key; i < keys.size() && i < next_key + 4; ++i) {
      if (keys[i].name == name) return i;
    }
    auto known = key_places.find(std::string(name));
    if (known != key_places.end()) return known->second;
    if (keys.size() == kMaxKeys) return kNone;
    auto column = places.find(name);
    Key key{std::string(name), column == places.end() ? kNone : column->second, kNone, 0, 0};
    if (key.column == kNone && unknown.size() < kMaxUnknown) {
      key.unknown = unknown.size();
      unknown.emplace_back(key.name);
    }
    key_places.emplace(key.name, keys.size());
    keys.push_back(std::move(key));
    return keys.size() - 1;
  }

  // False when the line had the key already.
  bool TakeValue(std::string_view name, const element& value) {
    size_t place = FindKey(name);
    if (place == kNone) return true;
    next_key = place + 1;
    Key& key = keys[place];
    if (key.seen == line) return false;
    key.seen = line;
    if (key.column != kNone) {
      slots[key.column] = {true, value};
    } else if (key.unknown != kNone && key.sampled < kUnknownSample) {
      ++key.sampled;
      char buffer[64];
      unknown[key.unknown].Add(IsNested(value) ? "{}" : ScalarText(value, buffer, sizeof(buffer)));
    }
    return true;
  }

  bool CheckValue(const CheckedValue& checked, const element& value, TimeValue& event, Fault& fault);
};

JsonLines::JsonLines(std::vector<std::string> columns) : impl_(std::make_unique<Impl>()) {
  impl_->columns = std::move(columns);
  for (size_t i = 0; i < impl_->columns.size(); ++i) impl_->places.emplace(impl_->columns[i], i);
  impl_->slots.resize(impl_->columns.size());
}

JsonLines::~JsonLines() = default;

bool JsonLines::Impl::CheckValue(const CheckedValue& checked, const element& value, TimeValue& event,
                                 Fault& fault) {
  const Field& field = *checked.field;
  if (IsNested(value)) {
    fault = {field.name, fmt::format("{} is a list or an object, a single value is expected", field.name)};
    return false;
  }
  // A build reads the whole column as texts of one kind, in which this point would separate groups.
  if (checked.number.decimal == ',' && value.type() == element_type::DOUBLE) {
    fault = {field.name,
             fmt::format("{}: a number with a point, unlike the texts of its column", field.name)};
    return false;
  }
  if (FitsAtOnce(field, value)) return true;
  char buffer[64];
  std::string_view text = ScalarText(value, buffer, sizeof(buffer));
  // A JSON number is written with a point whatever the column's texts look like.
  bool plain = value.type() != element_type::STRING &&
               (field.type == FieldType::kInt || field.type == FieldType::kDecimal);
  if (!plain || (checked.number.decimal == '.' && !checked.number.grouped)) {
    return RecordCheck::CheckText(checked, text, event, fault);
  }
  CheckedValue pointed = checked;
  pointed.number = {};
  return RecordCheck::CheckText(pointed, text, event, fault);
}

bool JsonLines::Check(std::string_view line, RecordCheck& check, Fault& fault) {
  Impl& impl = *impl_;
  element document;
  if (auto error = impl.parser.parse(line.data(), line.size(), false).get(document)) {
    fault = JsonFault(error, line);
    return false;
  }
  simdjson::dom::object object;
  if (document.get(object)) {
    fault = {"", "not a JSON object"};
    return false;
  }
  for (Slot& slot : impl.slots) slot.there = false;
  impl.next_key = 0;
  ++impl.line;
  for (auto [key, value] : object) {
    if (impl.TakeValue(key, value)) continue;
    fault = TwiceFault(key);
    return false;
  }
  for (const CheckedPresence& presence : check.presences()) {
    bool there = false;
    for (size_t column : presence.columns) there = there || !Missing(impl.slots[column]);
    if (!there) return RecordCheck::Absent(presence, fault);
  }
  TimeValue event;
  for (const CheckedValue& value : check.values()) {
    const Slot& slot = impl.slots[value.column];
    if (!slot.there || slot.value.is_null()) continue;
    if (!impl.CheckValue(value, slot.value, event, fault)) return false;
  }
  check.Note(event);
  return true;
}

std::vector<SourceColumn> JsonLines::Unknown() const {
  std::vector<SourceColumn> columns;
  for (const ColumnSampler& sampler : impl_->unknown) columns.push_back(sampler.Finish());
  return columns;
}

std::vector<std::string> JsonLines::Unmet() const {
  std::vector<bool> met(impl_->columns.size(), false);
  for (const Impl::Key& key : impl_->keys) {
    if (key.column != Impl::kNone) met[key.column] = true;
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < met.size(); ++i) {
    if (!met[i]) names.push_back(impl_->columns[i]);
  }
  return names;
}

std::vector<SourceColumn> SampleJsonLines(const std::vector<std::string_view>& lines, size_t& objects) {
  simdjson::dom::parser parser;
  std::vector<ColumnSampler> samplers;
  std::unordered_map<std::string, size_t> places;
  objects = 0;
  for (std::string_view line : lines) {
    simdjson::dom::object object;
    simdjson::padded_string padded(line);
    if (parser.parse(padded).get(object)) continue;
    ++objects;
    for (auto [key, value] : object) {
      auto [place, added] = places.emplace(std::string(key), samplers.size());
      if (added) samplers.emplace_back(std::string(key));
      char buffer[64];
      samplers[place->second].Add(IsNested(value) ? "{}" : ScalarText(value, buffer, sizeof(buffer)));
    }
  }
  std::vector<SourceColumn> columns;
  for (const ColumnSampler& sampler : samplers) columns.push_back(sampler.Finish());
  return columns;
}

}  // namespace souk::record
