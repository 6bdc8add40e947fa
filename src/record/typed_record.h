// One record with its values read as the schema says: what the stream computes with and the hot store keeps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/schema.h"

namespace souk::record {

struct TypedValue {
  bool present = false;
  int64_t number = 0;     // kInt; kDecimal: times 10^scale; kTimestamp: microseconds UTC; kBool: 0 or 1
  std::string_view text;  // kText only
};

// `values` are in the order of `schema->fields`. The texts belong to whoever filled it in.
struct TypedRecord {
  const Schema* schema = nullptr;
  std::vector<TypedValue> values;
};

// A record that owns its texts. Copying and moving are safe.
class OwnedRecord {
 public:
  OwnedRecord() = default;
  explicit OwnedRecord(const TypedRecord& record);

  const Schema* schema() const { return schema_; }
  size_t size() const { return values_.size(); }
  // The text of the result lives as long as this record is neither changed nor destroyed.
  TypedValue value(size_t field) const;
  TypedRecord View() const;

 private:
  struct Value {
    bool present = false;
    uint32_t begin = 0, size = 0;  // in texts_
    int64_t number = 0;
  };
  const Schema* schema_ = nullptr;
  std::vector<Value> values_;
  std::string texts_;
};

}  // namespace souk::record
