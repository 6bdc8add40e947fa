#include "ingest/blank_runs.h"

#include <algorithm>
#include <map>

#include "record/csv_scanner.h"
#include "record/values.h"

namespace souk::ingest {

void BlankRuns::Append(std::string_view text, std::string& out) {
  for (char c : text) {
    if (c == '"') quoted_ = !quoted_;
    if (quoted_ && c != '"') {
      out += c;
    } else if (c == ' ' || c == '\t') {
      blank_ = begun_;
    } else if (c == '\n' || c == '\r') {
      out += c;
      begun_ = blank_ = false;
    } else {
      if (blank_) out += '\t';
      blank_ = false;
      begun_ = true;
      out += c;
    }
  }
}

bool IsBlankSeparated(std::string_view sample, bool whole) {
  constexpr size_t kLines = 400, kLeast = 3;
  bool runs = sample.find("  ") != std::string_view::npos;
  std::string text;
  BlankRuns().Append(sample, text);
  record::CsvDialect dialect;
  dialect.delimiter = '\t';
  record::CsvScanner scanner(dialect);
  scanner.Feed(text, whole);
  record::CsvRecord record;
  std::map<size_t, size_t> widths;
  size_t lines = 0, numbers = 0;
  while (lines < kLines && scanner.Next(record) == record::CsvScanner::Step::kRecord) {
    if (record.content.empty()) continue;
    ++lines;
    ++widths[record.fields.size()];
    numbers += std::any_of(record.fields.begin(), record.fields.end(), [](const auto& field) {
      int64_t ignored = 0;
      return record::ReadDecimal(field.text, 18, 0, {}, ignored) == record::ValueFault::kNone;
    });
  }
  for (const auto& [width, count] : widths) {
    if (width > 1 && count * 10 >= lines * 9) return lines >= kLeast && (runs || numbers * 2 > lines);
  }
  return false;
}

}  // namespace souk::ingest
