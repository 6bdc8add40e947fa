#include <algorithm>

#include "ingest/row_source.h"

namespace souk::ingest {
namespace {

using record::CsvRecord;
using record::CsvScanner;

class CsvRows : public RowSource {
 public:
  CsvRows(std::unique_ptr<SourceReader> reader, const TextProfile& profile, bool blank_runs)
      : RowSource(std::move(reader), profile, blank_runs),
        scanner_(profile.dialect),
        header_ahead_(profile.dialect.header) {}

  Result<bool> Next(RowBatch& batch) override {
    do {
      batch.Clear(names_.size());
      TRY(bool more, Fill(batch));
      if (!more) return false;
      size_t used = dropping_ ? DropLine(text()) : 0;
      if (!dropping_) used = Scan(used, batch);
      Keep(used);
    } while (batch.lines.empty());
    return true;
  }

 private:
  // Takes the records from `begin` on; returns where the first one begins that is not whole yet.
  size_t Scan(size_t begin, RowBatch& batch) {
    for (;;) {
      scanner_.Feed(text().substr(begin), last());
      while (scanner_.Next(record_) == CsvScanner::Step::kRecord) Take(batch);
      begin += scanner_.consumed();
      if (last() || text().size() - begin <= kMaxLineBytes) return begin;
      begin += GiveUp(text().substr(begin));
      if (dropping_) return begin;
    }
  }

  // No record ends within the length of a line: its first line is dropped.
  size_t GiveUp(std::string_view text) {
    bool joined = text.substr(0, kMaxLineBytes).find('\n') != std::string_view::npos;
    (joined ? facts_.broken_quotes : facts_.too_long).Note(scanner_.line());
    header_ahead_ = false;
    dropping_ = true;
    return DropLine(text);
  }

  size_t DropLine(std::string_view text) {
    size_t end = text.find('\n');
    if (end == std::string_view::npos) return text.size();
    dropping_ = false;
    scanner_.CountLine();
    return end + 1;
  }

  std::string_view Text(const record::CsvField& field, RowBatch& batch) {
    if (!field.escaped) return field.text;
    std::string& made = batch.made.emplace_back();
    scanner_.Text(field, made);
    return made;
  }

  void TakeHeader() {
    header_ahead_ = false;
    std::string scratch;
    for (const auto& field : record_.fields) facts_.header.emplace_back(scanner_.Text(field, scratch));
  }

  void Take(RowBatch& batch) {
    NoteEnd(record_.bytes.substr(record_.content.size()));
    if (record_.content.empty()) {
      ++facts_.blank_lines;
    } else if (record_.content.size() > kMaxLineBytes) {
      facts_.too_long.Note(record_.line);
    } else if (record_.problem != record::CsvProblem::kNone) {
      facts_.broken_quotes.Note(record_.line);
    } else if (header_ahead_) {
      TakeHeader();
    } else if (record_.fields.size() != names_.size()) {
      Ragged();
    } else if (!IsText(record_.bytes)) {
      facts_.not_text.Note(record_.line);
    } else {
      for (size_t i = 0; i < names_.size(); ++i) {
        facts_.quoted |= record_.fields[i].quoted;
        batch.columns[i].push_back(Text(record_.fields[i], batch));
      }
      batch.lines.push_back(record_.line);
      batch.rows.push_back(record_.content);
    }
  }

  // A stray quote can join lines; only the first is given up, the next may be sound.
  void Ragged() {
    if (record_.lines_joined) {
      facts_.broken_quotes.Note(record_.line);
      scanner_.Split(record_);
    } else {
      facts_.ragged[record_.fields.size()].Note(record_.line);
    }
  }

  CsvScanner scanner_;
  CsvRecord record_;
  bool header_ahead_;
  bool dropping_ = false;
};

}  // namespace

std::unique_ptr<RowSource> OpenCsvRows(std::unique_ptr<SourceReader> reader, const TextProfile& profile,
                                       bool blank_runs) {
  return std::make_unique<CsvRows>(std::move(reader), profile, blank_runs);
}

}  // namespace souk::ingest
