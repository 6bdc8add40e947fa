#include "ingest/placement.h"

#include <cctype>

#include "base/options.h"
#include "lake/raw_zone.h"

namespace souk::ingest {
namespace {

constexpr size_t kLongestName = 80;

int64_t DayNumber(Micros time) {
  int64_t day = time / kMicrosPerDay;
  return time % kMicrosPerDay < 0 ? day - 1 : day;
}

// How far the wall clock of the zone is ahead at that moment.
Result<Micros> ZoneOffset(Micros utc, const std::string& time_zone, sql::Database& database) {
  TRY(auto connection, database.Connect());
  TRY(auto table, connection.Query("SELECT epoch_us(timezone($zone, make_timestamptz($time)))",
                                   {{"zone", time_zone}, {"time", utc}}));
  const auto* wall = std::get_if<int64_t>(&table.At(0, 0));
  if (!wall) return Fail(Code::kInvalid, "the time zone {} gives no time", time_zone);
  return *wall - utc;
}

}  // namespace

std::string SanitisedName(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  // The end of a long name says more than its beginning: the ending is there.
  if (name.size() > kLongestName) name = name.substr(name.size() - kLongestName);
  for (char& c : name) {
    bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
    if (!plain || static_cast<unsigned char>(c) >= 0x80) c = '_';
  }
  return name;
}

std::string FreeRawPath(const lake::FileStore& store, const std::string& record, const Day& day,
                        const std::string& fingerprint, const std::string& source) {
  bool dated = record == "transactions" || record == "clickstream";
  std::string folder = lake::RawZone::Folder(record);
  if (dated) folder += fmt::format("/{:04}/{:02}/{:02}", day.year, day.month, day.day);
  for (int taking = 1;; ++taking) {
    std::string again = taking == 1 ? "" : fmt::format("{}-", taking);
    std::string path =
        fmt::format("{}/{}-{}{}", folder, fingerprint.substr(0, 16), again, SanitisedName(source));
    if (!store.Exists(path)) return path;
  }
}

std::optional<Day> DayOfSpan(const record::TimeSpan& span, const std::string& time_zone,
                             sql::Database* database) {
  if (!span.any || span.last - span.first >= kMicrosPerDay) return std::nullopt;
  Micros first = span.first, last = span.last;
  if (span.zoned && time_zone != "UTC" && database) {
    auto at_first = ZoneOffset(first, time_zone, *database), at_last = ZoneOffset(last, time_zone, *database);
    if (!at_first || !at_last) return std::nullopt;
    first += *at_first;
    last += *at_last;
  }
  if (DayNumber(first) != DayNumber(last)) return std::nullopt;
  return DayFromDays(DayNumber(first));
}

Status CheckTimeZone(const std::string& time_zone, sql::Database& database) {
  if (time_zone == "UTC") return {};
  TRY(auto connection, database.Connect());
  TRY(auto table,
      connection.Query("SELECT name FROM pg_timezone_names() WHERE name = $zone", {{"zone", time_zone}}));
  if (!table.rows.empty()) return {};
  TRY(auto all, connection.Query("SELECT DISTINCT name FROM pg_timezone_names()"));
  std::vector<std::string> names;
  for (const auto& row : all.rows) names.push_back(sql::CellText(row.at(0)));
  std::string nearest = NearestWord(time_zone, names);
  return Fail(Code::kInvalid, "the time zone '{}' is unknown{}; give an IANA name such as Europe/Berlin",
              time_zone, nearest.empty() ? "" : fmt::format(", did you mean {}", nearest));
}

}  // namespace souk::ingest
