// Actions of a table log as JSON: reading their members with checks, writing them as lines. Used by the
// tables of this room only.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/offset_range.h"

namespace souk::lake {

// Reads members of one action. The first member that is missing or of another type is remembered and
// everything read afterwards is empty, so a caller reads all it needs and then asks status() once. `body`
// must outlive the reader.
class ActionReader {
 public:
  explicit ActionReader(const nlohmann::json& body) : body_(body) {}

  // Required members.
  std::string Text(const char* name);
  int64_t Integer(const char* name);
  uint64_t Count(const char* name);  // an integer >= 0
  // Members that may be missing or null.
  std::string TextOr(const char* name, const char* otherwise = "");
  int64_t IntegerOr(const char* name, int64_t otherwise);
  bool FlagOr(const char* name, bool otherwise);
  std::vector<std::string> Texts(const char* name);
  std::map<std::string, std::string> TextMap(const char* name);  // members that are null are left out
  const nlohmann::json* Find(const char* name) const;            // nullptr when missing or null

  // Remembers a failure that the caller found in a member's value.
  void Reject(std::string message);
  // kCorrupt with the first failure.
  Status status() const;

 private:
  const nlohmann::json* Require(const char* name);
  const nlohmann::json& body_;
  std::string failure_;
};

// Offsets and ranges by partition: {"0":123}, {"0":[100,123]}; `body` nullptr = none.
nlohmann::ordered_json OffsetsBody(const std::map<int32_t, int64_t>& offsets);
nlohmann::ordered_json RangesBody(const std::map<int32_t, OffsetRange>& ranges);
Status ReadOffsets(const nlohmann::json* body, std::map<int32_t, int64_t>& offsets);
Status ReadRanges(const nlohmann::json* body, std::map<int32_t, OffsetRange>& ranges);

// {"name":body} as one line. Bytes that are not UTF-8 become U+FFFD.
std::string ActionLine(const std::string& name, nlohmann::ordered_json body);

}  // namespace souk::lake
