// Finding the format of a column of times: every format that files use is tried on the values.
#include <algorithm>
#include <cstdlib>

#include "record/times.h"
#include "record/values.h"

namespace souk::record {
namespace {

bool MostlyRead(size_t count, const std::vector<std::string_view>& values) {
  return count * 3 >= values.size() * 2;
}

std::vector<TimeFormat> MakeCandidates() {
  std::vector<std::string> dates;
  for (const char* separator : {"/", "-", "."}) {
    for (const char* order :
         {"%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%Y{0}%m{0}%d"}) {
      dates.push_back(fmt::format(fmt::runtime(order), separator));
    }
  }
  for (const char* named : {"%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
                            "%b %d %Y", "%a, %d %b %Y"}) {
    dates.push_back(named);
  }
  std::vector<TimeFormat> candidates = {TimeFormat()};
  auto add = [&](const std::string& format) { candidates.push_back(*TimeFormat::Parse(format)); };
  for (const std::string& date : dates) {
    add(date);
    for (const char* time : {"%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p",
                             "%H:%M:%S %z", "%H:%M:%S%z", "%H:%M %z"}) {
      add(date + " " + time);
      if (date.front() == '%' && date[1] == 'Y') add(date + "T" + time);
    }
    add(date + ", %H:%M");
    add(date + ", %H:%M:%S");
  }
  for (const char* packed : {"%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d%H%M"}) add(packed);
  return candidates;
}

const std::vector<TimeFormat>& Candidates() {
  static const std::vector<TimeFormat> candidates = MakeCandidates();
  return candidates;
}

size_t CountRead(const TimeFormat& format, const std::vector<std::string_view>& values, size_t& zoned) {
  size_t count = 0;
  zoned = 0;
  for (std::string_view text : values) {
    TimeValue value;
    if (!format.Read(text, value)) continue;
    ++count;
    zoned += value.zoned;
  }
  return count;
}

// How far the values jump from line to line. Files are mostly in order of time, so the right reading of
// 01/12/2010, 02/12/2010 … jumps by days and the wrong one by months.
double Jumps(const TimeFormat& format, const std::vector<std::string_view>& values) {
  double sum = 0;
  bool first = true;
  Micros last = 0;
  for (std::string_view text : values) {
    TimeValue value;
    if (!format.Read(text, value)) continue;
    if (!first) sum += std::abs(static_cast<double>(value.micros - last));
    last = value.micros;
    first = false;
  }
  return sum;
}

// "%d/%m/%Y" ↔ "%m/%d/%Y".
std::string Swapped(std::string format) {
  size_t day = format.find("%d"), month = format.find("%m");
  if (day == std::string::npos || month == std::string::npos) return "";
  std::swap(format[day + 1], format[month + 1]);
  return format;
}

// Counts since 1970 that fall into the years 2000 to 2100.
const char* EpochFormat(const std::vector<std::string_view>& values) {
  constexpr int64_t kFirst = 946'684'800, kLast = 4'102'444'800;
  const char* names[] = {"epoch_s", "epoch_ms", "epoch_us"};
  size_t hits[] = {0, 0, 0};
  for (std::string_view text : values) {
    int64_t count = 0;
    if (ReadInt(text, {}, count) != ValueFault::kNone) continue;
    int64_t unit = 1;
    for (size_t i = 0; i < 3; ++i, unit *= 1000) {
      if (count / unit >= kFirst && count / unit < kLast) ++hits[i];
    }
  }
  for (size_t i = 0; i < 3; ++i) {
    if (MostlyRead(hits[i], values)) return names[i];
  }
  return nullptr;
}

// Whether the values look like any time at all; most columns leave here.
bool Plausible(const std::vector<std::string_view>& values) {
  size_t count = std::min<size_t>(values.size(), 16), good = 0;
  for (size_t i = 0; i < count; ++i) {
    std::string_view text = Trim(values[i]);
    size_t digits = 0;
    bool strange = text.size() < 6 || text.size() > 35;
    for (char c : text) {
      bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      bool digit = c >= '0' && c <= '9';
      digits += digit;
      strange |= !letter && !digit && std::string_view(" /:.,+-").find(c) == std::string_view::npos;
    }
    good += !strange && digits >= 3;
  }
  return good * 2 >= count;
}

// Of the two readings with day and month swapped, the one that keeps the file in order.
void SettleDayAndMonth(const std::vector<std::string_view>& values, size_t count, TimeGuess& guess) {
  std::string other = Swapped(guess.format);
  if (guess.number || other.empty()) return;
  TimeFormat given = *TimeFormat::Parse(guess.format), swapped = *TimeFormat::Parse(other);
  size_t zoned = 0;
  if (CountRead(swapped, values, zoned) != count) return;
  double here = Jumps(given, values), there = Jumps(swapped, values);
  if (there < here) guess.format = other;
  guess.ambiguous = std::max(here, there) <= 3 * std::min(here, there);
}

}  // namespace

TimeGuess GuessTimeFormat(const std::vector<std::string_view>& values) {
  TimeGuess guess;
  if (values.empty() || !Plausible(values)) return guess;
  // Formats that read none of the first values are not worth a try on all of them.
  std::vector<std::string_view> head(values.begin(), values.begin() + std::min<ptrdiff_t>(values.size(), 16));
  size_t best_count = 0;
  for (const TimeFormat& candidate : Candidates()) {
    size_t zoned = 0;
    if (CountRead(candidate, head, zoned) == 0) continue;
    size_t count = CountRead(candidate, values, zoned);
    if (count <= best_count) continue;
    best_count = count;
    guess.format = candidate.text();
    guess.zoned = zoned * 2 > count;
    guess.number = candidate.IsNumber();
    if (count == values.size() && candidate.text().empty()) break;  // ISO 8601 leaves nothing to weigh
  }
  guess.found = MostlyRead(best_count, values);
  if (guess.found) {
    SettleDayAndMonth(values, best_count, guess);
    return guess;
  }
  guess = TimeGuess();
  if (const char* epoch = EpochFormat(values)) {
    guess.found = guess.zoned = guess.number = true;
    guess.format = epoch;
  }
  return guess;
}

}  // namespace souk::record
