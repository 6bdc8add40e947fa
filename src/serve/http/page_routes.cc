#include <string_view>

#include "base/embedded.h"
#include "serve/http/api.h"
#include "serve/http/errors.h"

namespace souk::serve {
namespace {

constexpr std::string_view kPageFolder = "web/dist";

// What web/panel/overview asks first when nothing is chosen; the browser begins with it before the page's
// script is there to ask.
constexpr std::string_view kFirstQuestions =
    "</api/reports/sales_overview?compare=previous>; rel=preload; as=fetch; crossorigin, "
    "</api/reports/sales_trend?compare=previous>; rel=preload; as=fetch; crossorigin, "
    "</api/reports/revenue_by_category?compare=previous>; rel=preload; as=fetch; crossorigin, "
    "</api/reports/revenue_by_region?compare=previous>; rel=preload; as=fetch; crossorigin";

std::string_view ContentType(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"}};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// The best form of an asset that the browser takes: brotli, gzip or plain.
net::HttpResponse AssetResponse(const net::HttpRequest& request, const std::string& path,
                                std::string_view plain) {
  net::HttpResponse response;
  response.content_type = ContentType(path);
  response.static_body = plain;
  std::string_view accepted = request.Header("accept-encoding");
  static constexpr std::pair<std::string_view, std::string_view> kForms[] = {{"br", ".br"}, {"gzip", ".gz"}};
  for (const auto& [encoding, ending] : kForms) {
    auto packed = FindAsset(path + std::string(ending));
    if (!packed || accepted.find(encoding) == std::string_view::npos) continue;
    response.static_body = *packed;
    response.headers.emplace_back("Content-Encoding", encoding);
    break;
  }
  response.headers.emplace_back("Vary", "Accept-Encoding");
  bool hashed = path.find("/assets/") != std::string::npos;  // the name changes with the content
  bool tag = path.ends_with("/track.js");                    // other sites' pages load it each time
  response.headers.emplace_back("Cache-Control", hashed ? "public, max-age=31536000, immutable"
                                                 : tag  ? "public, max-age=3600"
                                                        : "no-cache");
  if (path.ends_with(".html")) {
    response.headers.emplace_back("Content-Security-Policy",
                                  "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; "
                                  "base-uri 'none'; form-action 'self'");
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
  }
  return response;
}

net::HttpResponse Page(const net::HttpRequest& request) {
  std::string path = std::string(kPageFolder) + request.path;
  if (auto asset = FindAsset(path)) return AssetResponse(request, path, *asset);
  bool names_a_file =
      request.path.rfind('.') > request.path.rfind('/') && request.path.rfind('.') != std::string::npos;
  // There a name at the end is a topic's or a folder's.
  if (request.path.starts_with("/pipeline/")) names_a_file = false;
  std::string index = std::string(kPageFolder) + "/index.html";
  auto page = FindAsset(index);
  if (names_a_file || request.path.starts_with("/api/") || !page) {
    return ProblemOf({Code::kNotFound, "there is nothing at " + request.path});
  }
  return AssetResponse(request, index, *page);
}

bool HasSales(const ApiParts& parts) {
  auto state = parts.warehouse->State();
  return state.version > 0 && state.first_day;
}

}  // namespace

void AddPageRoutes(net::HttpServer& server, SharedParts parts) {
  server.Handle("GET", "/", [parts](const net::HttpRequest& request) {
    net::HttpResponse response = Page(request);
    if (request.path == "/" && request.query.empty() && HasSales(*parts))
      response.headers.emplace_back("Link", kFirstQuestions);
    return response;
  });
}

}  // namespace souk::serve
