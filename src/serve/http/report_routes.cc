#include <fmt/format.h>

#include <charconv>

#include "base/hash.h"
#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"

namespace souk::serve {
namespace {

using warehouse::Report;
using warehouse::ReportRequest;
using warehouse::WarehouseState;

constexpr std::string_view kReportsPath = "/api/reports/";
const char* const kFilters[] = {"region", "category", "payment_method", "device", "source", "segment"};

Result<std::optional<Day>> OptionalDay(const std::string& text, std::string_view name) {
  if (text.empty()) return std::optional<Day>();
  auto day = ParseDay(text);
  if (!day) return Wrap(day.error(), name);
  return std::optional<Day>(*day);
}

Result<ReportRequest> ParseReportRequest(const net::HttpRequest& request) {
  ReportRequest report;
  report.name = request.path.substr(kReportsPath.size());
  TRY(report.from, OptionalDay(request.QueryValue("from"), "from"));
  TRY(report.to, OptionalDay(request.QueryValue("to"), "to"));
  for (const auto& [key, value] : request.query) {
    if (key == "from" || key == "to" || value.empty()) continue;
    if (key == "compare") {
      if (value != "previous") return Fail(Code::kInvalid, "compare='{}' is not known; use previous", value);
      report.compare_previous = true;
    } else if (key == "limit") {
      int64_t limit = 0;
      auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
      if (error != std::errc() || *end != '\0' || limit < 1)
        return Fail(Code::kInvalid, "limit='{}' is not a positive number", value);
      report.limit = limit;
    } else {
      report.filters[key].push_back(value);
    }
  }
  return report;
}

std::string ReportJson(const Report& report) {
  int64_t days = DaysFromDay(report.to) - DaysFromDay(report.from) + 1;
  std::string previous = "null";
  if (report.previous) {
    previous = fmt::format(R"({{"from":{},"to":{},"rows":{}}})", JsonDay(*report.previous_from),
                           JsonDay(*report.previous_to), JsonRows(*report.previous));
  }
  return fmt::format(R"({{"report":{},"title":{},"description":{},"period":{{"kind":"{}","from":{},"to":{},)"
                     R"("days":{},"partial":{}}},)"
                     R"("columns":{},"rows":{},"previous":{},"sql":{},"data_until":{},"version":"{}"}})",
                     JsonString(report.info.name), JsonString(report.info.title),
                     JsonString(report.info.description), warehouse::PeriodKindName(report.info.period),
                     JsonDay(report.from), JsonDay(report.to), days, report.partial,
                     ColumnsJson(report.columns), JsonRows(report.table), previous, JsonString(report.sql),
                     JsonTime(report.state.data_until), report.state.version);
}

std::string ListJson(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const std::string& value : values) out += (out.size() > 1 ? "," : "") + JsonString(value);
  return out + "]";
}

CachedAnswer WithEtag(std::string body, int64_t version) {
  std::string etag = "\"" + Sha256Hex(body).substr(0, 16) + "\"";
  return {std::move(body), std::move(etag), version};
}

// The answer, or 304 when the asker has it already.
net::HttpResponse Respond(const net::HttpRequest& request, const CachedAnswer& answer) {
  bool known = request.Header("if-none-match") == answer.etag;
  net::HttpResponse response = JsonResponse(known ? std::string() : answer.body);
  if (known) response.status = 304;
  response.headers.emplace_back("ETag", answer.etag);
  return response;
}

// An answer that only a build changes, from the cache where it is known.
net::HttpResponse RespondCached(const net::HttpRequest& request, const ApiParts& parts,
                                const std::string& question, const AnswerCache::Make& make) {
  auto answer = parts.answers->Get(parts.warehouse->State().version, question, request.gone, make);
  return answer ? Respond(request, **answer) : ProblemOf(answer.error());
}

// One text for all ways of asking the same.
std::string QuestionOf(const ReportRequest& request) {
  auto day = [](const std::optional<Day>& one) { return one ? FormatDay(*one) : std::string(); };
  std::string question = fmt::format("{}\n{}\n{}\n{}\n{}", request.name, day(request.from), day(request.to),
                                     request.compare_previous, request.limit.value_or(0));
  for (const auto& [filter, values] : request.filters) {
    for (const std::string& value : values) question += fmt::format("\n{}={}", filter, JsonString(value));
  }
  return question;
}

Result<CachedAnswer> MakeShop(const ApiParts& parts, const sql::QueryOptions& options) {
  WarehouseState state = parts.warehouse->State();
  std::string filters;
  for (const char* filter : kFilters) {
    std::string values = "[]";
    if (state.version > 0) {
      TRY(auto list, parts.reports->FilterValues(governance::LocalOwner(), filter, options));
      values = ListJson(list);
    }
    filters += fmt::format("{}\"{}\":{}", filters.empty() ? "" : ",", filter, values);
  }
  bool empty = state.version == 0 || !state.first_day;
  std::string body =
      fmt::format(R"({{"name":{},"currency":{},"time_zone":{},"empty":{},"first_day":{},"last_day":{},)"
                  R"("data_until":{},"built_at":{},"version":"{}","filters":{{{}}}}})",
                  JsonString(parts.shop_name), JsonString(parts.currency), JsonString(parts.time_zone), empty,
                  state.first_day ? JsonDay(*state.first_day) : "null",
                  state.last_day ? JsonDay(*state.last_day) : "null", JsonTime(state.data_until),
                  JsonTime(state.built_at), state.version, filters);
  return WithEtag(std::move(body), state.version);
}

std::string ReportListJson(const ApiParts& parts) {
  std::string out = "[";
  for (const auto& info : parts.reports->List()) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},"title":{},"description":{},"period":"{}","days":{},"filters":{}}})",
                       JsonString(info.name), JsonString(info.title), JsonString(info.description),
                       warehouse::PeriodKindName(info.period), info.days, ListJson(info.filters));
  }
  return out + "]";
}

