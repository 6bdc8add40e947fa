#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

namespace souk::serve {

void AddLiveRoutes(ApiServer& server, SharedParts parts) {
  ApiDoc now{"live", "The live figures at the stream's last commit."};
  server.Get("/api/live/now", now, [parts](const net::HttpRequest&) {
    if (!parts->live)
      return ProblemOf({Code::kUnavailable, "no stream runs here; start souk up with its stream"});
    return JsonResponse(parts->live->Json());
  });
  ApiDoc figures{"live", "What each live figure is: its name and its definition in models/live.yml."};
  server.Get("/api/live/figures", figures, [parts](const net::HttpRequest&) {
    if (!parts->live)
      return ProblemOf({Code::kUnavailable, "no stream runs here; start souk up with its stream"});
    return JsonResponse(parts->live->FiguresJson());
  });
  ApiDoc live{"live", "The live figures at every commit of the stream, as events `live`."};
  server.Stream(
      "/api/live", live, [parts](const net::HttpRequest&, std::shared_ptr<net::EventStream> stream) {
        if (!parts->live) {
          stream->Close();
          return;
        }
        stream->Send("live", parts->live->Json());
        auto handle =
            parts->live->feed().Subscribe([stream](const net::EventText& event) { stream->Send(event); });
        stream->OnClose([kept = std::move(handle)]() mutable { kept.reset(); });
      });
}

}  // namespace souk::serve
