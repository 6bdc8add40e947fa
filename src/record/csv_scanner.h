// CSV records out of a stream, without copying: quotes, line ends inside quotes, and every usual line end.
// The scanner is fed pieces of the stream by its caller, who keeps what was not consumed and feeds it again,
// longer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace souk::record {

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';   // '\0' = none
  char escape = '"';  // what makes a quote inside quotes a plain one: the quote itself, or '\\'
  bool header = true;
  // "\n", "\r\n" or "\r"; "\r\r\n" is read as well wherever "\n" ends lines.
  std::string line_end = "\n";
};

struct CsvField {
  std::string_view text;  // without the quotes around it; still escaped when `escaped`
  bool quoted = false;
  bool escaped = false;
};

enum class CsvProblem { kNone, kUnterminatedQuote, kTextAfterQuote };
// A plain sentence for a quarantine.
const char* CsvProblemText(CsvProblem problem);

struct CsvRecord {
  uint64_t line = 0;         // 1-based line of its beginning
  std::string_view bytes;    // all of it, line end included
  std::string_view content;  // without the line end
  std::vector<CsvField> fields;
  CsvProblem problem = CsvProblem::kNone;  // then `bytes` is the first line only and `fields` mean nothing
  // Other readers may take it differently: quotes inside a bare field, blanks around quotes, a single
  // carriage return.
  bool irregular = false;
  bool lines_joined = false;  // a quoted field spans lines
};

class CsvScanner {
 public:
  explicit CsvScanner(const CsvDialect& dialect) : dialect_(dialect) {}

  // `data` begins where the last piece's consumed() ended. It must stay while records of it are used.
  void Feed(std::string_view data, bool last);

  enum class Step { kRecord, kMore, kEnd };
  // kMore: the rest of `data` is no whole record and more can come. kEnd: everything was consumed.
  // After a problem the next record begins on the next line, so a stray quote costs one line.
  Step Next(CsvRecord& record);
  // Goes back behind the first line of `record`, the one that Next gave last: what looked like one record
  // over several lines is judged to be several.
  void Split(const CsvRecord& record);

  // A line was dropped by the caller before it was fed.
  void CountLine() { ++line_; }

  size_t consumed() const { return consumed_; }
  uint64_t line() const { return line_; }  // of the next record

  // The text of a field: quotes inside it made plain. `scratch` is used when that takes a copy.
  std::string_view Text(const CsvField& field, std::string& scratch) const;
  // Appends the record written regularly, with `line_end`.
  void Rewrite(const CsvRecord& record, std::string_view line_end, std::string& out) const;

 private:
  enum class FieldEnd { kField, kRecord, kMore, kBad };

  static constexpr size_t kNone = static_cast<size_t>(-1);
  uint64_t MaskAt(size_t block) const;
  size_t Peek();  // the next structural character at or behind the position; kNone = no more
  void Drop() { mask_ &= mask_ - 1; }
  void MoveTo(size_t position);
  FieldEnd BareField(size_t begin, CsvRecord& record, size_t& next);
  FieldEnd QuotedField(size_t begin, size_t quote, CsvRecord& record, size_t& next);
  FieldEnd AfterQuote(size_t close, const CsvField& field, CsvRecord& record, size_t& next);
  FieldEnd CarriageReturn(size_t at, size_t& end) const;
  Step Problem(CsvRecord& record);
  Step Finish(CsvRecord& record, size_t end);

  CsvDialect dialect_;
  std::string_view data_;
  bool last_ = false;
  size_t consumed_ = 0;
  uint64_t line_ = 1;
  uint64_t lines_in_record_ = 0;
  size_t block_ = 0;   // beginning of the 64 bytes that mask_ tells about
  uint64_t mask_ = 0;  // structural characters in them that are still ahead
};

}  // namespace souk::record
