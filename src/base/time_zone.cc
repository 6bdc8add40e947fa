#include "base/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <limits>

namespace souk {
namespace {

const date::time_zone& ZoneOf(const void* zone) { return *static_cast<const date::time_zone*>(zone); }

int64_t SecondsOf(Micros time) {
  int64_t seconds = time / kMicrosPerSecond;
  return time % kMicrosPerSecond < 0 ? seconds - 1 : seconds;
}

// The zone's first and last rules hold for ever, which is more seconds than microseconds can say.
Micros MicrosOf(date::sys_seconds time) {
  constexpr int64_t kMost = std::numeric_limits<Micros>::max() / kMicrosPerSecond;
  int64_t seconds = std::clamp<int64_t>(time.time_since_epoch().count(), -kMost, kMost);
  return seconds * kMicrosPerSecond;
}

}  // namespace

Result<TimeZone> TimeZone::Find(const std::string& name) {
  TimeZone zone;
  zone.name_ = name;
  if (name == "UTC") return zone;
  try {
    zone.zone_ = date::locate_zone(name);
  } catch (const std::exception&) {
    return Fail(Code::kInvalid, "the time zone '{}' is unknown; give an IANA name such as Europe/Berlin",
                name);
  }
  return zone;
}

void TimeZone::Look(Micros utc) {
  date::sys_info info = ZoneOf(zone_).get_info(date::sys_seconds{std::chrono::seconds(SecondsOf(utc))});
  from_ = MicrosOf(info.begin);
  until_ = MicrosOf(info.end);
  offset_ = info.offset.count() * kMicrosPerSecond;
}

Micros TimeZone::ToUtc(Micros wall) {
  if (zone_ == nullptr) return wall;
  // A day away from any change of clocks the offset of the moment itself is the only one there is.
  Micros guess = wall - OffsetAt(wall);
  if (guess - kMicrosPerDay >= from_ && guess + kMicrosPerDay < until_) return guess;
  date::local_seconds local{std::chrono::seconds(SecondsOf(wall))};
  date::local_info info = ZoneOf(zone_).get_info(local);
  auto offset = info.result == date::local_info::ambiguous ? info.second.offset : info.first.offset;
  return wall - offset.count() * kMicrosPerSecond;
}

}  // namespace souk
