#include "serve/http/api.h"

namespace souk::serve {

void AddRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts) {
  ApiServer api(server);
  AddReportRoutes(api, parts);
  AddJobRoutes(api, parts);
  AddQueryRoutes(api, parts);
  AddStatusRoutes(api, parts);
  AddLiveRoutes(api, parts);
  AddStreamRoutes(api, parts);
  AddLakeRoutes(api, parts);
  AddQuarantineRoutes(api, parts);
  AddBuildRoutes(api, parts);
  AddUploadRoutes(api, parts);
  AddMetricRoutes(api, *parts->metrics);
  api.ServeDocument(parts->version);
  AddPageRoutes(server, parts);
}

}  // namespace souk::serve
