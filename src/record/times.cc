#include "record/times.h"

#include <array>
#include <cstring>

#include "record/values.h"

namespace souk::record {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
constexpr std::string_view kSpecifiers = "YymdHIMSfpzbBaA";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// What has been read of a time so far.
struct Clockface {
  int year = 1970, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, micro = 0;
  bool twelve = false, afternoon = false, half_given = false;
  bool zoned = false;
  int offset_minutes = 0;
};

int DaysInMonth(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : days[static_cast<size_t>(month - 1)];
}

// Reads the text from left to right; every method returns false when the text does not go on like that.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return at_ == end_; }
  char peek() const { return at_ < end_ ? *at_ : '\0'; }

  bool Skip(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  void SkipBlanks() {
    while (at_ < end_ && IsBlank(*at_)) ++at_;
  }

  // A number of `least` to `most` digits within low..high.
  bool Number(int least, int most, int low, int high, int& value) {
    int digits = 0;
    value = 0;
    while (digits < most && at_ < end_ && IsDigit(*at_)) {
      value = value * 10 + (*at_++ - '0');
      ++digits;
    }
    return digits >= least && value >= low && value <= high;
  }

  // Up to `most` digits behind the seconds; those beyond microseconds are cut off.
  bool Fraction(int most, int& micros) {
    int digits = 0;
    micros = 0;
    for (; at_ < end_ && IsDigit(*at_); ++at_, ++digits) {
      if (digits < 6) micros = micros * 10 + (*at_ - '0');
    }
    for (int i = digits; i < 6; ++i) micros *= 10;
    return digits >= 1 && digits <= most;
  }

  // One of `words`, whole or its first three letters; `value` is its place.
  template <size_t N>
  bool Word(const std::array<std::string_view, N>& words, bool whole, int& value) {
    for (size_t i = 0; i < N; ++i) {
      std::string_view word = whole ? words[i] : words[i].substr(0, 3);
      if (static_cast<size_t>(end_ - at_) < word.size()) continue;
      size_t same = 0;
      while (same < word.size() && Lower(at_[same]) == word[same]) ++same;
      if (same == word.size()) {
        at_ += word.size();
        value = static_cast<int>(i);
        return true;
      }
    }
    return false;
  }

  // "+02", "+0200", "+02:00".
  bool Offset(Clockface& time) {
    bool negative = peek() == '-';
    if (!Skip('+') && !Skip('-')) return false;
    int hours = 0, minutes = 0;
    if (!Number(2, 2, 0, 15, hours)) return false;
    if (Skip(':') || IsDigit(peek())) {
      if (!Number(2, 2, 0, 59, minutes)) return false;
    }
    time.zoned = true;
    time.offset_minutes = (hours * 60 + minutes) * (negative ? -1 : 1);
    return true;
  }

 private:
  const char* at_;
  const char* end_;
};

bool Finish(Clockface& time, TimeValue& value) {
  if (time.day > DaysInMonth(time.year, time.month)) return false;
  if (time.twelve) {
    if (!time.half_given) return false;
    time.hour = time.hour % 12 + (time.afternoon ? 12 : 0);
  }
  int64_t seconds = (time.hour * 60LL + time.minute - time.offset_minutes) * 60 + time.second;
  value.micros = DaysFromDay({time.year, time.month, time.day}) * kMicrosPerDay + seconds * kMicrosPerSecond +
                 time.micro;
  value.zoned = time.zoned;
  return true;
}

// "2025-11-20T18:01:12Z", with up to six digits behind the seconds, as most programs write it; false = look
// closer.
bool ReadIsoUtc(std::string_view text, TimeValue& value) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() <= kShape.size() || text.back() != 'Z') return false;
  const char* at = text.data();
  for (size_t i : {4, 7, 10, 13, 16}) {
    if (at[i] != kShape[i]) return false;
  }
  for (size_t i : {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18}) {
    if (!IsDigit(at[i])) return false;
  }
  auto two = [at](size_t i) { return (at[i] - '0') * 10 + (at[i + 1] - '0'); };
  int year = two(0) * 100 + two(2), month = two(5), day = two(8);
  int hour = two(11), minute = two(14), second = two(17);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  int micro = 0;
  std::string_view rest = text.substr(kShape.size(), text.size() - kShape.size() - 1);
  if (!rest.empty()) {
    if (rest[0] != '.' || rest.size() < 2 || rest.size() > 7) return false;
    for (size_t i = 1; i < 7; ++i) {
      if (i < rest.size() && !IsDigit(rest[i])) return false;
      micro = micro * 10 + (i < rest.size() ? rest[i] - '0' : 0);
    }
  }
  value.micros = DaysFromDay({year, month, day}) * kMicrosPerDay +
                 ((hour * 60LL + minute) * 60 + second) * kMicrosPerSecond + micro;
  value.zoned = true;
  return true;
}

