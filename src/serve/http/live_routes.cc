#include <fmt/format.h>

#include <algorithm>

#include "kafka/position.h"
#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"
#include "serve/live_rows.h"

namespace souk::serve {
namespace {

Error NoStream() { return {Code::kUnavailable, "no stream runs here; start souk up with its stream"}; }

// The time given as `name`, `otherwise` when it is not given.
Result<Micros> TimeOf(const net::HttpRequest& request, const char* name, Micros otherwise) {
  std::string text = request.QueryValue(name);
  if (text.empty()) return otherwise;
  auto time_ms = kafka::ParseTimeMs(text);
  if (!time_ms) return Wrap(time_ms.error(), name);
  return *time_ms * 1000;
}

// The overview of sales tells the same figures of the warehouse, and in words.
Result<std::string> FiguresJson(const ApiParts& parts) {
  if (!parts.live) return tl::unexpected(NoStream());
  TRY(auto known, parts.reports->Columns("sales_overview"));
  std::string out;
  for (const stream::Definition& figure : parts.live->Definitions()) {
    auto same = std::find_if(known.begin(), known.end(),
                             [&](const auto& column) { return column.name == figure.name; });
    out += fmt::format(R"({}{{"name":{},"meaning":{},"definition":{}}})", out.empty() ? "" : ",",
                       JsonString(figure.name), JsonString(same == known.end() ? "" : same->definition),
                       JsonString(figure.text));
  }
  return "[" + out + "]";
}

Result<std::string> RowsJson(const ApiParts& parts, const net::HttpRequest& request) {
  if (!parts.live) return tl::unexpected(NoStream());
  std::string name = request.QueryValue("figure");
  auto figure = parts.live->DefinitionOf(name);
  if (!figure)
    return Fail(Code::kNotFound, "there is no live figure '{}'; /api/live/figures lists them", name);
  LiveRowsRequest wanted;
  wanted.now = parts.clock->Now();
  TRY(wanted.from, TimeOf(request, "from", parts.live->TodayBegan()));
  TRY(wanted.to, TimeOf(request, "to", wanted.now + kMicrosPerSecond));
  TRY(wanted.limit, NumberOf(request, "limit", 100, 1, 100'000));
  wanted.by = request.QueryValue("by");
  wanted.member = request.QueryValue("member");
  wanted.cart_timeout = parts.cart_timeout;
  wanted.has_warehouse = parts.warehouse->State().version > 0;
  TRY(LiveRows rows, ReadLiveRows(*parts.door, *figure, wanted, Until(request.gone)));
  std::string report(LiveRowsReport(figure->subject));
  TRY(auto known, parts.reports->Columns(report));
  std::erase_if(known, [&](const auto& column) { return !rows.table.Find(column.name); });
  return fmt::format(R"({{"figure":{},"report":{},"from":{},"to":{},"columns":{},"rows":{},"sql":{}}})",
                     JsonString(name), JsonString(report), JsonTime(wanted.from), JsonTime(wanted.to),
                     ColumnsJson(known), JsonRows(rows.table), JsonString(rows.sql));
}

ApiDoc RowsDoc() {
  ApiDoc doc{"live", "The lines or visits that a live figure is made of, the newest first."};
  doc.parameters = {
      {"figure", "query", "string", "As /api/live/figures names it.", true},
      {"from", "query", "string", "2026-01-31T12:00:00Z, by the figure's own time; else since today began."},
      {"to", "query", "string", "Until before then; else until now."},
      {"by", "query", "string", "A dimension: city."},
      {"member", "query", "string", "With by: only this one; empty: those that have none."},
      {"limit", "query", "integer", "Rows at most, 1 to 100000; 100 when not given."}};
  return doc;
}

}  // namespace

void AddLiveRoutes(ApiServer& server, SharedParts parts) {
  ApiDoc now{"live", "The live figures at the stream's last commit."};
  server.Get("/api/live/now", now, [parts](const net::HttpRequest&) {
    if (!parts->live) return ProblemOf(NoStream());
    return JsonResponse(parts->live->Json());
  });
  ApiDoc figures{"live",
                 "What each live figure is: its name, its meaning, and its definition in models/live.yml."};
  server.Get("/api/live/figures", figures, [parts](const net::HttpRequest&) {
    auto json = FiguresJson(*parts);
    return json ? JsonResponse(*std::move(json)) : ProblemOf(json.error());
  });
  server.Get("/api/live/rows", RowsDoc(), [parts](const net::HttpRequest& request) {
    auto rows = RowsJson(*parts, request);
    return rows ? JsonResponse(*std::move(rows)) : ProblemOf(rows.error());
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
