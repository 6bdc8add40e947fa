#include "sql/hint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/scan.h"

namespace souk::sql {
namespace {

constexpr auto kHints = std::to_array<std::string_view>(
    {"broadcast", "broadcastjoin", "clustered", "coalesce", "mapjoin", "merge", "mergejoin", "noclustered",
     "noshuffle", "rebalance", "repartition", "repartition_by_range", "shuffle", "shuffle_hash",
     "shuffle_merge", "shuffle_replicate_nl", "shufflemerge", "straight_join"});
static_assert(std::is_sorted(kHints.begin(), kHints.end()));

struct Token {
  std::string word;  // lower case; other pieces as they are
  size_t begin;
  size_t end;
};

// What a comment hints at; "" when it is just a comment.
std::string HintOf(std::string_view comment) {
  comment.remove_prefix(2);
  if (comment.ends_with("*/")) comment.remove_suffix(2);
  comment = TrimBlanks(comment);
  if (!comment.starts_with('+')) return "";
  comment = TrimBlanks(comment.substr(1));
  if (comment.empty()) return "";
  std::string first = LowerAscii(comment.substr(0, NextSpan(comment, 0).end));
  if (!std::binary_search(kHints.begin(), kHints.end(), first)) return "";
  std::string hint;  // in one line
  for (size_t at = 0; at < comment.size();) {
    Span span = NextSpan(comment, at);
    hint += span.piece == Piece::kBlank ? " " : comment.substr(at, span.end - at);
    at = span.end;
  }
  return hint;
}

// SELECT straight_join, …, SELECT straight_join FROM and the like name a column.
bool IsColumn(const Token* next) {
  if (next == nullptr) return true;
  return next->word == "from" || next->word == "as" || next->word == "," || next->word == "." ||
         next->word == ")" || next->word == ";";
}

void Blank(std::string& sql, size_t begin, size_t end) {
  std::fill(sql.begin() + static_cast<ptrdiff_t>(begin), sql.begin() + static_cast<ptrdiff_t>(end), ' ');
}

// SELECT [ALL|DISTINCT] STRAIGHT_JOIN at `i`.
bool IsStraightJoin(const std::vector<Token>& tokens, size_t i) {
  if (tokens[i].word != "straight_join" || i == 0) return false;
  size_t before = i - 1;
  if (before > 0 && (tokens[before].word == "all" || tokens[before].word == "distinct")) --before;
  return tokens[before].word == "select" && !IsColumn(i + 1 < tokens.size() ? &tokens[i + 1] : nullptr);
}

// JOIN [SHUFFLE] whose bracket is at `i`.
bool IsBracketed(const std::vector<Token>& tokens, size_t i) {
  return i > 0 && i + 2 < tokens.size() && tokens[i].word == "[" && tokens[i - 1].word == "join" &&
         tokens[i + 2].word == "]" && std::binary_search(kHints.begin(), kHints.end(), tokens[i + 1].word);
}

}  // namespace

Hinted TakeHints(std::string_view statement) {
  Hinted hinted{std::string(statement), {}};
  std::vector<Token> tokens;
  for (size_t at = 0; at < statement.size();) {
    Span span = NextSpan(statement, at);
    std::string_view text = statement.substr(at, span.end - at);
    if (span.piece == Piece::kComment) {
      if (std::string hint = HintOf(text); !hint.empty()) hinted.hints.push_back(std::move(hint));
    } else if (span.piece != Piece::kBlank) {
      tokens.push_back({LowerAscii(text), at, span.end});
    }
    at = span.end;
  }
  for (size_t i = 0; i < tokens.size(); ++i) {
    size_t last = IsStraightJoin(tokens, i) ? i : IsBracketed(tokens, i) ? i + 2 : 0;
    if (last == 0) continue;
    size_t name = last == i ? i : i + 1;
    hinted.hints.emplace_back(statement.substr(tokens[name].begin, tokens[name].end - tokens[name].begin));
    Blank(hinted.sql, tokens[i].begin, tokens[last].end);
  }
  return hinted;
}

std::string HintNotice(const std::vector<std::string>& hints) {
  std::string notice;
  for (const std::string& hint : hints) {
    notice += fmt::format("{}hint {} has no effect here: one machine", notice.empty() ? "" : "\n", hint);
  }
  return notice;
}

}  // namespace souk::sql
