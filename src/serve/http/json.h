// Rows as JSON text: exact decimals stay exact, which a double would not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/http_server.h"
#include "sql/database.h"
#include "warehouse/report.h"

namespace souk::serve {

// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);
// "YYYY-MM-DD" in quotes.
std::string JsonDay(const Day& day);
// "2025-11-28T12:04:30Z" in quotes, or null for 0.
std::string JsonTime(Micros time);
// [[…],…]; cells of DECIMAL and HUGEINT columns are written as numbers.
std::string JsonRows(const sql::Table& table);
// What the columns of a report are, as a list of objects.
std::string ColumnsJson(const std::vector<warehouse::ReportColumn>& columns);
net::HttpResponse JsonResponse(std::string body);

}  // namespace souk::serve
