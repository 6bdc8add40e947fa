#include "serve/http/api_server.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "serve/http/api.h"

namespace souk::serve {
namespace {

// Remembers what is registered, and answers as the server would.
class RouteBook : public net::HttpServer {
 public:
  void Handle(std::string method, std::string path, net::HttpHandler handler) override {
    routes[{method, path}] = std::move(handler);
  }
  void HandleLater(std::string method, std::string path, net::LaterHandler, bool) override {
    routes[{method, path}] = nullptr;
  }
  void HandleStream(std::string path, net::StreamHandler) override { routes[{"GET", path}] = nullptr; }
  Status Start() override { return {}; }
  uint16_t port() const override { return 0; }
  std::string url() const override { return ""; }
  void Stop(int64_t) override {}

  std::map<std::pair<std::string, std::string>, net::HttpHandler> routes;
};

class OpenApiTest : public testing::Test {
 protected:
  OpenApiTest() {
    auto parts = std::make_shared<ApiParts>();
    parts->version = "1.2.3";
    parts->metrics = &metrics_;
    AddRoutes(book_, parts);
    auto answer = book_.routes.at({"GET", "/api/openapi.json"})({});
    EXPECT_EQ(answer.content_type, "application/json");
    document_ = nlohmann::json::parse(answer.body);
  }

  MetricRegistry metrics_;
  RouteBook book_;
  nlohmann::json document_;
};

TEST_F(OpenApiTest, HasEveryRouteThatIsRegistered) {
  EXPECT_EQ(document_["openapi"], "3.1.0");
  EXPECT_EQ(document_["info"]["version"], "1.2.3");
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& [path, operations] : document_["paths"].items()) {
    std::string pattern = path;
    for (size_t open; (open = pattern.find('{')) != std::string::npos;)
      pattern.replace(open, pattern.find('}') - open + 1, "*");
    for (const auto& [method, operation] : operations.items()) {
      std::string upper = method;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      told.insert({upper, pattern});
    }
  }
  for (const auto& [route, handler] : book_.routes) {
    if (route.second == "/") continue;  // the page
    EXPECT_TRUE(told.contains(route)) << route.first << " " << route.second;
  }
  EXPECT_EQ(told.size(), book_.routes.size() - 1);
  EXPECT_GT(told.size(), 20u);
}

TEST_F(OpenApiTest, EveryOperationIsWhole) {
  std::set<std::string> ids;
  for (const auto& [path, operations] : document_["paths"].items()) {
    EXPECT_EQ(path.find('?'), std::string::npos) << path << " has a parameter without a name";
    for (const auto& [method, operation] : operations.items()) {
      std::string where = method + " " + path;
      EXPECT_TRUE(ids.insert(operation["operationId"]).second) << where << ": its id is another's";
      EXPECT_GE(operation["summary"].get<std::string>().size(), 10u) << where;
      EXPECT_EQ(operation["responses"]["default"]["$ref"], "#/components/responses/Problem") << where;
      size_t named = 0;
      bool guard = false;
      for (const auto& parameter : operation.value("parameters", nlohmann::json::array())) {
        guard = guard || parameter.value("$ref", "") == "#/components/parameters/Souk";
        if (parameter.value("in", "") != "path") continue;
        ++named;
        EXPECT_NE(path.find("{" + parameter["name"].get<std::string>() + "}"), std::string::npos) << where;
        EXPECT_EQ(parameter["required"], true) << where;
      }
      EXPECT_EQ(named, static_cast<size_t>(std::count(path.begin(), path.end(), '{'))) << where;
      EXPECT_EQ(guard, method != "get") << where;
    }
  }
  EXPECT_TRUE(
      document_["components"]["responses"]["Problem"]["content"].contains("application/problem+json"));
}

TEST_F(OpenApiTest, EveryAnswerHasASchema) {
  const nlohmann::json& schemas = document_["components"]["schemas"];
  std::set<std::string> used = {"Problem"};
  for (const auto& [path, operations] : document_["paths"].items()) {
    if (path == "/api/openapi.json") continue;
    for (const auto& [method, operation] : operations.items()) {
      for (const auto& [status, response] : operation["responses"].items()) {
        if (!response.contains("content")) continue;
        for (const auto& [type, content] : response["content"].items()) {
          if (type != "application/json" && type != "text/event-stream") continue;
          std::string name = content["schema"].value("$ref", "");
          name = name.substr(std::min(name.size(), std::strlen("#/components/schemas/")));
          EXPECT_TRUE(schemas.contains(name)) << method << " " << path << ": " << name;
          used.insert(name);
        }
      }
    }
  }
  // What a schema names is there, and nobody's schema is nowhere.
  std::string all = schemas.dump();
  for (const auto& [name, schema] : schemas.items()) {
    if (all.find("\"#/components/schemas/" + name + "\"") != std::string::npos) used.insert(name);
    EXPECT_TRUE(used.contains(name)) << name;
  }
  for (size_t at = 0; (at = all.find("#/components/schemas/", at)) != std::string::npos;) {
    at += std::strlen("#/components/schemas/");
    EXPECT_TRUE(schemas.contains(all.substr(at, all.find('"', at) - at))) << all.substr(at, 30);
  }
}

TEST_F(OpenApiTest, WhatChangesSomethingNeedsTheHeader) {
  for (const auto& [route, handler] : book_.routes) {
    if (route.first == "GET") continue;
    net::HttpRequest request;
    request.method = route.first;
    request.path = route.second;
    EXPECT_EQ(handler(request).status, 403) << route.first << " " << route.second;
  }
}

}  // namespace
}  // namespace souk::serve
