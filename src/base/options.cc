#include "base/options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace souk {
namespace {

Result<int64_t> ParseInt(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    return Fail(Code::kInvalid, "'{}' is not a whole number", text);
  }
  return value;
}

struct Unit {
  std::string_view name;
  uint64_t factor;
};

// "12MB" → 12 × factor of MB. The number may not be negative.
Result<uint64_t> ParseWithUnit(std::string_view text, const std::vector<Unit>& units,
                               std::string_view example) {
  size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string_view name = text.substr(digits);
  while (name.starts_with(' ')) name.remove_prefix(1);
  auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  auto number = ParseInt(text.substr(0, digits));
  if (!number || unit == units.end()) {
    return Fail(Code::kInvalid, "'{}' is not a value with a unit, such as {}", text, example);
  }
  uint64_t value = 0;
  if (__builtin_mul_overflow(static_cast<uint64_t>(*number), unit->factor, &value)) {
    return Fail(Code::kInvalid, "'{}' is too large", text);
  }
  return value;
}

Status CheckChoice(std::string_view value, std::string_view choices) {
  std::string_view rest = choices;
  while (!rest.empty()) {
    std::string_view choice = rest.substr(0, rest.find('|'));
    if (choice == value) return {};
    rest.remove_prefix(std::min(rest.size(), choice.size() + 1));
  }
  return Fail(Code::kInvalid, "'{}' is none of {}", value, choices);
}

Status CheckKind(const OptionSpec& spec, std::string_view value) {
  switch (spec.kind) {
    case OptionKind::kText:
    case OptionKind::kList: return {};
    case OptionKind::kInt: return ParseInt(value).map([](int64_t) {});
    case OptionKind::kBytes: return ParseBytes(value).map([](uint64_t) {});
    case OptionKind::kDuration: return ParseDurationMs(value).map([](int64_t) {});
    case OptionKind::kChoice: return CheckChoice(value, spec.choices);
    case OptionKind::kBool: return CheckChoice(value, "true|false");
  }
  return {};
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

Result<uint64_t> ParseBytes(std::string_view text) {
  static const std::vector<Unit> kUnits = {{"B", 1},
                                           {"", 1},
                                           {"KB", 1000},
                                           {"MB", 1000'000},
                                           {"GB", 1000'000'000},
                                           {"KiB", 1024},
                                           {"MiB", 1ull << 20},
                                           {"GiB", 1ull << 30}};
  return ParseWithUnit(text, kUnits, "64MB or 2GiB");
}

Result<int64_t> ParseDurationMs(std::string_view text) {
  static const std::vector<Unit> kUnits = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return ParseWithUnit(text, kUnits, "250ms, 10s, 5m, 2h or 7d").map([](uint64_t ms) {
    return static_cast<int64_t>(ms);
  });
}

std::string NearestWord(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  size_t best_distance = std::max<size_t>(3, word.size() / 3 + 1);
  for (const std::string& candidate : known) {
    size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

Settings::Settings(const std::vector<OptionSpec>& specs) : specs_(&specs) {
  for (const OptionSpec& spec : specs) {
    values_.emplace(spec.key, Value{&spec, std::string(spec.default_value), "default"});
  }
}

Status Settings::Set(std::string_view key, std::string_view value, std::string_view origin) {
  auto found = values_.find(key);
  if (found == values_.end()) {
    std::vector<std::string> known;
    for (const auto& entry : values_) known.push_back(entry.first);
    std::string nearest = NearestWord(key, known);
    return Fail(Code::kInvalid, "{}: unknown setting '{}'{}; `souk config docs` lists all", origin, key,
                nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest));
  }
  if (Status fits = CheckKind(*found->second.spec, value); !fits) {
    return Wrap(fits.error(), fmt::format("{}: setting {}", origin, key));
  }
  found->second.text = value;
  found->second.origin = origin;
  return {};
}

const Settings::Value& Settings::Get(std::string_view key, OptionKind kind) const {
  auto found = values_.find(key);
  if (found == values_.end() || found->second.spec->kind != kind) {
    std::fprintf(stderr, "no such setting of that kind: %.*s\n", static_cast<int>(key.size()), key.data());
    std::abort();
  }
  return found->second;
}

const std::string& Settings::Text(std::string_view key) const {
  auto found = values_.find(key);
  bool choice = found != values_.end() && found->second.spec->kind == OptionKind::kChoice;
  return Get(key, choice ? OptionKind::kChoice : OptionKind::kText).text;
}

// The values were checked when they were set.
int64_t Settings::Int(std::string_view key) const { return *ParseInt(Get(key, OptionKind::kInt).text); }
bool Settings::Bool(std::string_view key) const { return Get(key, OptionKind::kBool).text == "true"; }
uint64_t Settings::Bytes(std::string_view key) const {
  return *ParseBytes(Get(key, OptionKind::kBytes).text);
}
int64_t Settings::DurationMs(std::string_view key) const {
  return *ParseDurationMs(Get(key, OptionKind::kDuration).text);
}

std::vector<std::string> Settings::List(std::string_view key) const {
  std::vector<std::string> items;
  std::string_view rest = Get(key, OptionKind::kList).text;
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    size_t first = item.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    items.emplace_back(item.substr(first, item.find_last_not_of(' ') - first + 1));
  }
  return items;
}

const std::string& Settings::Origin(std::string_view key) const {
  auto found = values_.find(key);
  static const std::string kNone;
  return found == values_.end() ? kNone : found->second.origin;
}

}  // namespace souk
