#include "serve/http/errors.h"

#include "net/problem.h"

namespace souk::serve {

int HttpStatusOf(Code code) {
  switch (code) {
    case Code::kInvalid: return 400;
    case Code::kDenied: return 403;
    case Code::kNotFound: return 404;
    case Code::kAlreadyExists: return 409;
    case Code::kCancelled: return 409;
    case Code::kUnsupported: return 422;
    case Code::kUnavailable: return 503;
    case Code::kTimeout: return 504;
    case Code::kCorrupt: return 500;
    case Code::kIo: return 500;
  }
  return 500;
}

net::HttpResponse ProblemOf(const Error& error) {
  // A message is "what failed; what to do": the remedy is what stands behind the last semicolon.
  size_t split = error.message.rfind("; ");
  std::string_view message = error.message;
  return net::ProblemResponse(HttpStatusOf(error.code), CodeName(error.code), message.substr(0, split),
                              split == std::string::npos ? "" : message.substr(split + 2));
}

}  // namespace souk::serve
