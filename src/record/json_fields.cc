#include "record/json_fields.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <deque>
#include <limits>
#include <map>
#include <unordered_map>

#include "record/json_lines.h"

namespace souk::record {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr size_t kNone = std::numeric_limits<size_t>::max();
constexpr int kExactDigits = 15;  // a double gives so many back as they were

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Letters and digits in lower case, as mappings compare names.
std::string Plain(std::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || IsDigit(c) || static_cast<unsigned char>(c) >= 0x80) plain += c;
  }
  return plain;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// "-12.50" with at most 15 digits, as JSON writes it.
bool ReadPlainNumber(std::string_view text, JsonValue& value) {
  const char* at = text.data();
  const char* end = at + text.size();
  bool negative = *at == '-';
  at += negative;
  const char* first = at;
  int64_t mantissa = 0;
  while (at < end && IsDigit(*at) && at - first <= kExactDigits) mantissa = mantissa * 10 + (*at++ - '0');
  auto whole = at - first;
  if (whole == 0 || whole > kExactDigits || (whole > 1 && *first == '0')) return false;
  std::ptrdiff_t scale = 0;
  if (at < end && *at == '.') {
    const char* behind = ++at;
    while (at < end && IsDigit(*at) && whole + (at - behind) <= kExactDigits)
      mantissa = mantissa * 10 + (*at++ - '0');
    scale = at - behind;
    if (scale == 0 || whole + scale > kExactDigits) return false;
  }
  if (at != end) return false;
  value.kind = JsonKind::kNumber;
  value.plain = true;
  value.scale = static_cast<uint8_t>(scale);
  value.mantissa = negative ? -mantissa : mantissa;
  value.text = text;
  return true;
}

