#include "sql/scan.h"

namespace souk::sql {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool IsWord(char c) { return IsWordStart(c) || IsDigit(c); }

size_t QuotedEnd(std::string_view sql, size_t at, bool backslash) {
  char quote = sql[at];
  for (size_t i = at + 1; i < sql.size(); ++i) {
    if (backslash && sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      if (i + 1 >= sql.size() || sql[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return sql.size();
}

// $$…$$ and $tag$…$tag$; `at` when it is a parameter such as $from, or a lone dollar.
size_t DollarEnd(std::string_view sql, size_t at) {
  size_t tag = at + 1;
  if (tag < sql.size() && IsDigit(sql[tag])) return at;
  while (tag < sql.size() && IsWord(sql[tag])) ++tag;
  if (tag >= sql.size() || sql[tag] != '$') return at;
  std::string_view mark = sql.substr(at, tag + 1 - at);
  size_t close = sql.find(mark, tag + 1);
  return close == std::string_view::npos ? sql.size() : close + mark.size();
}

size_t BlockCommentEnd(std::string_view sql, size_t at) {
  int depth = 0;
  for (size_t i = at; i + 1 < sql.size(); ++i) {
    if (sql[i] == '/' && sql[i + 1] == '*') {
      ++depth;
      ++i;
    } else if (sql[i] == '*' && sql[i + 1] == '/') {
      ++i;
      if (--depth == 0) return i + 1;
    }
  }
  return sql.size();
}

}  // namespace

Span NextSpan(std::string_view sql, size_t at) {
  char c = sql[at];
  std::string_view pair = sql.substr(at, 2);
  size_t end = at + 1;
  if (IsBlank(c)) {
    while (end < sql.size() && IsBlank(sql[end])) ++end;
    return {Piece::kBlank, end};
  }
  if (pair == "--") {
    end = sql.find('\n', at);
    return {Piece::kComment, end == std::string_view::npos ? sql.size() : end + 1};
  }
  if (pair == "/*") return {Piece::kComment, BlockCommentEnd(sql, at)};
  if (c == '\'') return {Piece::kString, QuotedEnd(sql, at, false)};
  if (c == '"' || c == '`') return {Piece::kQuotedName, QuotedEnd(sql, at, false)};
  if (pair == "e'" || pair == "E'") return {Piece::kString, QuotedEnd(sql, at + 1, true)};
  if (c == '$') {
    size_t close = DollarEnd(sql, at);
    return close == at ? Span{Piece::kOther, end} : Span{Piece::kString, close};
  }
  if (!IsWord(c)) return {Piece::kOther, end};
  while (end < sql.size() && (IsWord(sql[end]) || sql[end] == '$')) ++end;
  return {Piece::kWord, end};
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace souk::sql
