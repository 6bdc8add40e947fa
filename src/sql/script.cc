#include "sql/door.h"
#include "sql/scan.h"

namespace souk::sql {

std::vector<std::string> SplitStatements(std::string_view script) {
  std::vector<std::string> statements;
  size_t begin = 0;
  bool something = false;  // more than blanks and comments
  auto take = [&](size_t end) {
    if (something) statements.emplace_back(TrimBlanks(script.substr(begin, end - begin)));
    something = false;
  };
  for (size_t at = 0; at < script.size();) {
    Span span = NextSpan(script, at);
    if (span.piece == Piece::kOther && script[at] == ';') {
      take(at);
      begin = span.end;
    } else if (span.piece != Piece::kBlank && span.piece != Piece::kComment) {
      something = true;
    }
    at = span.end;
  }
  take(script.size());
  return statements;
}

}  // namespace souk::sql
