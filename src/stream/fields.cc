#include "stream/fields.h"

#include <algorithm>

#include "stream/id.h"
#include "stream/visit.h"

namespace souk::stream {
namespace {

std::vector<LiveField> RecordFields(const char* record) {
  std::vector<LiveField> fields;
  const record::Schema* schema = *record::FindSchema(record);
  for (const record::Field& field : schema->fields)
    fields.push_back({field.name, field.type, field.scale, field.id && field.name != "product_id"});
  return fields;
}

}  // namespace

int64_t OpaqueValue(std::string_view text) { return OpaqueValue(IdOf(text)); }
int64_t OpaqueValue(const Id& id) { return static_cast<int64_t>(id.low >> 1); }

const char* SubjectName(Subject subject) {
  switch (subject) {
    case Subject::kTransactions: return "transactions";
    case Subject::kClickstream: return "clickstream";
    case Subject::kVisits: return "visits";
  }
  return "";
}

const std::vector<LiveField>& FieldsOf(Subject subject) {
  static const std::vector<LiveField> lines = [] {
    auto fields = RecordFields("transactions");
    fields.push_back({"category", record::FieldType::kText, 0, false});
    fields.push_back({"exclusion", record::FieldType::kText, 0, false});
    return fields;
  }();
  static const std::vector<LiveField> events = RecordFields("clickstream");
  switch (subject) {
    case Subject::kTransactions: return lines;
    case Subject::kClickstream: return events;
    case Subject::kVisits: break;
  }
  return VisitFields();
}

std::optional<size_t> FindField(Subject subject, std::string_view name) {
  const auto& fields = FieldsOf(subject);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return i;
  }
  return std::nullopt;
}

size_t FieldUse::Use(size_t field) {
  auto found = std::find(fields_.begin(), fields_.end(), field);
  if (found != fields_.end()) return static_cast<size_t>(found - fields_.begin());
  fields_.push_back(field);
  return fields_.size() - 1;
}

}  // namespace souk::stream
