// The bytes of a request's body as they were before they were compressed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::ingest {

// `encoding` is the header Content-Encoding: "", "identity" or "gzip". Memory stays near `max_bytes`,
// whatever the body claims to be. kUnsupported: another encoding; kInvalid: no whole gzip file; kDenied:
// larger than `max_bytes`.
Result<std::string> DecodeBody(std::string body, std::string_view encoding, size_t max_bytes);

}  // namespace souk::ingest
