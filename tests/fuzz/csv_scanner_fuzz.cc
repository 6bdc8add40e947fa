// CSV in any shape. However the bytes are cut into pieces, the records are the same; together they are the
// input; and a record written regularly has the same fields again. The first byte chooses the dialect, the
// second the pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "record/csv_dialect.h"
#include "record/csv_scanner.h"

namespace souk::record {
namespace {

CsvDialect DialectOf(uint8_t choice) {
  CsvDialect dialect;
  dialect.delimiter = choice & 1 ? ';' : ',';
  if (choice & 2) dialect.escape = '\\';
  if (choice & 4) dialect.quote = dialect.escape = '\0';
  if (choice & 8) dialect.line_end = "\r";
  return dialect;
}

void CheckRewrite(const CsvScanner& scanner, const CsvRecord& record, const CsvDialect& dialect) {
  std::string line, ours, theirs;
  scanner.Rewrite(record, "\n", line);
  CsvScanner again(dialect);
  again.Feed(line, true);
  CsvRecord same;
  if (again.Next(same) != CsvScanner::Step::kRecord || same.problem != CsvProblem::kNone) std::abort();
  if (same.fields.size() != record.fields.size() || same.bytes.size() != line.size()) std::abort();
  for (size_t i = 0; i < same.fields.size(); ++i) {
    if (scanner.Text(record.fields[i], ours) != again.Text(same.fields[i], theirs)) std::abort();
  }
}

std::vector<std::string> Scan(std::string_view input, const CsvDialect& dialect, size_t piece) {
  CsvScanner scanner(dialect);
  std::vector<std::string> records;
  std::string buffer, scratch;
  size_t fed = 0;
  for (bool last = false; !last;) {
    size_t size = std::min(piece, input.size() - fed);
    buffer.append(input.substr(fed, size));
    fed += size;
    last = fed == input.size();
    scanner.Feed(buffer, last);
    CsvRecord record;
    CsvScanner::Step step;
    while ((step = scanner.Next(record)) == CsvScanner::Step::kRecord) {
      records.push_back(std::string(record.bytes) + CsvProblemText(record.problem));
      // Without quotes a carriage return has no regular form.
      bool regular = dialect.quote == '"' && dialect.escape == '"' && dialect.line_end == "\n";
      if (record.problem == CsvProblem::kNone && regular) CheckRewrite(scanner, record, dialect);
      for (const CsvField& field : record.fields) records.emplace_back(scanner.Text(field, scratch));
    }
    if ((step == CsvScanner::Step::kEnd) != last) std::abort();
    buffer.erase(0, scanner.consumed());
  }
  if (!buffer.empty()) std::abort();
  return records;
}

}  // namespace
}  // namespace souk::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::record;
  if (size < 2) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  CsvDialect dialect = DialectOf(data[0]);
  if (Scan(input, dialect, input.size() + 1) != Scan(input, dialect, data[1] % 100u + 1)) std::abort();
  DetectCsvDialect(input, data[1] % 2 == 0);
  return 0;
}