bool ReadIso(std::string_view text, TimeValue& value) {
  if (ReadIsoUtc(text, value)) return true;
  Cursor in(text);
  Clockface time;
  if (!in.Number(4, 4, 1, 9999, time.year) || !in.Skip('-') || !in.Number(1, 2, 1, 12, time.month) ||
      !in.Skip('-') || !in.Number(1, 2, 1, 31, time.day)) {
    return false;
  }
  if (in.done()) return Finish(time, value);
  if (!in.Skip('T') && !in.Skip(' ')) return false;
  if (!in.Number(1, 2, 0, 23, time.hour) || !in.Skip(':') || !in.Number(1, 2, 0, 59, time.minute))
    return false;
  if (in.done()) return Finish(time, value);
  if (!in.Skip(':') || !in.Number(1, 2, 0, 59, time.second)) return false;
  if (in.Skip('.') && !in.Fraction(9, time.micro)) return false;
  if (in.done()) return Finish(time, value);
  if (in.Skip('Z')) {
    time.zoned = true;
  } else if (in.peek() == ' ') {
    time.zoned = in.Skip(' ') && in.Skip('U') && in.Skip('T') && in.Skip('C');
    if (!time.zoned) return false;
  } else if (!in.Offset(time)) {
    return false;
  }
  return in.done() && Finish(time, value);
}

bool ReadHalf(Cursor& in, Clockface& time) {
  constexpr std::array<std::string_view, 2> halves = {"am", "pm"};
  int half = 0;
  if (!in.Word(halves, true, half)) return false;
  time.half_given = true;
  time.afternoon = half == 1;
  return true;
}

bool ReadPart(char specifier, Cursor& in, Clockface& time) {
  int ignored = 0;
  switch (specifier) {
    case 'Y': return in.Number(4, 4, 1, 9999, time.year);
    case 'y':
      if (!in.Number(2, 2, 0, 99, time.year)) return false;
      time.year += time.year <= 68 ? 2000 : 1900;
      return true;
    case 'm': return in.Number(1, 2, 1, 12, time.month);
    case 'd': return in.Number(1, 2, 1, 31, time.day);
    case 'H': return in.Number(1, 2, 0, 23, time.hour);
    case 'I': time.twelve = true; return in.Number(1, 2, 1, 12, time.hour);
    case 'M': return in.Number(1, 2, 0, 59, time.minute);
    case 'S': return in.Number(1, 2, 0, 59, time.second);
    case 'f': return in.Fraction(6, time.micro);  // more is too much for strptime
    case 'p': return ReadHalf(in, time);
    case 'z': return in.Offset(time);
    case 'b':
    case 'B':
      if (!in.Word(kMonths, specifier == 'B', time.month)) return false;
      ++time.month;
      return true;
    case 'a':
    case 'A': return in.Word(kWeekdays, specifier == 'A', ignored);
    default: return false;
  }
}

