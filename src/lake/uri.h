// Percent-encoding of paths in URIs (RFC 3986), as file URLs and Delta logs use it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::lake {

// Everything but letters, digits and "-._~/=" becomes %XX.
std::string PercentEncodePath(std::string_view path);
// kInvalid when a '%' is not followed by two hexadecimal digits. '+' stays '+'.
Result<std::string> PercentDecode(std::string_view text);
// The scheme of "scheme://…" in lower case, "" when `text` is not of that shape.
std::string SchemeOf(std::string_view text);

}  // namespace souk::lake
