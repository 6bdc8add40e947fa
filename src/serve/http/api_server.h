// Where routes of the API are registered together with what they are: the OpenAPI document at
// /api/openapi.json is made from the same list.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_server.h"

namespace souk::serve {

struct ApiParameter {
  std::string_view name;
  std::string_view
      in;  // "path", in the order of the "*" of the route; "query"; "body": a field of a JSON object
  std::string_view type;  // "string", "integer", "boolean", "array", "object"
  std::string_view what;  // one line for people
  bool required = false;  // those in the path always are
};

struct ApiDoc {
  std::string_view tag;      // the group: "stream", "lake", …
  std::string_view summary;  // one line for people
  std::vector<ApiParameter> parameters = {};
  std::string_view answer = "application/json";
  int status = 200;                 // of the answer when it worked
  std::string_view body_type = {};  // of a body that is not a JSON object of the parameters in "body"
};

// Texts live as long as the program. Everything that is not a GET is guarded: refused without the header
// X-Souk, which only a script of our own page or a program can send.
class ApiServer {
 public:
  explicit ApiServer(net::HttpServer& server);

  void Get(std::string path, ApiDoc doc, net::HttpHandler handler);
  void Post(std::string path, ApiDoc doc, net::HttpHandler handler);
  void Put(std::string path, ApiDoc doc, net::HttpHandler handler);
  void Delete(std::string path, ApiDoc doc, net::HttpHandler handler);
  void Stream(std::string path, ApiDoc doc, net::StreamHandler handler);

  // Registers /api/openapi.json, of all routes that are there when it is asked for.
  void ServeDocument(std::string version);

 private:
  struct Route {
    std::string method;
    std::string path;
    ApiDoc doc;
  };
  void Add(std::string method, std::string path, ApiDoc doc, net::HttpHandler handler);
  static std::string Document(const std::vector<Route>& routes, const std::string& version);

  net::HttpServer& server_;
  std::shared_ptr<std::vector<Route>> routes_;
};

// "/api/topics/*/messages" with the names of the parameters in its path: "/api/topics/{topic}/messages".
std::string PathTemplate(std::string_view path, const std::vector<ApiParameter>& parameters);

}  // namespace souk::serve
