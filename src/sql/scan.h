// Walking over SQL text without parsing it: strings, quoted names and comments are stepped over as a whole.
// For the sources of this room only.
#pragma once

#include <string>
#include <string_view>

namespace souk::sql {

// What begins at `at`, and where it ends.
enum class Piece { kBlank, kComment, kString, kQuotedName, kWord, kOther };

struct Span {
  Piece piece;
  size_t end;  // one past the last character
};

// `at` must be inside `sql`. A word is a name, keyword or number; kOther is one character. Understands '' and
// "" inside quotes, e'…\'…', `…`, $$…$$, $tag$…$tag$, -- and nested /* */ comments; what is not closed ends
// with the text.
Span NextSpan(std::string_view sql, size_t at);

std::string LowerAscii(std::string_view text);
std::string_view TrimBlanks(std::string_view text);

}  // namespace souk::sql
