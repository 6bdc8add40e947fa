#include "sql/macro_text.h"

#include <algorithm>

#include "sql/database.h"

namespace souk::sql {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

}  // namespace

Result<std::string> FillPlaceholders(
    std::string_view definition, const std::function<Result<std::string>(const std::string& name)>& value) {
  std::string filled;
  for (size_t at = 0; at < definition.size();) {
    size_t close = definition[at] == '{' ? definition.find('}', at) : std::string_view::npos;
    std::string_view name = close == std::string_view::npos ? "" : definition.substr(at + 1, close - at - 1);
    if (!IsName(name)) {
      filled += definition[at++];
      continue;
    }
    TRY(std::string text, value(std::string(name)));
    filled += text;
    at = close + 1;
  }
  return filled;
}

std::string EscapeQuotes(const std::string& text) {
  std::string literal = QuoteLiteral(text);
  return literal.substr(1, literal.size() - 2);
}

}  // namespace souk::sql
