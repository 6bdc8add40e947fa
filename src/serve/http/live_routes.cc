#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

namespace souk::serve {

void AddLiveRoutes(net::HttpServer& server, std::shared_ptr<const ApiParts> parts) {
  server.Handle("GET", "/api/live/now", [parts](const net::HttpRequest&) {
    if (!parts->live)
      return ProblemOf({Code::kUnavailable, "no stream runs here; start souk up with its stream"});
    return JsonResponse(parts->live->Json());
  });
  server.Handle("GET", "/api/live/figures", [parts](const net::HttpRequest&) {
    if (!parts->live)
      return ProblemOf({Code::kUnavailable, "no stream runs here; start souk up with its stream"});
    return JsonResponse(parts->live->FiguresJson());
  });
  server.HandleStream(
      "/api/live", [parts](const net::HttpRequest&, std::shared_ptr<net::EventStream> stream) {
        if (!parts->live) {
          stream->Close();
          return;
        }
        stream->Send("live", parts->live->Json());
        auto handle =
            parts->live->feed().Subscribe([stream](const std::string& json) { stream->Send("live", json); });
        stream->OnClose([kept = std::move(handle)]() mutable { kept.reset(); });
      });
}

}  // namespace souk::serve
