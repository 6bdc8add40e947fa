#include "record/typed_record.h"

namespace souk::record {

OwnedRecord::OwnedRecord(const TypedRecord& record) : schema_(record.schema) {
  size_t bytes = 0;
  for (const TypedValue& value : record.values) bytes += value.text.size();
  texts_.reserve(bytes);
  values_.reserve(record.values.size());
  for (const TypedValue& value : record.values) {
    values_.push_back({value.present, static_cast<uint32_t>(texts_.size()),
                       static_cast<uint32_t>(value.text.size()), value.number});
    texts_ += value.text;
  }
}

// By place and length, as a moved string may hold its characters somewhere else.
TypedValue OwnedRecord::value(size_t field) const {
  const Value& value = values_[field];
  return {value.present, value.number, std::string_view(texts_).substr(value.begin, value.size)};
}

TypedRecord OwnedRecord::View() const {
  TypedRecord record{schema_, {}};
  record.values.reserve(values_.size());
  for (size_t i = 0; i < values_.size(); ++i) record.values.push_back(value(i));
  return record;
}

}  // namespace souk::record
