// Folders by day, as the raw zone has them, and by partition value, as Hive and Delta have them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace souk::lake {

// "2025/11/28"
std::string DayFolder(const Day& day);

// The day in ".../2025/11/28/..." (a real day, at least one segment after it; the last one when there are
// several).
std::optional<Day> ParseDayFolder(std::string_view path);

// "year=2025/city=New%20York/part.parquet" → {year: "2025", city: "New York"}; null
// (__HIVE_DEFAULT_PARTITION__, or NULL as DuckDB has it) is left out. The last segment is the file's name and
// is not looked at.
Result<std::map<std::string, std::string>> HivePartitionValues(std::string_view path);

}  // namespace souk::lake
