#include "ingest/intake/json_split.h"

#include <cstring>

namespace souk::ingest {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Behind the closing quote of the string that begins at `at`.
size_t EndOfString(std::string_view text, size_t at) {
  while (true) {
    const void* quote = std::memchr(text.data() + at + 1, '"', text.size() - at - 1);
    if (quote == nullptr) return text.npos;
    at = static_cast<size_t>(static_cast<const char*>(quote) - text.data());
    size_t slashes = 0;
    while (text[at - 1 - slashes] == '\\') ++slashes;  // ends at the opening quote
    if (slashes % 2 == 0) return at + 1;
  }
}

size_t SkipSpace(std::string_view text, size_t at) {
  while (at < text.size() && IsSpace(text[at])) ++at;
  return at;
}

// Where the value that begins at `at` ends, by its brackets and quotes alone; npos when it does not.
size_t EndOfValue(std::string_view text, size_t at) {
  size_t depth = 0;
  for (; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
        at = EndOfString(text, at);
        if (at == text.npos) return at;
        if (depth == 0) return at;
        --at;
        break;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (depth == 0) return at;  // of what the value stands in
        if (--depth == 0) return at + 1;
        break;
      case ',':
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        if (depth == 0) return at;
        break;
      default: break;
    }
  }
  return depth == 0 ? at : text.npos;
}

tl::unexpected<Error> TooMany(size_t max_records) {
  return Fail(Code::kDenied, "the request has more than {} records; send fewer at a time", max_records);
}

Result<std::vector<std::string_view>> SplitLines(std::string_view body, size_t max_records) {
  std::vector<std::string_view> records;
  while (!body.empty()) {
    std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    line = Trim(line);
    if (line.empty()) continue;
    if (records.size() == max_records) return TooMany(max_records);
    records.push_back(line);
  }
  return records;
}

Result<std::vector<std::string_view>> SplitArray(std::string_view body, size_t max_records) {
  std::vector<std::string_view> records;
  auto broken = [&] {
    return Fail(Code::kInvalid,
                "the array of records is broken at record {}, counted from 0, and nothing was taken; "
                "send valid JSON, or one object per line",
                records.size());
  };
  size_t at = SkipSpace(body, 1);
  if (at < body.size() && body[at] == ']' && SkipSpace(body, at + 1) == body.size()) return records;
  while (true) {
    at = SkipSpace(body, at);
    size_t end = EndOfValue(body, at);
    if (end == body.npos || end == at) return broken();
    if (records.size() == max_records) return TooMany(max_records);
    records.push_back(body.substr(at, end - at));
    at = SkipSpace(body, end);
    if (at == body.size()) return broken();
    if (body[at] == ']') break;
    if (body[at] != ',') return broken();
    ++at;
  }
  if (SkipSpace(body, at + 1) == body.size()) return records;
  return Fail(Code::kInvalid,
              "something follows the array of records, and nothing was taken; end the request with it");
}

}  // namespace

Result<std::vector<std::string_view>> SplitBody(std::string_view body, BodyForm form, size_t max_records) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  body = Trim(body);
  if (body.empty())
    return Fail(Code::kInvalid,
                "the request holds no record; send a JSON object, an array of them, or JSON lines");
  if (form == BodyForm::kLines) return SplitLines(body, max_records);
  if (body.front() == '[') return SplitArray(body, max_records);
  if (body.front() != '{') {
    return Fail(Code::kInvalid,
                "the request is no JSON object, no array of them and no JSON lines; send one of these");
  }
  size_t end = EndOfValue(body, 0);
  bool lines = end != body.size() && body.find('\n') != body.npos;
  if (lines) return SplitLines(body, max_records);
  return std::vector<std::string_view>{body};  // when it is broken, the decoder says how
}

}  // namespace souk::ingest
