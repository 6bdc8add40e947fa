#include "base/metric.h"
#include "serve/http/api.h"

namespace souk::serve {

void AddMetricRoutes(ApiServer& server, MetricRegistry& metrics) {
  ApiDoc doc{"program", "All metrics, for Prometheus.", {}, "text/plain"};
  server.Get("/metrics", doc, [&metrics](const net::HttpRequest&) {
    net::HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = metrics.Text();
    return response;
  });
}

}  // namespace souk::serve
