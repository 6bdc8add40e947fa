#include "serve/http/errors.h"

#include <nlohmann/json.hpp>

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
  nlohmann::ordered_json problem;
  problem["type"] = "about:blank";
  problem["title"] = CodeName(error.code);
  problem["status"] = HttpStatusOf(error.code);
  problem["detail"] = error.message.substr(0, split);
  problem["remedy"] = split == std::string::npos ? "" : error.message.substr(split + 2);
  net::HttpResponse response;
  response.status = HttpStatusOf(error.code);
  response.content_type = "application/problem+json";
  response.body = problem.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace souk::serve
