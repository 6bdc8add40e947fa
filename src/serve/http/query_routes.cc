#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"

namespace souk::serve {
namespace {

std::string AnswersJson(const std::vector<sql::Answer>& answers) {
  std::string out = R"({"statements":[)";
  for (size_t i = 0; i < answers.size(); ++i) {
    if (i > 0) out += ',';
    std::string columns;
    for (const sql::Column& column : answers[i].table.columns) {
      columns += fmt::format("{}{{\"name\":{},\"type\":{}}}", columns.empty() ? "" : ",",
                             JsonString(column.name), JsonString(column.type));
    }
    out += fmt::format(R"({{"columns":[{}],"rows":{},"message":{}}})", columns, JsonRows(answers[i].table),
                       JsonString(answers[i].message));
  }
  return out + "]}";
}

}  // namespace

void AddQueryRoutes(ApiServer& server, SharedParts parts) {
  ApiDoc doc{"warehouse",
             "Answers to SQL that only reads.",
             {{"sql", "body", "string", "One or several statements, separated by semicolons.", true}}};
  server.Post("/api/sql", doc, [parts](const net::HttpRequest& request) {
    auto object = nlohmann::json::parse(request.body, nullptr, false);
    if (!object.is_object() || !object.contains("sql") || !object["sql"].is_string()) {
      return ProblemOf({Code::kInvalid, "a query is an object with \"sql\""});
    }
    auto answers = parts->door->RunScript(governance::LocalOwner(), object["sql"].get<std::string>(),
                                          Until(request.gone));
    return answers ? JsonResponse(AnswersJson(*answers)) : ProblemOf(answers.error());
  });
}

}  // namespace souk::serve
