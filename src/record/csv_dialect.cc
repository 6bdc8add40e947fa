#include "record/csv_dialect.h"

#include <algorithm>
#include <map>

#include "record/times.h"
#include "record/values.h"

namespace souk::record {
namespace {

constexpr size_t kRecords = 400;  // looked at

// What the beginning looks like when it is read in one way.
struct Trial {
  size_t records = 0;
  size_t fields = 0;  // of most records
  size_t alike = 0;   // records with that many fields
  size_t problems = 0;
};

Trial Try(const CsvDialect& dialect, std::string_view sample, bool whole) {
  CsvScanner scanner(dialect);
  scanner.Feed(sample, whole);
  Trial trial;
  std::map<size_t, size_t> counts;
  CsvRecord record;
  while (trial.records < kRecords && scanner.Next(record) == CsvScanner::Step::kRecord) {
    if (record.content.empty()) continue;
    ++trial.records;
    trial.problems += record.problem != CsvProblem::kNone;
    if (record.problem == CsvProblem::kNone) ++counts[record.fields.size()];
  }
  for (const auto& [fields, count] : counts) {
    if (count < trial.alike) continue;
    trial.alike = count;
    trial.fields = fields;
  }
  return trial;
}

double Share(const Trial& trial) {
  return trial.records ? static_cast<double>(trial.alike) / static_cast<double>(trial.records) : 0;
}

// One field per line is what a wrong delimiter gives; otherwise the more even cut is better, then the finer
// one.
bool Better(const Trial& a, const Trial& b) {
  if ((a.fields > 1) != (b.fields > 1)) return a.fields > 1;
  double difference = Share(a) - Share(b);
  if (difference > 0.05 || difference < -0.05) return difference > 0;
  return a.fields > b.fields;
}

std::string LineEndOf(std::string_view sample) {
  size_t end = sample.find('\n');
  if (end == std::string_view::npos) return sample.find('\r') == std::string_view::npos ? "\n" : "\r";
  bool single = end > 0 && sample[end - 1] == '\r' && (end == 1 || sample[end - 2] != '\r');
  return single ? "\r\n" : "\n";
}

}  // namespace

CsvDialect DetectCsvDialect(std::string_view sample, bool whole, char given_delimiter) {
  CsvDialect best;
  best.line_end = LineEndOf(sample);
  Trial best_trial;
  for (char delimiter : {',', ';', '\t', '|'}) {
    CsvDialect dialect = best;
    dialect.delimiter = given_delimiter ? given_delimiter : delimiter;
    dialect.quote = dialect.escape = '"';
    Trial trial = Try(dialect, sample, whole);
    if (trial.problems > 0) {
      // Quotes that do not add up may be escaped by backslashes, or be no quotes at all.
      CsvDialect other = dialect;
      other.escape = '\\';
      Trial escaped = Try(other, sample, whole);
      other.quote = '\0';
      other.escape = '\0';
      Trial bare = Try(other, sample, whole);
      if (escaped.problems < trial.problems && escaped.alike > trial.alike) {
        dialect.escape = '\\';
        trial = escaped;
      } else if (trial.problems * 3 > trial.records && bare.alike > trial.alike) {
        dialect = other;
        trial = bare;
      }
    }
    if (Better(trial, best_trial)) {
      best = dialect;
      best_trial = trial;
    }
    if (given_delimiter) {
      best = dialect;
      break;
    }
  }
  best.header = GuessHeader(best, sample, whole).header;
  return best;
}

// A header has names only: no number and no time.
HeaderGuess GuessHeader(const CsvDialect& dialect, std::string_view sample, bool whole) {
  CsvScanner scanner(dialect);
  scanner.Feed(sample, whole);
  CsvRecord record;
  while (scanner.Next(record) == CsvScanner::Step::kRecord && record.content.empty()) {
  }
  if (record.fields.empty()) return {true, "there is no whole line to judge by"};
  bool any = false;
  for (const CsvField& field : record.fields) {
    int64_t number = 0;
    any |= !IsMissing(field.text);
    if (ReadDecimal(field.text, 18, 4, {'.', true}, number) == ValueFault::kNone)
      return {false, fmt::format("its first line holds the number {}", field.text.substr(0, 40))};
    if (GuessTimeFormat({field.text}).found)
      return {false, fmt::format("its first line holds the time {}", field.text.substr(0, 40))};
  }
  if (!any) return {false, "its first line holds no text"};
  return {true, "no value of its first line is a number or a time"};
}

Result<char> ParseDelimiter(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() == 1 && text[0] != '"' && text[0] != '\n' && text[0] != '\r' && text[0] != '\0' &&
      text[0] != '\\') {
    return text[0];
  }
  return Fail(Code::kInvalid, "'{}' cannot separate fields; give one character such as , ; | or tab", text);
}

std::string DelimiterName(char delimiter) {
  switch (delimiter) {
    case ',': return "comma";
    case ';': return "semicolon";
    case '\t': return "tab";
    case '|': return "pipe";
    default: return fmt::format("'{}'", delimiter);
  }
}

}  // namespace souk::record
