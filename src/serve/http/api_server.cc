#include "serve/http/api_server.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/embedded.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

namespace souk::serve {
namespace {

using nlohmann::ordered_json;

// The schemas of all answers, and which route answers with which.
const ordered_json& Answers() {
  static const ordered_json answers = ordered_json::parse(FindAsset("schemas/api/answers.json").value());
  return answers;
}

// {} where the route is none of the program's own.
ordered_json AnswerOf(const std::string& route) {
  const ordered_json& known = Answers()["answers"];
  auto found = known.find(route);
  if (found == known.end()) return ordered_json::object();
  return {{"$ref", "#/components/schemas/" + found->get<std::string>()}};
}

net::HttpHandler Guarded(net::HttpHandler handler) {
  return [handler = std::move(handler)](const net::HttpRequest& request) {
    if (request.Header("x-souk").empty()) {
      return ProblemOf({Code::kDenied, "this request changes something; send the header X-Souk: 1 with it"});
    }
    return handler(request);
  };
}

// "getTopicsMessages" of GET /api/topics/*/messages.
std::string OperationId(std::string_view method, std::string_view path) {
  std::string id;
  for (char c : method) id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  bool first = true;
  for (size_t i = path.starts_with("/api/") ? 5 : 1; i < path.size(); ++i) {
    char c = path[i];
    bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (c == '*') id += "One";
    if (letter) id += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    first = !letter;
  }
  return id;
}

ordered_json Schema(const ApiParameter& parameter) {
  ordered_json schema = {{"type", parameter.type}};
  if (parameter.type == "array") schema["items"] = ordered_json::object();
  return schema;
}

ordered_json BodyOf(const ApiDoc& doc) {
  ordered_json fields = ordered_json::object(), required = ordered_json::array();
  for (const ApiParameter& parameter : doc.parameters) {
    if (parameter.in != "body") continue;
    ordered_json field = Schema(parameter);
    field["description"] = parameter.what;
    fields[std::string(parameter.name)] = std::move(field);
    if (parameter.required) required.push_back(parameter.name);
  }
  if (!doc.body_type.empty()) {
    ordered_json schema = {{"type", "string"}, {"format", "binary"}};
    return {{"required", true}, {"content", {{std::string(doc.body_type), {{"schema", schema}}}}}};
  }
  if (fields.empty()) return nullptr;
  ordered_json schema = {{"type", "object"}, {"properties", fields}};
  if (!required.empty()) schema["required"] = required;
  return {{"required", true}, {"content", {{"application/json", {{"schema", schema}}}}}};
}

ordered_json OperationOf(const std::string& method, const std::string& path, const ApiDoc& doc) {
  ordered_json parameters = ordered_json::array();
  for (const ApiParameter& parameter : doc.parameters) {
    if (parameter.in == "body") continue;
    parameters.push_back({{"name", parameter.name},
                          {"in", parameter.in},
                          {"required", parameter.in == "path" || parameter.required},
                          {"description", parameter.what},
                          {"schema", Schema(parameter)}});
  }
  if (method != "GET") parameters.push_back({{"$ref", "#/components/parameters/Souk"}});
  ordered_json operation = {{"operationId", OperationId(method, path)},
                            {"tags", ordered_json::array({doc.tag})},
                            {"summary", doc.summary}};
  if (!parameters.empty()) operation["parameters"] = parameters;
  if (auto body = BodyOf(doc); !body.is_null()) operation["requestBody"] = body;
  ordered_json content;
  content[std::string(doc.answer)] = ordered_json::object();
  if (doc.answer == "application/json" || doc.answer == "text/event-stream")
    content[std::string(doc.answer)]["schema"] = AnswerOf(method + " " + PathTemplate(path, doc.parameters));
  operation["responses"] = {
      {std::to_string(doc.status), {{"description", "It worked."}, {"content", content}}},
      {"default", {{"$ref", "#/components/responses/Problem"}}}};
  return operation;
}

ordered_json Components() {
  ordered_json text = {{"type", "string"}};
  ordered_json problem = {
      {"type", "object"},
      {"description", "A problem document (RFC 9457)."},
      {"required", {"type", "title", "status", "detail"}},
      {"properties",
       {{"type", text},
        {"title", text},
        {"status", {{"type", "integer"}}},
        {"detail", {{"type", "string"}, {"description", "What failed, on which object."}}},
        {"remedy", {{"type", "string"}, {"description", "What to do."}}}}}};
  ordered_json schemas = Answers()["schemas"];
  schemas["Problem"] = problem;
  return {{"schemas", schemas},
          {"parameters",
           {{"Souk",
             {{"name", "X-Souk"},
              {"in", "header"},
              {"required", true},
              {"description", "Any value. A page of another site cannot send it."},
              {"schema", text}}}}},
          {"responses",
           {{"Problem",
             {{"description", "It did not work."},
              {"content",
               {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}}}};
}

}  // namespace

std::string PathTemplate(std::string_view path, const std::vector<ApiParameter>& parameters) {
  std::string out;
  auto next = parameters.begin();
  for (char c : path) {
    if (c != '*') {
      out += c;
      continue;
    }
    next = std::find_if(next, parameters.end(), [](const ApiParameter& one) { return one.in == "path"; });
    out += '{';
    out += next == parameters.end() ? "?" : next->name;
    out += '}';
    if (next != parameters.end()) ++next;
  }
  return out;
}

ApiServer::ApiServer(net::HttpServer& server)
    : server_(server), routes_(std::make_shared<std::vector<Route>>()) {}

void ApiServer::Add(std::string method, std::string path, ApiDoc doc, net::HttpHandler handler) {
  routes_->push_back({method, path, std::move(doc)});
  bool changes = method != "GET";
  server_.Handle(std::move(method), std::move(path),
                 changes ? Guarded(std::move(handler)) : std::move(handler));
}

void ApiServer::Get(std::string path, ApiDoc doc, net::HttpHandler handler) {
  Add("GET", std::move(path), std::move(doc), std::move(handler));
}
void ApiServer::Post(std::string path, ApiDoc doc, net::HttpHandler handler) {
  Add("POST", std::move(path), std::move(doc), std::move(handler));
}
void ApiServer::Put(std::string path, ApiDoc doc, net::HttpHandler handler) {
  Add("PUT", std::move(path), std::move(doc), std::move(handler));
}
void ApiServer::Delete(std::string path, ApiDoc doc, net::HttpHandler handler) {
  Add("DELETE", std::move(path), std::move(doc), std::move(handler));
}

void ApiServer::Stream(std::string path, ApiDoc doc, net::StreamHandler handler) {
  doc.answer = "text/event-stream";
  routes_->push_back({"GET", path, std::move(doc)});
  server_.HandleStream(std::move(path), std::move(handler));
}

std::string ApiServer::Document(const std::vector<Route>& routes, const std::string& version) {
  ordered_json paths = ordered_json::object();
  for (const Route& route : routes) {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    paths[PathTemplate(route.path, route.doc.parameters)][method] =
        OperationOf(route.method, route.path, route.doc);
  }
  ordered_json document = {{"openapi", "3.1.0"},
                           {"info",
                            {{"title", "Souk"},
                             {"version", version},
                             {"description",
                              "What the page asks, and programs may ask too. Times are UTC; money is in the "
                              "shop's currency. Names "
                              "and fields are kept from version to version, and new ones may come."}}},
                           {"servers", ordered_json::array({{{"url", "/"}}})},
                           {"paths", paths},
                           {"components", Components()}};
  return document.dump(1);
}

void ApiServer::ServeDocument(std::string version) {
  ApiDoc doc{"program", "This description of the API, as OpenAPI 3.1."};
  Get("/api/openapi.json", doc, [routes = routes_, version = std::move(version)](const net::HttpRequest&) {
    return JsonResponse(Document(*routes, version));
  });
}

}  // namespace souk::serve
