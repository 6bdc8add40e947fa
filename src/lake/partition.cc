#include "lake/partition.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "lake/uri.h"

namespace souk::lake {
namespace {

// Hive and Spark write null as the first, DuckDB as the second, which it reads as null in any case of
// letters.
bool IsHiveNull(std::string_view value) {
  return value == "__HIVE_DEFAULT_PARTITION__" ||
         (value.size() == 4 && strncasecmp(value.data(), "NULL", 4) == 0);
}

std::vector<std::string_view> Segments(std::string_view path) {
  std::vector<std::string_view> segments;
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

std::optional<int> Digits(std::string_view text, size_t count) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc() && end == text.data() + text.size() && value >= 0;
  return whole && text.size() == count && text[0] != '-' ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string DayFolder(const Day& day) {
  return fmt::format("{:04}/{:02}/{:02}", day.year, day.month, day.day);
}

std::optional<Day> ParseDayFolder(std::string_view path) {
  std::vector<std::string_view> segments = Segments(path);
  for (size_t end = segments.size() - 1; end >= 3; --end) {
    auto year = Digits(segments[end - 3], 4);
    auto month = Digits(segments[end - 2], 2);
    auto day = Digits(segments[end - 1], 2);
    if (!year || !month || !day || *year == 0 || *month < 1 || *month > 12 || *day < 1 || *day > 31) continue;
    Day found{*year, *month, *day};
    if (DayFromDays(DaysFromDay(found)).day == found.day)
      return found;  // the 31st of April is the 1st of May
  }
  return std::nullopt;
}

Result<std::map<std::string, std::string>> HivePartitionValues(std::string_view path) {
  std::map<std::string, std::string> values;
  std::vector<std::string_view> segments = Segments(path);
  segments.pop_back();
  for (std::string_view segment : segments) {
    size_t equals = segment.find('=');
    if (equals == std::string_view::npos) continue;
    if (IsHiveNull(segment.substr(equals + 1))) continue;
    TRY(std::string name, PercentDecode(segment.substr(0, equals)));
    TRY(std::string value, PercentDecode(segment.substr(equals + 1)));
    values[name] = value;
  }
  return values;
}

}  // namespace souk::lake
