#include <fmt/format.h>

#include <charconv>

#include "base/hash.h"
#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"

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

std::string ColumnsJson(const std::vector<warehouse::ReportColumn>& columns) {
  std::string out = "[";
  for (const auto& column : columns) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},"label":{},"type":{},"unit":{},"definition":{}}})",
                       JsonString(column.name), JsonString(column.label), JsonString(column.type),
                       JsonString(column.unit), JsonString(column.definition));
  }
  return out + "]";
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

// An answer with an ETag, or 304 when the asker has it already.
net::HttpResponse WithEtag(const net::HttpRequest& request, std::string body) {
  net::HttpResponse response = JsonResponse(std::move(body));
  std::string etag = "\"" + Sha256Hex(response.body).substr(0, 16) + "\"";
  if (request.Header("if-none-match") == etag) {
    response.status = 304;
    response.body.clear();
  }
  response.headers.emplace_back("ETag", etag);
  return response;
}

Result<std::string> ShopJson(const ApiParts& parts) {
  TRY(WarehouseState state, parts.warehouse->State());
  std::string filters;
  for (const char* filter : kFilters) {
    std::string values = "[]";
    if (state.version > 0) {
      TRY(auto list, parts.reports->FilterValues(governance::LocalOwner(), filter));
      values = ListJson(list);
    }
    filters += fmt::format("{}\"{}\":{}", filters.empty() ? "" : ",", filter, values);
  }
  bool empty = state.version == 0 || !state.first_day;
  return fmt::format(R"({{"name":{},"currency":{},"time_zone":{},"empty":{},"first_day":{},"last_day":{},)"
                     R"("data_until":{},"built_at":{},"version":"{}","filters":{{{}}}}})",
                     JsonString(parts.shop_name), JsonString(parts.currency), JsonString(parts.time_zone),
                     empty, state.first_day ? JsonDay(*state.first_day) : "null",
                     state.last_day ? JsonDay(*state.last_day) : "null", JsonTime(state.data_until),
                     JsonTime(state.built_at), state.version, filters);
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
               auto body = ShopJson(*parts);
               return body ? WithEtag(request, *std::move(body)) : ProblemOf(body.error());
             });
  server.Get("/api/reports", {"reports", "The reports there are."},
             [parts](const net::HttpRequest& request) { return WithEtag(request, ReportListJson(*parts)); });
  server.Get("/api/reports/*", ReportDoc(), [parts](const net::HttpRequest& request) {
    auto wanted = ParseReportRequest(request);
    if (!wanted) return ProblemOf(wanted.error());
    auto report = parts->reports->Run(governance::LocalOwner(), *wanted, {});
    return report ? WithEtag(request, ReportJson(*report)) : ProblemOf(report.error());
  });
}

}  // namespace souk::serve