ApiDoc ReportDoc() {
  ApiDoc doc{"reports", "The rows of a report."};
  doc.parameters = {
      {"name", "path", "string", "As /api/reports names it."},
      {"from", "query", "string", "First day, 2026-01-31; without both, the report's own period."},
      {"to", "query", "string", "Last day."},
      {"compare", "query", "string", "previous: the period before, too."},
      {"limit", "query", "integer", "Rows at most."}};
  for (const char* filter : kFilters)
    doc.parameters.push_back({filter, "query", "string", "Only these; may be given several times."});
  return doc;
}

}  // namespace

void AddReportRoutes(ApiServer& server, SharedParts parts) {
  server.Get("/api/shop", {"reports", "The shop, and the days and filters that its data have."},
             [parts](const net::HttpRequest& request) {
               return RespondCached(request, *parts, "", [&](std::stop_token nobody_waits) {
                 return MakeShop(*parts, Until(std::move(nobody_waits)));
               });
             });
  server.Get("/api/reports", {"reports", "The reports there are."}, [parts](const net::HttpRequest& request) {
    return Respond(request, WithEtag(ReportListJson(*parts), 0));
  });
  server.Get("/api/reports/*", ReportDoc(), [parts](const net::HttpRequest& request) {
    auto wanted = ParseReportRequest(request);
    if (!wanted) return ProblemOf(wanted.error());
    auto make = [&](std::stop_token nobody_waits) -> Result<CachedAnswer> {
      sql::QueryOptions options = Until(std::move(nobody_waits));
      TRY(Report report, parts->reports->Run(governance::LocalOwner(), *wanted, options));
      return WithEtag(ReportJson(report), report.state.version);
    };
    return RespondCached(request, *parts, QuestionOf(*wanted), make);
  });
}

}  // namespace souk::serve
