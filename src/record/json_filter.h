// A condition on a JSON text: souk consume --filter, and the message browser.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::record {

// "$.user.id", "$.items[0].price >= 10", "$.event_type == purchase", "$.country != \"DE\"". A path alone
// holds when there is something that is neither null nor false. Numbers are compared as numbers, everything
// else as text (whole value, no patterns). What is not JSON, or has nothing at the path, does not fit, !=
// included.
class JsonFilter {
 public:
  static Result<JsonFilter> Parse(std::string_view text);
  bool Fits(std::string_view json) const;

 private:
  enum class Operator { kThere, kEqual, kNot, kLess, kLessEqual, kMore, kMoreEqual };

  std::string pointer_;  // RFC 6901
  Operator operator_ = Operator::kThere;
  std::string value_;
};

// The value at a path of a JSON text, strings without quotation marks; kInvalid when it is no JSON or has
// none there.
Result<std::string> JsonValueAt(std::string_view path, std::string_view json);

}  // namespace souk::record
