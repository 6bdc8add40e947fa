#include <algorithm>

#include "ingest/line_pass.h"

namespace souk::ingest {
namespace {

class CsvPass : public LinePass {
 public:
  CsvPass(const TextProfile& profile, record::RecordCheck check, uint64_t max_line_bytes)
      : LinePass(profile, std::move(check), max_line_bytes),
        scanner_(profile.dialect),
        line_end_(profile.dialect.line_end == "\r\n" ? "\r\n" : "\n"),
        names_(profile.columns.size()),
        header_ahead_(profile.dialect.header) {}

  Result<size_t> Consume(std::string_view data, bool last, LineSink& sink) override {
    LookAt(data);
    size_t skipped = 0;
    if (skipping_) {
      skipped = SkipLine(data);
      if (skipping_) return data.size();
    }
    scanner_.Feed(data.substr(skipped), last);
    while (scanner_.Next(record_) == record::CsvScanner::Step::kRecord) TRY_STATUS(TakeRecord(sink));
    return skipped + scanner_.consumed();
  }

  Result<size_t> GiveUp(std::string_view data, LineSink& sink) override {
    size_t end = data.find('\n');
    std::string_view line = data.substr(0, end);
    uint64_t number = scanner_.line();
    if (line.size() <= max_line_bytes_ && end != std::string_view::npos) {
      // Lines of the usual length: a quote that never ends keeps them together.
      TRY_STATUS(sink.Reject(number, {"", record::CsvProblemText(record::CsvProblem::kUnterminatedQuote)},
                             WithoutEnd(line)));
    } else {
      TRY_STATUS(RejectLong(number, line, sink));
    }
    header_ahead_ = false;
    skipping_ = true;
    size_t used = SkipLine(data);
    return skipping_ ? data.size() : used;
  }

 private:
  // Drops the rest of a line that was given up; returns how much of `data` belongs to it.
  size_t SkipLine(std::string_view data) {
    size_t end = data.find('\n');
    if (end == std::string_view::npos) return data.size();
    skipping_ = false;
    scanner_.CountLine();
    return end + 1;
  }

  static std::string_view WithoutEnd(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    return line;
  }

  Status TakeRecord(LineSink& sink) {
    if (record_.content.empty()) return {};  // blank lines are no records
    record::Fault fault;
    if (header_ahead_) {
      header_ahead_ = false;
      return Accept(sink, fault);
    }
    if (record_.bytes.size() > max_line_bytes_) {
      if (record_.lines_joined)
        return RejectJoined({"", record::CsvProblemText(record::CsvProblem::kUnterminatedQuote)}, sink);
      return RejectLong(record_.line, record_.content, sink);
    }
    if (record_.problem != record::CsvProblem::kNone) {
      return sink.Reject(record_.line, {"", record::CsvProblemText(record_.problem)}, record_.content);
    }
    if (record_.fields.size() != names_) return RejectRagged(sink);
    if (!IsText(record_.bytes, fault) ||
        !check_.Check([&](size_t column) { return TextOf(column); }, fault)) {
      return sink.Reject(record_.line, fault, record_.content);
    }
    ++rows_;
    return Accept(sink, fault);
  }

  std::string_view TextOf(size_t column) {
    const record::CsvField& field = record_.fields[column];
    return field.escaped ? scanner_.Text(field, scratch_) : field.text;
  }

  Status RejectRagged(LineSink& sink) {
    record::Fault fault{"", fmt::format("{} field{}, {} expected", record_.fields.size(),
                                        record_.fields.size() == 1 ? "" : "s", names_)};
    if (!record_.lines_joined) return sink.Reject(record_.line, fault, record_.content);
    fault.reason += "; a quoted field in it goes on over the next line";
    return RejectJoined(fault, sink);
  }

  // A stray quote can join lines; only the first is given up, the next may be sound.
  Status RejectJoined(const record::Fault& fault, LineSink& sink) {
    std::string_view first = WithoutEnd(record_.bytes.substr(0, record_.bytes.find('\n')));
    uint64_t line = record_.line;
    scanner_.Split(record_);
    return sink.Reject(line, fault, first);
  }

  Status Accept(LineSink& sink, record::Fault& fault) {
    std::string_view end = record_.bytes.substr(record_.content.size());
    bool rewrite = record_.irregular || (end != line_end_ && !end.empty());
    if (rewrite) {
      mended_.clear();
      scanner_.Rewrite(record_, line_end_, mended_);
    }
    bool translated = false;
    if (!ToUtf8(rewrite ? mended_ : record_.bytes, translated_, fault, translated)) {
      if (rows_ > 0) --rows_;
      return sink.Reject(record_.line, fault, record_.content);
    }
    if (translated) return sink.Mend(translated_);
    return rewrite ? sink.Mend(mended_) : sink.Keep(record_.bytes);
  }

  record::CsvScanner scanner_;
  const std::string line_end_;
  const size_t names_;
  bool header_ahead_;
  bool skipping_ = false;
  record::CsvRecord record_;
  std::string scratch_, mended_, translated_;
};

}  // namespace

std::unique_ptr<LinePass> MakeCsvPass(const TextProfile& profile, record::RecordCheck check,
                                      uint64_t max_line_bytes) {
  return std::make_unique<CsvPass>(profile, std::move(check), max_line_bytes);
}

}  // namespace souk::ingest
