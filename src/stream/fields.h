// What a live figure can look at: the fields of lines, events and visits, each as one 64-bit number.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/schema.h"
#include "stream/id.h"

namespace souk::stream {

// A field without value.
constexpr int64_t kNull = std::numeric_limits<int64_t>::min();

enum class Subject { kTransactions, kClickstream, kVisits };
const char* SubjectName(Subject subject);

struct LiveField {
  std::string name;
  record::FieldType type = record::FieldType::kText;  // text as a symbol
  int scale = 0;                                      // of decimals
  bool opaque = false;  // an id of which there are many: as OpaqueValue, to be counted and not to be shown
};
int64_t OpaqueValue(std::string_view text);
int64_t OpaqueValue(const Id& id);  // of the text with this id

// The fields of a subject. Those of the two records are their schemas' in the schemas' order; a line has
// `category` (its own or its product's) and `exclusion` (record_rules.h) beside. Those of a visit are
// kVisitFields' (visit.h).
const std::vector<LiveField>& FieldsOf(Subject subject);
std::optional<size_t> FindField(Subject subject, std::string_view name);

// Fields that somebody looks at, in order of first use; a figure's programs name them by their place here.
class FieldUse {
 public:
  explicit FieldUse(Subject subject) : subject_(subject) {}

  size_t Use(size_t field);
  const std::vector<size_t>& fields() const { return fields_; }
  Subject subject() const { return subject_; }

 private:
  Subject subject_;
  std::vector<size_t> fields_;
};

}  // namespace souk::stream
