// The fields of a record out of one JSON object, by the names of their keys. Inner part of json_decoder.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/record_check.h"

namespace souk::record {

// Why simdjson refused `line`: `error` is a simdjson::error_code.
Fault JsonFault(int error, std::string_view line);
// DuckDB reads the first of them, other readers the last.
Fault TwiceFault(std::string_view key);

enum class JsonKind : uint8_t { kAbsent, kNull, kText, kNumber, kTrue, kFalse, kNested };

struct JsonValue {
  JsonKind kind = JsonKind::kAbsent;
  // kNumber: it has at most 15 digits and no exponent; then it is mantissa × 10^-scale, which no double
  // bends.
  bool plain = false;
  uint8_t scale = 0;
  int64_t mantissa = 0;
  // kText: unescaped. kNumber: as it stands. kNested: as it stands, without blanks between tokens.
  std::string_view text;
  std::string_view key;
};

// Keys stand for a field by its name or one of its aliases; small and capital letters, blanks and "_" do not
// matter. Where several keys of an object mean one field, its own name wins, then the aliases in their order.
// Not thread-safe.
class JsonFields {
 public:
  explicit JsonFields(const Schema& schema);
  ~JsonFields();

  // False with the fault when `json` is no object, or has a key twice. Takes what JsonLines takes.
  bool Read(std::string_view json, Fault& fault);
  // In the order of the schema's fields; good until the next Read.
  const std::vector<JsonValue>& values() const;
  // The value as a text column holds it: numbers as DuckDB writes them. Views are good until the next Read.
  std::string_view TextOf(const JsonValue& value);
  // The number as JsonLines looks at it, which went through a double.
  std::string_view ShortestOf(const JsonValue& value);
  // Keeps a text until the next Read.
  std::string_view Keep(std::string text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::record
