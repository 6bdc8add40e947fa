#include "record/json_filter.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace souk::record {
namespace {

using Json = nlohmann::json;

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// One step of a path in the form of RFC 6901.
std::string Escaped(std::string_view step) {
  std::string out = "/";
  for (char c : step) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// "$.a.b[0]['c d']" as "/a/b/0/c d".
Result<std::string> Pointer(std::string_view path) {
  auto wrong = [path] {
    return Fail(Code::kInvalid, "'{}' is not a path into JSON; write $.name, $.list[0] or $['a name']", path);
  };
  std::string_view rest = path;
  if (!rest.starts_with('$')) return wrong();
  rest.remove_prefix(1);
  std::string pointer;
  while (!rest.empty()) {
    size_t end = rest[0] == '.' ? std::min(rest.find_first_of(".[", 1), rest.size()) : rest.find(']');
    if ((rest[0] != '.' && rest[0] != '[') || end == std::string_view::npos) return wrong();
    std::string_view step = rest.substr(1, end - 1);
    rest.remove_prefix(rest[0] == '[' ? end + 1 : end);
    if (step.size() > 2 && (step[0] == '\'' || step[0] == '"') && step.back() == step[0]) {
      step = step.substr(1, step.size() - 2);
    }
    if (step.empty()) return wrong();
    pointer += Escaped(step);
  }
  return pointer;
}

bool AsNumber(std::string_view text, double& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

template <typename T>
int Order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

std::string TextOf(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Null when the document is none, or has nothing there.
const Json* Find(const Json& document, const std::string& pointer) {
  if (document.is_discarded()) return nullptr;
  try {
    // "/01" into a list is refused by an exception, also by contains().
    Json::json_pointer place(pointer);
    return document.contains(place) ? &document[place] : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

// Of the value found to the one wanted.
int Compare(const Json& found, const std::string& wanted) {
  std::string text = TextOf(found);
  double a = 0;
  double b = 0;
  if (AsNumber(text, a) && AsNumber(wanted, b)) return Order(a, b);
  return Order(text, wanted);
}

}  // namespace

Result<JsonFilter> JsonFilter::Parse(std::string_view text) {
  // Longer ones first.
  constexpr std::pair<std::string_view, Operator> kOperators[] = {
      {"==", Operator::kEqual},     {"!=", Operator::kNot},  {"<=", Operator::kLessEqual},
      {">=", Operator::kMoreEqual}, {"=", Operator::kEqual}, {"<", Operator::kLess},
      {">", Operator::kMore},
  };
  JsonFilter filter;
  size_t at = text.find_first_of("=!<>");
  std::string_view path = Trimmed(text.substr(0, at));
  if (at != std::string_view::npos) {
    std::string_view rest = text.substr(at);
    auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                              [rest](const auto& entry) { return rest.starts_with(entry.first); });
    if (found == std::end(kOperators)) {
      return Fail(Code::kInvalid, "'{}' is not a condition; write for example $.quantity >= 2", text);
    }
    filter.operator_ = found->second;
    std::string_view value = Trimmed(rest.substr(found->first.size()));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
      value = value.substr(1, value.size() - 2);
    }
    filter.value_ = value;
  }
  TRY(filter.pointer_, Pointer(path));
  return filter;
}

bool JsonFilter::Fits(std::string_view json) const {
  Json document = Json::parse(json, nullptr, false);
  const Json* found = Find(document, pointer_);
  if (found == nullptr) return false;
  if (operator_ == Operator::kThere) return !found->is_null() && *found != false;
  int order = Compare(*found, value_);
  switch (operator_) {
    case Operator::kEqual: return order == 0;
    case Operator::kNot: return order != 0;
    case Operator::kLess: return order < 0;
    case Operator::kLessEqual: return order <= 0;
    case Operator::kMore: return order > 0;
    default: return order >= 0;
  }
}

Result<std::string> JsonValueAt(std::string_view path, std::string_view json) {
  TRY(std::string pointer, Pointer(path));
  Json document = Json::parse(json, nullptr, false);
  const Json* found = Find(document, pointer);
  if (found == nullptr) return Fail(Code::kInvalid, "there is nothing at {} in: {:.60}", path, json);
  return TextOf(*found);
}

}  // namespace souk::record
