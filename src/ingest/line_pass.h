// One pass over a text source, line by line: what can be taken is kept as it is or mended, the rest is
// rejected.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/text_profile.h"
#include "record/record_check.h"

namespace souk::ingest {

// Where the lines go. Views are good during the call only.
class LineSink {
 public:
  virtual ~LineSink() = default;
  // Bytes of the source that go into the raw file as they are; called in order, often for neighbours.
  virtual Status Keep(std::string_view bytes) = 0;
  // A line written anew.
  virtual Status Mend(std::string_view bytes) = 0;
  // A line that cannot be taken. `content` is without its line end.
  virtual Status Reject(uint64_t line, const record::Fault& fault, std::string_view content) = 0;
  // The bytes that were kept so far are about to go away.
  virtual Status EndPiece() { return {}; }
};

// What is the same for CSV and JSON lines. Not thread-safe.
class LinePass {
 public:
  LinePass(const TextProfile& profile, record::RecordCheck check, uint64_t max_line_bytes);
  virtual ~LinePass() = default;

  // Reads `data` (followed by record::kJsonPadding readable bytes) and returns how much of it was used; the
  // rest is to come again, longer. `last`: nothing comes after it.
  virtual Result<size_t> Consume(std::string_view data, bool last, LineSink& sink) = 0;
  // `data`, longer than a line may be, holds no whole record: gives up on its first line. Returns how much
  // was used; when the line's end is not in it, that is all, and Consume drops what comes until then.
  virtual Result<size_t> GiveUp(std::string_view data, LineSink& sink) = 0;

  uint64_t rows() const { return rows_; }  // kept and mended
  record::Encoding encoding() const { return encoding_; }
  const record::RecordCheck& check() const { return check_; }
  // JSON: keys that were met and are no columns, with what their first values are like.
  virtual std::vector<record::SourceColumn> UnknownColumns() const { return {}; }
  // JSON: columns whose key no line had.
  virtual std::vector<std::string> UnmetColumns() const { return {}; }

 protected:
  // To be called for every piece of data before its lines.
  void LookAt(std::string_view data);
  // Whether the line is text in the file's encoding; else `fault` says what is wrong.
  bool IsText(std::string_view line, record::Fault& fault);
  // The line in UTF-8, in `scratch` when it had to be translated; `translated` tells.
  bool ToUtf8(std::string_view line, std::string& scratch, record::Fault& fault, bool& translated) const;
  Status RejectLong(uint64_t line, std::string_view content, LineSink& sink);

  record::RecordCheck check_;
  const uint64_t max_line_bytes_;
  uint64_t rows_ = 0;

 private:
  void Decide(std::string_view data);

  record::Encoding encoding_;
  bool encoding_known_;
  bool utf16_;         // the source was; what is no character came as the byte 0xFF
  bool plain_ = true;  // the piece at hand is clean: valid UTF-8 without NUL
  std::string_view data_;
};

// `columns` are the profile's; their order is the check's.
std::unique_ptr<LinePass> MakeCsvPass(const TextProfile& profile, record::RecordCheck check,
                                      uint64_t max_line_bytes);
std::unique_ptr<LinePass> MakeJsonPass(const TextProfile& profile, record::RecordCheck check,
                                       uint64_t max_line_bytes);
std::unique_ptr<LinePass> MakePass(const TextProfile& profile, record::RecordCheck check,
                                   uint64_t max_line_bytes);

// Feeds the whole source through the pass. Memory: one piece and one line.
Status RunPass(SourceReader& reader, LinePass& pass, LineSink& sink, uint64_t max_line_bytes);

// A line that is too long keeps this much in quarantine. Its reason begins with kLongLine, so that a replay
// knows that the record is not whole.
constexpr size_t kKeptOfLongLine = 64 << 10;
constexpr std::string_view kLongLine = "longer than ";

}  // namespace souk::ingest
