#include "kafka/java_properties.h"

#include <algorithm>
#include <charconv>

namespace souk::kafka {
namespace {

constexpr std::string_view kBlanks = " \t\f";

void AppendUtf8(std::string& to, uint32_t code) {
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xc0 | (code >> 6));
    to += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    to += static_cast<char>(0xe0 | (code >> 12));
    to += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    to += static_cast<char>(0x80 | (code & 0x3f));
  }
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char c = text[++i];
    uint32_t code = 0;
    if (c == 'u' && i + 4 < text.size() &&
        std::from_chars(&text[i + 1], &text[i + 1] + 4, code, 16).ptr == &text[i + 1] + 4) {
      AppendUtf8(out, code);
      i += 4;
      continue;
    }
    constexpr std::string_view kLetters = "tnrf";
    constexpr std::string_view kMeant = "\t\n\r\f";
    size_t at = kLetters.find(c);
    out += at == std::string_view::npos ? c : kMeant[at];
  }
  return out;
}

// Whether the line ends with a backslash that is not itself escaped.
bool GoesOn(std::string_view line) {
  size_t last = line.find_last_not_of('\\');
  return (line.size() - (last == std::string_view::npos ? 0 : last + 1)) % 2 == 1;
}

JavaProperty Split(std::string_view line, int number) {
  size_t end = 0;
  while (end < line.size() && line[end] != '=' && line[end] != ':' &&
         kBlanks.find(line[end]) == std::string_view::npos) {
    end += line[end] == '\\' ? 2 : 1;
  }
  end = std::min(end, line.size());
  std::string_view value = line.substr(end);
  value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
  if (!value.empty() && (value[0] == '=' || value[0] == ':')) value.remove_prefix(1);
  value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
  return {number, Unescape(line.substr(0, end)), Unescape(value)};
}

}  // namespace

std::vector<JavaProperty> ReadJavaProperties(std::string_view content) {
  std::vector<JavaProperty> all;
  std::string logical;
  int number = 0;
  int begin = 0;
  while (!content.empty()) {
    size_t end = std::min(content.find('\n'), content.size());
    std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    bool fresh = begin == 0;
    if (fresh && (line.empty() || line[0] == '#' || line[0] == '!')) continue;
    if (fresh) begin = number;
    bool more = GoesOn(line) && !content.empty();
    if (GoesOn(line)) line.remove_suffix(1);
    logical += line;
    if (more) continue;
    all.push_back(Split(logical, begin));
    logical.clear();
    begin = 0;
  }
  return all;
}

}  // namespace souk::kafka
