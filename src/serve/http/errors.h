// The one place where an Error becomes an HTTP status and a problem document (RFC 9457).
#pragma once

#include "base/result.h"
#include "net/http_server.h"

namespace souk::serve {

int HttpStatusOf(Code code);
net::HttpResponse ProblemOf(const Error& error);

}  // namespace souk::serve