// Without blanks between tokens; strings as they stand, but for escapes that need not be.
void AppendString(std::string_view text, std::string& out) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// memcmp costs more than most keys are long.
bool SameKey(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  size_t i = 0;
  for (; i + 8 <= b.size(); i += 8) {
    uint64_t left = 0, right = 0;
    std::memcpy(&left, a.data() + i, 8);
    std::memcpy(&right, b.data() + i, 8);
    if (left != right) return false;
  }
  for (; i < b.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

bool IsWhole(std::string_view number) { return number.find_first_of(".eE") == std::string_view::npos; }

double DoubleOf(std::string_view number) {
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

// A number with a point or an exponent, as DuckDB turns it into text.
std::string NumberText(double number) {
  std::string text = fmt::format("{}", number);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

void AppendJson(const element& value, std::string& out) {
  bool first = true;
  simdjson::dom::array parts;
  simdjson::dom::object members;
  switch (value.type()) {
    case element_type::STRING: return AppendString(value.get_string().value_unsafe(), out);
    case element_type::BOOL: out += value.get_bool().value_unsafe() ? "true" : "false"; return;
    case element_type::NULL_VALUE: out += "null"; return;
    case element_type::ARRAY:
      out += '[';
      parts = value.get_array().value_unsafe();
      for (element part : parts) {
        if (!std::exchange(first, false)) out += ',';
        AppendJson(part, out);
      }
      out += ']';
      return;
    case element_type::OBJECT:
      out += '{';
      members = value.get_object().value_unsafe();
      for (auto [key, part] : members) {
        if (!std::exchange(first, false)) out += ',';
        AppendString(key, out);
        out += ':';
        AppendJson(part, out);
      }
      out += '}';
      return;
    case element_type::INT64: out += std::to_string(value.get_int64().value_unsafe()); return;
    case element_type::UINT64: out += std::to_string(value.get_uint64().value_unsafe()); return;
    case element_type::DOUBLE: out += NumberText(value.get_double().value_unsafe()); return;
  }
}

// The key before the first number that is longer than any type's digits; "" when there is none at the top.
std::string KeyOfLongNumber(std::string_view line) {
  simdjson::padded_string padded(line);
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser.iterate(padded).get(document) || document.get_object().get(object)) return "";
  for (auto entry : object) {
    simdjson::ondemand::value value;
    std::string_view key;
    if (entry.error() || entry.unescaped_key().get(key) || entry.value().get(value)) return "";
    std::string_view token = value.raw_json_token();
    bool number = !token.empty() && (token[0] == '-' || IsDigit(token[0]));
    if (number && TrimBlanks(token).size() > 19) return std::string(key);
  }
  return "";
}

// The message for a document that the parser refused.
std::string ParseFault(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR: return "not valid UTF-8";
    case simdjson::NUMBER_ERROR: return "not JSON: a number is malformed or too large";
    case simdjson::DEPTH_ERROR: return "not JSON: nested too deeply";
    case simdjson::UNCLOSED_STRING: return "not JSON: a string is not closed";
    default: return "not JSON: an object does not end, or something else is where a value belongs";
  }
}

}  // namespace

Fault TwiceFault(std::string_view key) { return {"", fmt::format("the key '{}' comes twice", Excerpt(key))}; }

Fault JsonFault(int error, std::string_view line) {
  auto code = static_cast<simdjson::error_code>(error);
  Fault fault{"", ParseFault(code)};
  if (code == simdjson::NUMBER_ERROR) fault.field = KeyOfLongNumber(line);
  if (!fault.field.empty()) fault.reason = fmt::format("{}: a number too large for any field", fault.field);
  return fault;
}

struct JsonFields::Impl {
  // A key that was met, and what it means.
  struct Key {
    std::string name;
    size_t field = kNone;
    size_t rank = 0;    // 0 = the field's own name, then its aliases
    size_t place = 0;   // in `order`
    uint64_t seen = 0;  // the object that had it last
  };
  enum class Step { kDone, kLookCloser, kTwice };

  std::map<std::string, std::pair<size_t, size_t>> meanings;  // plain name → field and rank
  std::deque<Key> keys;                                       // never moved
  std::unordered_map<std::string_view, Key*> by_name;
  // As they were first met; most objects follow it.
  struct Expected {
    std::string_view name;
    Key* key = nullptr;
  };
  std::vector<Expected> order;
  size_t next_key = 0;
  uint64_t object = 0;
  bool escapes = false;  // there is a backslash somewhere

  std::string buffer;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> scanner;
  simdjson::dom::parser parser;
  std::vector<JsonValue> values;
  std::vector<size_t> ranks;  // of the key that each value is under
  std::deque<std::string> kept;
  const Key* doubled = nullptr;
  JsonValue unused;  // takes what stands for no field

  static constexpr size_t kMaxKeys = 10'000;

  explicit Impl(const Schema& schema) : values(schema.fields.size()), ranks(schema.fields.size()) {
    for (size_t f = 0; f < schema.fields.size(); ++f)
      meanings.emplace(Plain(schema.fields[f].name), std::pair(f, 0));
    for (size_t f = 0; f < schema.fields.size(); ++f) {
      size_t rank = 0;
      for (const std::string& alias : schema.fields[f].aliases) {
        meanings.emplace(Plain(alias), std::pair(f, ++rank));
      }
    }
  }

  // The key's entry; nullptr when there are too many of them (an object of that many keys is no record).
  Key* FindKey(std::string_view name) {
    for (size_t i = next_key; i < order.size() && i < next_key + 4; ++i) {
      if (!SameKey(order[i].name, name)) continue;
      next_key = i + 1;
      return order[i].key;
    }
    auto known = by_name.find(name);
    if (known != by_name.end()) {
      next_key = known->second->place + 1;
      return known->second;
    }
    if (keys.size() == kMaxKeys) return nullptr;
    Key& key = keys.emplace_back();
    key.name = name;
    key.place = order.size();
    if (auto meaning = meanings.find(Plain(name)); meaning != meanings.end()) {
      std::tie(key.field, key.rank) = meaning->second;
    }
    by_name.emplace(key.name, &key);
    order.push_back({key.name, &key});
    next_key = order.size();
    return &key;
  }

  // Where the value under this key belongs; nullptr when the object had the key already.
  JsonValue* Place(std::string_view name) {
    Key* key = FindKey(name);
    if (key == nullptr) return &unused;
    if (key->seen == object) {
      doubled = key;
      return nullptr;
    }
    key->seen = object;
    if (key->field == kNone) return &unused;
    JsonValue& to = values[key->field];
    if (to.kind != JsonKind::kAbsent && ranks[key->field] <= key->rank) return &unused;
    to.key = key->name;
    ranks[key->field] = key->rank;
    return &to;
  }

  void Begin() {
    for (JsonValue& value : values) value.kind = JsonKind::kAbsent;
    next_key = 0;
    ++object;
  }

  int Scan(std::string_view json);
  Step ReadFlat();
  bool ReadScalar(std::string_view token, JsonValue& value) const;
  bool ReadAny(std::string_view json, Fault& fault);
  JsonValue ValueOf(const element& value, std::string_view token, std::string_view key);
  std::vector<std::string_view> TopTokens() const;
  std::string_view Token(uint32_t i) const {
    uint32_t begin = scanner->structural_indexes[i], end = scanner->structural_indexes[i + 1];
    return TrimBlanks({buffer.data() + begin, end - begin});
  }
};

// Finds the structure: where brackets, colons, commas and values begin.
int JsonFields::Impl::Scan(std::string_view json) {
  buffer.resize(std::max(buffer.size(), json.size() + kJsonPadding));
  json.copy(buffer.data(), json.size());
  std::memset(buffer.data() + json.size(), 0, kJsonPadding);
  escapes = json.find('\\') != std::string_view::npos;
  int error = simdjson::SUCCESS;
  if (!scanner) {
    error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        std::max<size_t>(json.size(), 4096), simdjson::DEFAULT_MAX_DEPTH, scanner);
  } else if (scanner->capacity() < json.size()) {
    error = scanner->allocate(json.size(), simdjson::DEFAULT_MAX_DEPTH);
  }
  if (error) return error;
  return scanner->stage1(reinterpret_cast<const uint8_t*>(buffer.data()), json.size(),
                         simdjson::stage1_mode::regular);
}

