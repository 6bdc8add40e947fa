#include "serve/http/json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace souk::serve {
namespace {

bool IsNumericText(const std::string& type) {
  return type.starts_with("DECIMAL") || type == "HUGEINT" || type == "UHUGEINT" || type == "UBIGINT";
}

void AppendCell(std::string& out, const sql::Cell& cell, bool numeric_text) {
  if (std::holds_alternative<std::monostate>(cell)) {
    out += "null";
  } else if (const bool* flag = std::get_if<bool>(&cell)) {
    out += *flag ? "true" : "false";
  } else if (const int64_t* whole = std::get_if<int64_t>(&cell)) {
    out += std::to_string(*whole);
  } else if (const double* real = std::get_if<double>(&cell)) {
    out += std::isfinite(*real) ? fmt::format("{}", *real) : "null";
  } else {
    const std::string& text = std::get<std::string>(cell);
    out += numeric_text ? text : JsonString(text);
  }
}

}  // namespace

std::string JsonString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string JsonDay(const Day& day) { return "\"" + FormatDay(day) + "\""; }

std::string JsonTime(Micros time) { return time == 0 ? "null" : fmt::format("\"{}\"", FormatUtc(time)); }

std::string JsonRows(const sql::Table& table) {
  std::vector<bool> numeric;
  for (const sql::Column& column : table.columns) numeric.push_back(IsNumericText(column.type));
  std::string out = "[";
  for (size_t r = 0; r < table.rows.size(); ++r) {
    out += r == 0 ? "[" : ",[";
    for (size_t c = 0; c < table.rows[r].size(); ++c) {
      if (c > 0) out += ',';
      AppendCell(out, table.rows[r][c], numeric[c]);
    }
    out += ']';
  }
  return out + "]";
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

net::HttpResponse JsonResponse(std::string body) {
  net::HttpResponse response;
  response.content_type = "application/json";
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.body = std::move(body);
  return response;
}

}  // namespace souk::serve
