// Text of SQL: filling in {{ … }}, and naming relations in full.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::warehouse {

// Replaces every {{ name }} by what `resolve` says of it (the text between the braces without blanks at both
// ends). kInvalid names `origin` and what is not known or not closed.
Result<std::string> FillIn(std::string_view text, const std::string& origin,
                           const std::function<std::optional<std::string>(std::string_view name)>& resolve);

// Replaces every relation named after FROM or JOIN that `names` knows. Strings, quoted names, comments and
// names that are qualified already stay.
std::string NameRelations(std::string_view sql, const std::map<std::string, std::string>& names);

}  // namespace souk::warehouse
