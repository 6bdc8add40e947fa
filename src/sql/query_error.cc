#include "sql/query_error.h"

#include <array>
#include <cctype>

namespace souk::sql {
namespace {

struct Kind {
  std::string_view prefix;
  Code code;
  bool keep;  // the prefix says something to the reader
};

// DuckDB's kinds of error as they stand at the beginning of its texts; others are kInvalid.
constexpr std::array kKinds = {
    Kind{"Parser Error", Code::kInvalid, false},
    Kind{"Syntax Error", Code::kInvalid, false},
    Kind{"Binder Error", Code::kInvalid, false},
    Kind{"Catalog Error", Code::kNotFound, false},
    Kind{"Conversion Error", Code::kInvalid, false},
    Kind{"Invalid Input Error", Code::kInvalid, false},
    Kind{"Out of Range Error", Code::kInvalid, false},
    Kind{"Constraint Error", Code::kInvalid, false},
    Kind{"Invalid Error", Code::kInvalid, false},
    Kind{"Not implemented Error", Code::kUnsupported, false},
    Kind{"TransactionContext Error", Code::kUnavailable, false},
    Kind{"Permission Error", Code::kDenied, false},
    Kind{"IO Error", Code::kIo, false},
    Kind{"Out of Memory Error", Code::kUnavailable, false},
    Kind{"INTERRUPT Error", Code::kCancelled, false},
    Kind{"Serialization Error", Code::kCorrupt, true},
    Kind{"FATAL Error", Code::kCorrupt, true},
    Kind{"INTERNAL Error", Code::kCorrupt, true},
};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Runs of blanks and line ends become one blank.
std::string OneLine(std::string_view text) {
  std::string line;
  for (char c : text) {
    bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string Shorten(std::string line, size_t limit) {
  if (line.size() <= limit) return line;
  size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80)
    --end;  // not inside a UTF-8 character
  return line.substr(0, end) + "…";
}

// " (line 3: foo(2))" out of DuckDB's excerpt "LINE 3:   foo(2)", or nothing.
std::string Place(std::string_view text) {
  size_t begin = text.find("\nLINE ");
  if (begin == std::string_view::npos) return "";
  std::string_view line = text.substr(begin + 6);
  line = line.substr(0, line.find('\n'));
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "";
  return fmt::format(" (line {}: {})", line.substr(0, colon), Shorten(OneLine(line.substr(colon + 1)), 100));
}

// What stands before the excerpt of the statement, without lists of candidates that fill a screen.
std::string Sentence(std::string_view text) {
  text = text.substr(0, text.find("\nLINE "));
  text = text.substr(0, text.find("\n\nStack Trace"));
  text = text.substr(0, text.find("\n\nPossible solutions"));
  if (size_t list = text.find("\tCandidate functions:"); list != std::string_view::npos)
    text = text.substr(0, list);
  // A suggestion out of DuckDB's own catalog only misleads.
  if (size_t hint = text.find("Did you mean \"pg_"); hint != std::string_view::npos)
    text = text.substr(0, hint);
  return Shorten(OneLine(text), 600);
}

Code RefineCode(Code code, std::string_view text) {
  if (code == Code::kNotFound && Contains(text, "already exists")) return Code::kAlreadyExists;
  if (code == Code::kNotFound && !Contains(text, "does not exist")) return Code::kInvalid;
  // The statement is wrong, not the object missing.
  if (code == Code::kNotFound && Contains(text, "Function with name")) return Code::kInvalid;
  if (code == Code::kUnavailable && Contains(text, "read-only mode")) return Code::kDenied;
  if (code == Code::kIo && Contains(text, "No files found")) return Code::kNotFound;
  return code;
}

std::string Remedy(Code code, std::string_view text, std::string_view memory_setting) {
  if (Contains(text, "No space left on device") || Contains(text, "Disk quota exceeded")) {
    return "; the disk is full: free some space, then run it again";
  }
  if (Contains(text, "max_temp_directory_size")) {
    return "; the disk has too little room for intermediate results: free some space, or ask for less at a "
           "time";
  }
  if (text.starts_with("Out of Memory Error")) {
    return fmt::format(
        "; the memory limit is too small for it: raise the setting {}, or ask for less at a time",
        memory_setting);
  }
  if (code == Code::kCorrupt && Contains(text, "database has been invalidated")) {
    return "; stop the program and start it again";
  }
  return "";
}

}  // namespace

std::string StatementBeginning(std::string_view sql) { return Shorten(OneLine(sql.substr(0, 400)), 80); }

Error QueryError(std::string_view text, const ErrorContext& context) {
  std::string beginning = StatementBeginning(context.sql);
  if (context.reason == StopReason::kTimeout) {
    return {Code::kTimeout,
            fmt::format("the statement took longer than {} s and was stopped; ask for less, or allow "
                        "more time (in: {})",
                        static_cast<double>(context.timeout_ms) / 1000, beginning)};
  }
  if (context.reason == StopReason::kCancelled) return {Code::kCancelled, "stopped on request"};

  Code code = Code::kInvalid;
  std::string_view rest = text;
  for (const Kind& kind : kKinds) {
    if (!text.starts_with(kind.prefix)) continue;
    code = RefineCode(kind.code, text);
    if (!kind.keep && text.size() > kind.prefix.size() + 2) rest = text.substr(kind.prefix.size() + 2);
    break;
  }
  std::string place = Place(text);
  if (place.empty() && !beginning.empty()) place = fmt::format(" (in: {})", beginning);
  return {code, Sentence(rest) + Remedy(code, text, context.memory_setting) + place};
}

Error OpenError(std::string_view text, const std::string& path) {
  if (Contains(text, "Conflicting lock") || Contains(text, "Could not set lock")) {
    std::string holder;
    size_t begin = text.find("held in ");
    size_t end = text.find(". See also");
    if (begin != std::string_view::npos)
      holder = fmt::format(" ({})", text.substr(begin + 8, end - begin - 8));
    return {Code::kUnavailable,
            fmt::format(
                "{} is in use by another program{}: stop that program and try again; when it is `souk up`, "
                "run the command with the same data directory and it goes through it",
                path, holder)};
  }
  if (Contains(text, "not a valid DuckDB database") || Contains(text, "Serialization Error") ||
      Contains(text, "Corrupt")) {
    return {Code::kCorrupt,
            fmt::format("{} is not a DuckDB file, or it is damaged: move it away and build again ({})", path,
                        Sentence(text))};
  }
  Error error = QueryError(text, {});
  return {error.code, fmt::format("cannot open {}: {}", path, error.message)};
}

}  // namespace souk::sql