// One number of a format that has nothing between them: it takes all its digits.
bool ReadPacked(char specifier, std::string_view& text, Clockface& time) {
  size_t width = specifier == 'Y' ? 4 : 2;
  if (text.size() < width) return false;
  for (size_t i = 0; i < width; ++i) {
    if (!IsDigit(text[i])) return false;
  }
  Cursor part(text.substr(0, width));
  text.remove_prefix(width);
  return ReadPart(specifier, part, time);
}

// Formats that are nothing but digits: "%Y%m%d", "%Y%m%d%H%M%S".
bool ReadDigits(std::string_view format, std::string_view text, TimeValue& value) {
  Clockface time;
  for (size_t at = 0; at < format.size(); at += 2) {
    if (!ReadPacked(format[at + 1], text, time)) return false;
  }
  return text.empty() && Finish(time, value);
}

bool ReadPattern(std::string_view format, std::string_view text, TimeValue& value) {
  Cursor in(text);
  Clockface time;
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] == '%') {
      if (!ReadPart(format[++at], in, time)) return false;
    } else if (IsBlank(format[at])) {
      if (!IsBlank(in.peek())) return false;
      in.SkipBlanks();
    } else if (!in.Skip(format[at])) {
      return false;
    }
  }
  return in.done() && Finish(time, value);
}

bool OnlyDigits(std::string_view format) {
  if (format.empty() || format.size() % 2 != 0) return false;
  for (size_t at = 0; at < format.size(); at += 2) {
    if (format[at] != '%' || !std::strchr("YymdHMS", format[at + 1])) return false;
  }
  return true;
}

}  // namespace

Result<TimeFormat> TimeFormat::Parse(std::string_view format) {
  TimeFormat result;
  result.text_ = format;
  if (format.empty()) return result;
  if (format == "epoch_s" || format == "epoch_ms" || format == "epoch_us") {
    result.kind_ = Kind::kEpoch;
    result.unit_ = format == "epoch_s" ? kMicrosPerSecond : format == "epoch_ms" ? 1000 : 1;
    return result;
  }
  result.kind_ = Kind::kPattern;
  bool year = false, month = false, day = false;
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') continue;
    char specifier = at + 1 < format.size() ? format[at + 1] : '\0';
    if (specifier == '\0' || kSpecifiers.find(specifier) == std::string_view::npos) {
      return Fail(Code::kInvalid,
                  "the time format '{}' has an unknown part '{}'; known are %Y %y %m %d %b %B %H %I %M "
                  "%S %f %p %z %a %A, and epoch_s, epoch_ms, epoch_us",
                  format, format.substr(at, 2));
    }
    year |= specifier == 'Y' || specifier == 'y';
    month |= specifier == 'm' || specifier == 'b' || specifier == 'B';
    day |= specifier == 'd';
    ++at;
  }
  if (!year || !month || !day) {
    return Fail(Code::kInvalid, "the time format '{}' lacks the {}; give one such as %d/%m/%Y %H:%M", format,
                !year    ? "year (%Y)"
                : !month ? "month (%m)"
                         : "day (%d)");
  }
  return result;
}

bool TimeFormat::IsNumber() const {
  return kind_ == Kind::kEpoch || (kind_ == Kind::kPattern && OnlyDigits(text_));
}

bool TimeFormat::Read(std::string_view text, TimeValue& value) const {
  text = Trim(text);
  switch (kind_) {
    case Kind::kIso: return ReadIso(text, value);
    case Kind::kEpoch: {
      int64_t count = 0;
      if (ReadInt(text, {}, count) != ValueFault::kNone) return false;
      // Years 1 to 9999, like every other format.
      constexpr int64_t kFirst = -62'135'596'800, kLast = 253'402'300'799;
      int64_t seconds = count / (kMicrosPerSecond / unit_);
      if (seconds < kFirst || seconds > kLast) return false;
      value.micros = count * unit_;
      value.zoned = true;
      return true;
    }
    case Kind::kPattern:
      return OnlyDigits(text_) ? ReadDigits(text_, text, value) : ReadPattern(text_, text, value);
  }
  return false;
}

}  // namespace souk::record