// A value that is certainly right as it stands.
bool JsonFields::Impl::ReadScalar(std::string_view token, JsonValue& value) const {
  switch (token[0]) {
    case '"':
      if (token.size() < 2 || token.back() != '"') return false;
      value.kind = JsonKind::kText;
      value.text = token.substr(1, token.size() - 2);
      // Without a backslash its first '"' ends it, and another would have begun another token.
      return !escapes || std::memchr(value.text.data(), '\\', value.text.size()) == nullptr;
    case 'n': value.kind = JsonKind::kNull; return token == "null";
    case 't': value.kind = JsonKind::kTrue; return token == "true";
    case 'f': value.kind = JsonKind::kFalse; return token == "false";
    default: return ReadPlainNumber(token, value);
  }
}

// The way of most records: nothing nested, nothing escaped, no long numbers. Says kLookCloser at anything
// else, right or wrong.
JsonFields::Impl::Step JsonFields::Impl::ReadFlat() {
  const uint32_t* at = scanner->structural_indexes.get();
  uint32_t count = scanner->n_structural_indexes;
  const char* text = buffer.data();
  if (count < 2 || text[at[0]] != '{') return Step::kLookCloser;
  if (text[at[1]] == '}') return count == 2 ? Step::kDone : Step::kLookCloser;
  for (uint32_t i = 1; i + 3 < count; i += 4) {
    if (text[at[i]] != '"' || text[at[i + 1]] != ':') return Step::kLookCloser;
    std::string_view key = Token(i);
    if (key.size() < 2 || key.back() != '"') return Step::kLookCloser;
    key = key.substr(1, key.size() - 2);
    if (escapes && std::memchr(key.data(), '\\', key.size()) != nullptr) return Step::kLookCloser;
    JsonValue* value = Place(key);
    if (value == nullptr) return Step::kTwice;
    if (!ReadScalar(Token(i + 2), *value)) return Step::kLookCloser;
    char behind = text[at[i + 3]];
    if (behind == '}' && i + 4 != count) return Step::kLookCloser;
    if (behind != '}' && behind != ',') return Step::kLookCloser;
    if (behind == '}') return Step::kDone;
  }
  return Step::kLookCloser;
}

