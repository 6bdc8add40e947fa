#include "serve/http/api.h"

#include "serve/http/errors.h"

namespace souk::serve {

void AddRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts) {
  AddReportRoutes(server, parts);
  AddJobRoutes(server, parts);
  AddQueryRoutes(server, parts);
  AddStatusRoutes(server, parts);
  AddLiveRoutes(server, parts);
  AddMetricRoutes(server, *parts->metrics);
  AddPageRoutes(server);
}

net::HttpHandler Guarded(net::HttpHandler handler) {
  return [handler = std::move(handler)](const net::HttpRequest& request) {
    if (request.Header("x-souk").empty()) {
      return ProblemOf({Code::kDenied, "this request changes something; send the header X-Souk: 1 with it"});
    }
    return handler(request);
  };
}

}  // namespace souk::serve
