#include <fmt/format.h>

#include <mutex>
#include <set>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"

namespace souk::serve {
namespace {

std::string FailuresJson(const std::vector<warehouse::TestFailure>& failures) {
  std::string out = "[";
  for (const auto& failure : failures) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"model":{},"test":{},"rows":{},"says":{}}})", JsonString(failure.model),
                       JsonString(failure.test), failure.rows, JsonString(failure.says));
  }
  return out + "]";
}

std::string StepsJson(const std::vector<warehouse::BuildStep>& steps) {
  std::string out = "[";
  for (const auto& step : steps) {
    if (out.size() > 1) out += ',';
    out +=
        fmt::format(R"({{"model":{},"kind":{},"ran":{},"reason":{},"made":{},"rows":{},"seconds":{:.3f}}})",
                    JsonString(step.model), JsonString(step.materialized), step.runs, JsonString(step.reason),
                    JsonString(step.extent), step.runs ? std::to_string(step.rows) : "null",
                    static_cast<double>(step.milliseconds) / 1000);
  }
  return out + "]";
}

std::string BuildsJson(const std::vector<BuildRun>& runs) {
  std::string out = "[";
  for (const BuildRun& run : runs) {
    if (out.size() > 1) out += ',';
    out += fmt::format(
        R"({{"id":{},"started":{},"ended":{},"seconds":{:.3f},"cause":{},"error":{},"version":{},"changed":{},)"
        R"("steps":{},"failures":{},"warnings":{}}})",
        run.id, JsonTime(run.started), JsonTime(run.ended),
        static_cast<double>(run.ended - run.started) / kMicrosPerSecond, JsonString(run.cause),
        run.error.empty() ? "null" : JsonString(run.error), run.report.version, run.report.changed,
        StepsJson(run.report.steps), FailuresJson(run.report.failures), FailuresJson(run.report.warnings));
  }
  return out + "]";
}

std::string ModelsJson(const warehouse::Lineage& lineage) {
  std::string out = "[";
  for (const auto& relation : lineage.relations()) {
    std::set<std::string> reads;
    for (const auto& [column, uses] : relation.rows) {
      if (uses.contains(warehouse::Use::kRows)) reads.insert(column.relation);
    }
    std::string list;
    for (const std::string& name : reads) list += (list.empty() ? "" : ",") + JsonString(name);
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},"kind":{},"columns":{},"reads":[{}]}})", JsonString(relation.name),
                       JsonString(relation.kind), relation.columns.size(), list);
  }
  return out + "]";
}

// Reading all models takes half a second; they change only with the program or with a build.
class ModelList {
 public:
  Result<std::string> Json(const ApiParts& parts) {
    std::lock_guard lock(mutex_);
    auto state = parts.warehouse->State();
    if (json_.empty() || version_ != state.version) {
      TRY(auto lineage, parts.lineage());
      json_ = ModelsJson(lineage);
      version_ = state.version;
    }
    return json_;
  }

 private:
  std::mutex mutex_;
  std::string json_;
  int64_t version_ = -1;
};

}  // namespace

void AddBuildRoutes(ApiServer& server, SharedParts parts) {
  ApiDoc builds{"warehouse", "What the latest builds did, newest first: each model with rows and seconds."};
  builds.parameters = {{"limit", "query", "integer", "1 to 500; 50 when not given."}};
  server.Get("/api/builds", builds, [parts](const net::HttpRequest& request) {
    auto limit = NumberOf(request, "limit", 50, 1, 500);
    if (!limit) return ProblemOf(limit.error());
    auto runs = parts->builds->List(static_cast<size_t>(*limit));
    return runs ? JsonResponse(BuildsJson(*runs)) : ProblemOf(runs.error());
  });
  server.Get("/api/models", {"warehouse", "Models and reports, and what each reads from."},
             [parts, models = std::make_shared<ModelList>()](const net::HttpRequest&) {
               auto list = models->Json(*parts);
               return list ? JsonResponse(*std::move(list)) : ProblemOf(list.error());
             });
}

}  // namespace souk::serve
