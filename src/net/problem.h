// An answer that says what went wrong, as a problem document (RFC 9457).
#pragma once

#include <string_view>

#include "net/http_server.h"

namespace souk::net {

// `detail`: what failed, on which object; `remedy`: what to do, left out when empty.
HttpResponse ProblemResponse(int status, std::string_view title, std::string_view detail,
                             std::string_view remedy = {});

}  // namespace souk::net