// The values of the object's members as they stand. Only for an object that was parsed.
std::vector<std::string_view> JsonFields::Impl::TopTokens() const {
  std::vector<std::string_view> tokens;
  int depth = 0;
  for (uint32_t i = 0; i < scanner->n_structural_indexes; ++i) {
    char c = buffer[scanner->structural_indexes[i]];
    if (c == ':' && depth == 1) tokens.push_back(Token(i + 1));
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return tokens;
}

JsonValue JsonFields::Impl::ValueOf(const element& value, std::string_view token, std::string_view key) {
  JsonValue result;
  result.key = key;
  switch (value.type()) {
    case element_type::STRING:
      result.kind = JsonKind::kText;
      result.text = value.get_string().value_unsafe();
      break;
    case element_type::BOOL:
      result.kind = value.get_bool().value_unsafe() ? JsonKind::kTrue : JsonKind::kFalse;
      break;
    case element_type::NULL_VALUE: result.kind = JsonKind::kNull; break;
    case element_type::ARRAY:
    case element_type::OBJECT:
      result.kind = JsonKind::kNested;
      AppendJson(value, kept.emplace_back());
      result.text = kept.back();
      break;
    default:
      if (ReadPlainNumber(token, result)) break;
      result.kind = JsonKind::kNumber;
      result.text = token;
  }
  return result;
}

// Any line, read as JsonLines reads it.
bool JsonFields::Impl::ReadAny(std::string_view json, Fault& fault) {
  element document;
  simdjson::dom::object members;
  if (auto error = parser.parse(buffer.data(), json.size(), false).get(document)) {
    fault = JsonFault(error, json);
    return false;
  }
  if (document.get(members)) {
    fault = {"", "not a JSON object"};
    return false;
  }
  std::vector<std::string_view> tokens = TopTokens();
  size_t i = 0;
  for (auto [key, value] : members) {
    JsonValue* to = Place(key);
    if (to == nullptr) return false;
    *to = ValueOf(value, tokens[i++], to->key);
  }
  return true;
}

JsonFields::JsonFields(const Schema& schema) : impl_(std::make_unique<Impl>(schema)) {}
JsonFields::~JsonFields() = default;

bool JsonFields::Read(std::string_view json, Fault& fault) {
  Impl& impl = *impl_;
  impl.kept.clear();
  impl.Begin();
  impl.doubled = nullptr;
  bool good = impl.Scan(json) == simdjson::SUCCESS;
  Impl::Step step = good ? impl.ReadFlat() : Impl::Step::kLookCloser;
  if (step == Impl::Step::kDone) return true;
  // Also what has a key twice: there may be worse behind it.
  impl.Begin();
  impl.doubled = nullptr;
  if (impl.ReadAny(json, fault)) return true;
  if (impl.doubled != nullptr) fault = TwiceFault(impl.doubled->name);
  return false;
}

const std::vector<JsonValue>& JsonFields::values() const { return impl_->values; }

std::string_view JsonFields::Keep(std::string text) { return impl_->kept.emplace_back(std::move(text)); }

std::string_view JsonFields::TextOf(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::kTrue: return "true";
    case JsonKind::kFalse: return "false";
    case JsonKind::kNumber: break;
    default: return value.text;
  }
  if (IsWhole(value.text)) return value.text == "-0" ? "0" : value.text;
  return Keep(NumberText(DoubleOf(value.text)));
}

std::string_view JsonFields::ShortestOf(const JsonValue& value) {
  if (IsWhole(value.text)) return value.text == "-0" ? "0" : value.text;
  char text[64];
  auto end = std::to_chars(text, text + sizeof(text), DoubleOf(value.text));
  return Keep(std::string(text, end.ptr));
}

}  // namespace souk::record
