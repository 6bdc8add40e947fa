// Where a raw file goes in the lake.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "lake/file_store.h"
#include "record/record_check.h"
#include "sql/database.h"

namespace souk::ingest {

// Letters, digits, '.', '_' and '-' of the file's name; everything else becomes '_'. At most 80 characters.
std::string SanitisedName(const std::string& path);

// "ecommerce/raw/transactions/2025/11/28/9f86d081884c7d65-orders.csv"; users and products have no day
// folders.
// The second time it is "9f86d081884c7d65-2-orders.csv" and so on: a file that no longer counts keeps its
// path, for readers of older versions.
std::string FreeRawPath(const lake::FileStore& store, const std::string& record, const Day& day,
                        const std::string& fingerprint, const std::string& source);

// The shop day that all of a file's events lie in; nothing when they lie in several, or there are none.
// `database` knows the rules of time zones; without it times with offsets are taken by their UTC day.
std::optional<Day> DayOfSpan(const record::TimeSpan& span, const std::string& time_zone,
                             sql::Database* database);

// kInvalid when no such zone is known; says the nearest name.
Status CheckTimeZone(const std::string& time_zone, sql::Database& database);

}  // namespace souk::ingest
