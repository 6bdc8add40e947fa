#include "net/problem.h"

#include <nlohmann/json.hpp>

namespace souk::net {

HttpResponse ProblemResponse(int status, std::string_view title, std::string_view detail,
                             std::string_view remedy) {
  nlohmann::ordered_json problem;
  problem["type"] = "about:blank";
  problem["title"] = title;
  problem["status"] = status;
  problem["detail"] = detail;
  if (!remedy.empty()) problem["remedy"] = remedy;
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = problem.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return response;
}

}  // namespace souk::net
