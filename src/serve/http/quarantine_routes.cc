#include <fmt/format.h>

#include <algorithm>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"

namespace souk::serve {
namespace {

constexpr std::string_view kPath = "/api/quarantine/";
// Reasons are counted over so many records of a file; beyond that the counts are said to be of these.
constexpr uint64_t kCounted = 100'000;

struct Reason {
  std::string text;
  std::string field;
  uint64_t records = 0;
};

std::vector<Reason> ReasonsOf(const std::vector<lake::QuarantinedRecord>& records) {
  std::map<std::pair<std::string, std::string>, uint64_t> counts;
  for (const auto& record : records) ++counts[{record.reason, record.field}];
  std::vector<Reason> reasons;
  for (const auto& [key, count] : counts) reasons.push_back({key.first, key.second, count});
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const Reason& a, const Reason& b) { return a.records > b.records; });
  return reasons;
}

std::string ReasonsJson(const std::vector<Reason>& reasons) {
  std::string out = "[";
  for (const Reason& reason : reasons) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"reason":{},"field":{},"records":{}}})", JsonString(reason.text),
                       JsonString(reason.field), reason.records);
  }
  return out + "]";
}

Result<std::string> ListJson(const ApiParts& parts) {
  TRY(auto files, parts.quarantine->List());
  TRY(auto rejects, parts.warehouse->Rejects());
  std::string list, rules;
  for (const auto& file : files) {
    TRY(auto records, parts.quarantine->Records(file.id, 0, kCounted));
    list += fmt::format(
        R"({}{{"id":{},"record":{},"records":{},"source":{},"topic":{},"added":{},"counted":{},"reasons":{}}})",
        list.empty() ? "" : ",", JsonString(file.id), JsonString(file.record), file.records,
        JsonString(file.source), JsonString(file.topic), JsonTime(file.added), records.size(),
        ReasonsJson(ReasonsOf(records)));
  }
  for (const auto& reject : rejects) {
    rules += fmt::format(R"({}{{"model":{},"reason":{},"rows":{}}})", rules.empty() ? "" : ",",
                         JsonString(reject.model), JsonString(reject.reason), reject.rows);
  }
  return fmt::format(R"({{"files":[{}],"rules":[{}]}})", list, rules);
}

Result<std::string> RecordsJson(const ApiParts& parts, const net::HttpRequest& request) {
  std::string id = request.path.substr(kPath.size());
  TRY(int64_t offset, NumberOf(request, "offset", 0, 0, INT64_MAX));
  TRY(int64_t limit, NumberOf(request, "limit", 50, 1, 1000));
  TRY(auto file, parts.quarantine->Get(id));
  TRY(auto records,
      parts.quarantine->Records(id, static_cast<uint64_t>(offset), static_cast<uint64_t>(limit)));
  std::string list;
  for (const auto& record : records) {
    list += fmt::format(R"({}{{"line":{},"place":{},"reason":{},"field":{},"content":{}}})",
                        list.empty() ? "" : ",", record.line, JsonString(record.place),
                        JsonString(record.reason), JsonString(record.field), JsonString(record.content));
  }
  return fmt::format(R"({{"id":{},"record":{},"source":{},"header":{},"records":{},"list":[{}]}})",
                     JsonString(file.id), JsonString(file.record), JsonString(file.source),
                     JsonString(file.header), file.records, list);
}

}  // namespace

void AddQuarantineRoutes(ApiServer& server, SharedParts parts) {
  server.Get(
      "/api/quarantine",
      {"quality", "Records that could not be taken, by file and reason, and those that rules keep out."},
      [parts](const net::HttpRequest&) {
        auto list = ListJson(*parts);
        return list ? JsonResponse(*std::move(list)) : ProblemOf(list.error());
      });
  ApiDoc one{"quality", "Records of one file in quarantine, as they came."};
  one.parameters = {{"id", "path", "string", "As /api/quarantine names it."},
                    {"offset", "query", "integer", "Records to pass over."},
                    {"limit", "query", "integer", "1 to 1000; 50 when not given."}};
  server.Get("/api/quarantine/*", one, [parts](const net::HttpRequest& request) {
    auto records = RecordsJson(*parts, request);
    return records ? JsonResponse(*std::move(records)) : ProblemOf(records.error());
  });
}

}  // namespace souk::serve
