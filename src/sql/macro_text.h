// The {placeholders} in a macro's definition. For the sources of this room only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::sql {

// The definition with every {name} replaced by what `value` gives for name. Braces around anything else stay.
Result<std::string> FillPlaceholders(
    std::string_view definition, const std::function<Result<std::string>(const std::string& name)>& value);

// The text as it stands inside single quotes.
std::string EscapeQuotes(const std::string& text);

}  // namespace souk::sql
