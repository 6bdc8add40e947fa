// Text files as batches of rows, for looking at their values. A file is read once, in bounded memory; lines
// that are no rows are counted and left out.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ingest/blank_runs.h"
#include "ingest/row_batch.h"
#include "ingest/source_reader.h"
#include "ingest/text_profile.h"

namespace souk::ingest {

// What was met beside the rows.
struct LineFacts {
  uint64_t blank_lines = 0;
  std::array<uint64_t, 4> line_ends{};   // how many lines end in "\n", "\r\n", "\r\r\n", "\r"
  std::map<size_t, Occurrences> ragged;  // CSV: another number of fields
  Occurrences broken_quotes;
  Occurrences too_long;
  Occurrences not_text;  // bytes that the encoding does not have
  Occurrences not_json;
  bool quoted = false;              // CSV: some field stands in quotes
  std::vector<std::string> header;  // CSV: as it is written
};

// Not thread-safe; may be used by one thread after the other.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // The next rows, in place of what the batch holds; false at the end.
  virtual Result<bool> Next(RowBatch& batch) = 0;
  const LineFacts& facts() const { return facts_; }
  // JSON: a key that turns up late adds a column.
  const std::vector<std::string>& names() const { return names_; }
  record::Encoding encoding() const { return encoding_; }

  static constexpr size_t kBatchBytes = 1 << 20;
  static constexpr size_t kMaxLineBytes = 16'000'000;

 protected:
  RowSource(std::unique_ptr<SourceReader> reader, const TextProfile& profile, bool blank_runs);

  // The next piece of the file, in UTF-8, with what was kept of the one before; false behind the last.
  Result<bool> Fill(RowBatch& batch);
  // Of the batch's text (there is padding for JSON behind it).
  std::string_view text() const { return text_; }
  bool last() const { return last_; }
  // The text from here on comes again, longer.
  void Keep(size_t from) { rest_ = text_.substr(from); }
  void NoteEnd(std::string_view end);
  // Valid UTF-8 without zero bytes.
  bool IsText(std::string_view line) const;

  LineFacts facts_;
  std::vector<std::string> names_;

 private:
  Status ReadPiece(std::string& out, bool& more);
  void JudgeEncoding(std::string_view piece);

  std::unique_ptr<SourceReader> reader_;
  std::optional<BlankRuns> blank_runs_;
  record::Encoding encoding_;
  bool encoding_known_;
  std::string_view text_;
  std::string rest_, piece_;
  bool last_ = false;
  bool clean_ = true;  // all whole lines of the text are text
};

// `blank_runs`: fields are separated by runs of blanks, and the profile's delimiter is the tab.
std::unique_ptr<RowSource> OpenCsvRows(std::unique_ptr<SourceReader> reader, const TextProfile& profile,
                                       bool blank_runs);
std::unique_ptr<RowSource> OpenJsonRows(std::unique_ptr<SourceReader> reader, const TextProfile& profile);

}  // namespace souk::ingest
