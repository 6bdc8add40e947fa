// Between UTC and what the clocks of a time zone show.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace souk {

// Not thread-safe: it remembers the rules of the last time asked for. Copies are independent. Rules are the
// machine's (/usr/share/zoneinfo), which lists changes of clocks up to 2037.
class TimeZone {
 public:
  TimeZone() = default;  // UTC
  // kInvalid when no such zone (IANA name) is known.
  static Result<TimeZone> Find(const std::string& name);

  // What the clocks show, as microseconds since 1970-01-01 00:00 on them.
  Micros ToWall(Micros utc) { return utc + OffsetAt(utc); }
  // The moment at which the clocks showed `wall`: of two such moments the later; of none (clocks were put
  // forward), as if they had not been. DuckDB's timezone() does the same.
  Micros ToUtc(Micros wall);
  const std::string& name() const { return name_; }

 private:
  Micros OffsetAt(Micros utc) {
    if (zone_ == nullptr) return 0;
    if (utc < from_ || utc >= until_) Look(utc);
    return offset_;
  }
  void Look(Micros utc);

  std::string name_ = "UTC";
  const void* zone_ = nullptr;   // date::time_zone
  Micros from_ = 0, until_ = 0;  // where offset_ holds, UTC
  Micros offset_ = 0;
};

}  // namespace souk
