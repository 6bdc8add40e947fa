#include "warehouse/text.h"

#include <algorithm>
#include <cctype>

namespace souk::warehouse {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

// The end of the string, quoted name or comment that begins at `at`; `at` itself when there is none.
size_t SkipQuoted(std::string_view sql, size_t at) {
  char c = sql[at];
  if (c == '\'' || c == '"') {
    // A doubled quote reads as the end of one string and the begin of the next, which comes to the same.
    size_t end = sql.find(c, at + 1);
    return end == std::string_view::npos ? sql.size() : end + 1;
  }
  if (sql.substr(at, 2) == "--") return std::min(sql.find('\n', at), sql.size());
  if (sql.substr(at, 2) == "/*") {
    size_t end = sql.find("*/", at + 2);
    return end == std::string_view::npos ? sql.size() : end + 2;
  }
  return at;
}

std::string Lower(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

Result<std::string> FillIn(std::string_view text, const std::string& origin,
                           const std::function<std::optional<std::string>(std::string_view name)>& resolve) {
  std::string out;
  while (true) {
    size_t open = text.find("{{");
    if (open == std::string_view::npos) return out.append(text);
    size_t close = text.find("}}", open);
    if (close == std::string_view::npos) return Fail(Code::kInvalid, "{}: a {{{{ is not closed", origin);
    std::string_view name = Trim(text.substr(open + 2, close - open - 2));
    auto value = resolve(name);
    if (!value) return Fail(Code::kInvalid, "{}: {{{{ {} }}}} is not known", origin, name);
    out.append(text.substr(0, open)).append(*value);
    text.remove_prefix(close + 2);
  }
}

std::string NameRelations(std::string_view sql, const std::map<std::string, std::string>& names) {
  std::string out;
  bool relation_next = false;
  for (size_t at = 0; at < sql.size();) {
    if (size_t end = SkipQuoted(sql, at); end != at) {
      // A comment may stand between FROM and the name; a quoted name is not ours to change.
      if (sql[at] == '\'' || sql[at] == '"') relation_next = false;
      out.append(sql.substr(at, end - at));
      at = end;
      continue;
    }
    if (!IsWord(sql[at])) {
      if (!std::isspace(static_cast<unsigned char>(sql[at]))) relation_next = false;
      out += sql[at++];
      continue;
    }
    size_t end = at;
    while (end < sql.size() && IsWord(sql[end])) ++end;
    std::string word = Lower(sql.substr(at, end - at));
    auto found = names.find(word);
    bool qualified = end < sql.size() && sql[end] == '.';
    out.append(relation_next && !qualified && found != names.end() ? found->second
                                                                   : std::string(sql.substr(at, end - at)));
    relation_next = word == "from" || word == "join";
    at = end;
  }
  return out;
}

}  // namespace souk::warehouse
