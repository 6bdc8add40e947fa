#include <algorithm>

#include "sql/macro.h"
#include "sql/macro_text.h"
#include "sql/scan.h"

namespace souk::sql {
namespace {

// Definitions call other macros, but never this deep unless they call each other in a circle.
constexpr int kDeepest = 20;

struct Expander {
  const std::vector<Macro>& macros;
  const std::string& dialect;
  const MacroVariables& variables;

  Result<std::string> Expand(std::string_view sql, int depth) const;
  Result<std::string> ExpandCall(const Macro& macro, const std::vector<std::string_view>& given,
                                 int depth) const;
  const Macro* Find(std::string_view word) const {
    std::string name = LowerAscii(word);
    auto found = std::find_if(macros.begin(), macros.end(), [&](const Macro& m) { return m.name == name; });
    return found == macros.end() ? nullptr : &*found;
  }
};

struct Call {
  std::vector<std::string_view> arguments;
  size_t end = 0;  // one past the closing parenthesis; 0 = never closed
};

// The arguments of the call whose parenthesis opens at `open`.
Call ReadCall(std::string_view sql, size_t open) {
  Call call;
  int depth = 0;
  size_t begin = open + 1;
  auto take = [&](size_t end) { call.arguments.push_back(TrimBlanks(sql.substr(begin, end - begin))); };
  for (size_t at = open; at < sql.size();) {
    Span span = NextSpan(sql, at);
    char c = span.piece == Piece::kOther ? sql[at] : ' ';
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (depth == 0) {
      take(at);
      call.end = span.end;
      break;
    }
    if (depth == 1 && c == ',') {
      take(at);
      begin = span.end;
    }
    at = span.end;
  }
  if (call.arguments.size() == 1 && call.arguments[0].empty()) call.arguments.clear();
  return call;
}

size_t SkipBlanks(std::string_view sql, size_t at) {
  while (at < sql.size()) {
    Span span = NextSpan(sql, at);
    if (span.piece != Piece::kBlank && span.piece != Piece::kComment) break;
    at = span.end;
  }
  return at;
}

// A single word, string or pair of parentheses needs no others around it.
bool IsSimple(std::string_view text) {
  if (text.empty()) return false;
  // {name} is a placeholder, whose value brings its own.
  if (text[0] == '(' || text[0] == '{') return ReadCall(text, 0).end == text.size();
  Span span = NextSpan(text, 0);
  bool single =
      span.piece == Piece::kWord || span.piece == Piece::kString || span.piece == Piece::kQuotedName;
  return single && span.end == text.size();
}

std::string Parenthesized(std::string text) {
  if (IsSimple(text)) return text;
  // A line comment at the end must not swallow the parenthesis.
  size_t line = text.find_last_of('\n');
  bool comment = text.find("--", line == std::string::npos ? 0 : line) != std::string::npos;
  return "(" + text + (comment ? "\n)" : ")");
}

Result<std::string> Expander::ExpandCall(const Macro& macro, const std::vector<std::string_view>& given,
                                         int depth) const {
  if (given.size() != macro.args.size()) {
    return Fail(Code::kInvalid, "{} takes {} arguments, not {}", macro.name, macro.args.size(), given.size());
  }
  auto definition = macro.dialects.find(dialect);
  if (definition == macro.dialects.end()) {
    return Fail(Code::kInvalid, "the macro {} has no definition for {}", macro.name, dialect);
  }
  // The definition first, so that nothing a caller wrote is taken for a part of it.
  TRY(std::string own, Expand(definition->second, depth + 1));
  auto value = [&](const std::string& name) -> Result<std::string> {
    auto arg = std::find(macro.args.begin(), macro.args.end(), name);
    if (arg != macro.args.end()) {
      TRY(std::string text, Expand(given[static_cast<size_t>(arg - macro.args.begin())], depth + 1));
      return Parenthesized(std::move(text));
    }
    auto variable = variables.find(name);
    if (variable != variables.end()) return EscapeQuotes(variable->second);
    return Fail(Code::kInvalid, "the macro {} wants the variable {}, which has no value", macro.name, name);
  };
  TRY(std::string filled, FillPlaceholders(own, value));
  return Parenthesized(std::string(TrimBlanks(filled)));
}

Result<std::string> Expander::Expand(std::string_view sql, int depth) const {
  if (depth > kDeepest) return Fail(Code::kInvalid, "the macros call each other in a circle");
  std::string expanded;
  bool after_dot = false;  // s.name(…) is somebody else's function
  for (size_t at = 0; at < sql.size();) {
    Span span = NextSpan(sql, at);
    std::string_view text = sql.substr(at, span.end - at);
    const Macro* macro = span.piece == Piece::kWord && !after_dot ? Find(text) : nullptr;
    size_t open = macro == nullptr ? 0 : SkipBlanks(sql, span.end);
    after_dot = text == ".";
    if (macro == nullptr || open >= sql.size() || sql[open] != '(') {
      expanded += text;
      at = span.end;
      continue;
    }
    Call call = ReadCall(sql, open);
    if (call.end == 0)
      return Fail(Code::kInvalid, "the call of {} is not closed by a parenthesis", macro->name);
    TRY(std::string replacement, ExpandCall(*macro, call.arguments, depth));
    expanded += replacement;
    at = call.end;
  }
  return expanded;
}

}  // namespace

Result<std::string> ExpandMacros(std::string_view sql, const std::vector<Macro>& macros,
                                 const std::string& dialect, const MacroVariables& variables) {
  return Expander{macros, dialect, variables}.Expand(sql, 0);
}

}  // namespace souk::sql
