// A request's body as records, without judging what is in them: every record is judged on its own, so one
// that is broken spoils none of the others.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk::ingest {

enum class BodyForm {
  kDetect,  // a JSON object, an array of records, or JSON lines
  kLines,   // JSON lines, whatever the lines hold
};

// Views into `body`, without the white space around records; blank lines are none. kInvalid when it cannot be
// told where records begin and end; kDenied: more than `max_records`.
Result<std::vector<std::string_view>> SplitBody(std::string_view body, BodyForm form, size_t max_records);

}  // namespace souk::ingest
