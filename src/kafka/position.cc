#include "kafka/position.h"

#include <algorithm>
#include <charconv>

#include "base/clock.h"

namespace souk::kafka {
namespace {

// The number that `text` is, as a whole.
bool Number(std::string_view text, int64_t& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() && text[0] != '-';
}

}  // namespace

Result<int64_t> ParseTimeMs(std::string_view text) {
  auto wrong = [text] {
    return Fail(Code::kInvalid, "'{}' is not a time; write 2025-11-28 or 2025-11-28T12:04:30Z", text);
  };
  auto day = ParseDay(text.substr(0, 10));
  if (!day) return wrong();
  int64_t ms = DaysFromDay(*day) * 86'400'000;
  if (text.size() == 10) return ms;
  std::string_view rest = text.substr(11);
  if (text[10] != 'T' && text[10] != ' ') return wrong();
  if (rest.ends_with('Z')) rest.remove_suffix(1);
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  int64_t fraction = 0;
  bool fits = (rest.size() == 5 || rest.size() == 8 || (rest.size() == 12 && rest[8] == '.')) &&
              rest[2] == ':' && Number(rest.substr(0, 2), hours) && Number(rest.substr(3, 2), minutes) &&
              (rest.size() < 8 || (rest[5] == ':' && Number(rest.substr(6, 2), seconds))) &&
              (rest.size() < 12 || Number(rest.substr(9), fraction)) && hours < 24 && minutes < 60 &&
              seconds < 60;
  if (!fits) return wrong();
  return ms + ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
}

int64_t Position::Within(const Range& range) const {
  if (kind == Kind::kBeginning) return range.start;
  return kind == Kind::kEnd ? range.end : std::clamp(value, range.start, range.end);
}

Result<Position> ParsePosition(std::string_view text) {
  using Kind = Position::Kind;
  if (text == "beginning") return Position{Kind::kBeginning};
  if (text == "end") return Position{Kind::kEnd};
  if (int64_t offset = 0; Number(text, offset)) return Position{Kind::kOffset, offset};
  auto time = ParseTimeMs(text);
  if (!time) {
    return Fail(Code::kInvalid,
                "'{}' is no place in a topic; write beginning, end, an offset, 2025-11-28 or "
                "2025-11-28T12:04:30Z",
                text);
  }
  return Position{Kind::kTime, *time};
}

std::string FormatTimeMs(int64_t time_ms) {
  if (time_ms < 0) return "";
  std::string text = FormatUtc(time_ms * 1000);
  return fmt::format("{}.{:03}Z", text.substr(0, text.size() - 1), time_ms % 1000);
}

}  // namespace souk::kafka
