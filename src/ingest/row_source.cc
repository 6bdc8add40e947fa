#include "ingest/row_source.h"

#include <algorithm>
#include <cstring>

#include "record/json_lines.h"

namespace souk::ingest {
namespace {

std::string_view WholeLines(std::string_view bytes) {
  size_t end = bytes.rfind('\n');
  return end == std::string_view::npos ? bytes : bytes.substr(0, end + 1);
}

bool IsClean(std::string_view bytes) {
  return record::IsUtf8(bytes) && std::memchr(bytes.data(), 0, bytes.size()) == nullptr;
}

}  // namespace

RowSource::RowSource(std::unique_ptr<SourceReader> reader, const TextProfile& profile, bool blank_runs)
    : reader_(std::move(reader)), encoding_(profile.encoding), encoding_known_(profile.encoding_known) {
  if (blank_runs) blank_runs_.emplace();
  for (const auto& column : profile.columns) names_.push_back(column.name);
  reader_->LeaveOutFingerprint();
  reader_->Decode(profile.encoding, profile.mark_bytes);
}

// The first characters beyond ASCII decide, as they do for an ingest.
void RowSource::JudgeEncoding(std::string_view piece) {
  size_t good = 0, bad = 0;
  record::CountUtf8(WholeLines(piece), good, bad);
  if (good + bad == 0) return;
  encoding_known_ = true;
  if (bad > good) encoding_ = record::Encoding::kWindows1252;
}

Status RowSource::ReadPiece(std::string& out, bool& more) {
  size_t before = out.size();
  TRY(more, reader_->Read(out));
  std::string_view fresh = std::string_view(out).substr(before);
  if (!encoding_known_ && !record::IsUtf8(fresh)) JudgeEncoding(fresh);
  if (encoding_ == record::Encoding::kWindows1252) {
    piece_ = fresh;
    out.resize(before);
    for (char c : piece_) {
      if (!record::AppendWindows1252({&c, 1}, out)) out += '\xFF';
    }
  }
  if (blank_runs_) {
    piece_ = std::string_view(out).substr(before);
    out.resize(before);
    blank_runs_->Append(piece_, out);
  }
  return {};
}

Result<bool> RowSource::Fill(RowBatch& batch) {
  if (last_) return false;
  batch.text.assign(rest_);  // not moved: the batch keeps its memory
  batch.text.reserve(batch.text.size() + kBatchBytes + 2 * SourceReader::kPieceBytes);
  size_t wanted = batch.text.size() + kBatchBytes;
  bool more = true;
  while (more && batch.text.size() < wanted) TRY_STATUS(ReadPiece(batch.text, more));
  last_ = !more;
  size_t size = batch.text.size();
  batch.text.resize(size + record::kJsonPadding);
  text_ = {batch.text.data(), size};
  clean_ = IsClean(last_ ? text_ : WholeLines(text_));
  return true;
}

void RowSource::NoteEnd(std::string_view end) {
  if (end.empty()) return;
  if (end.back() == '\r') {
    ++facts_.line_ends[3];
  } else {
    ++facts_.line_ends[std::min<size_t>(end.size(), 3) - 1];
  }
}

bool RowSource::IsText(std::string_view line) const { return clean_ || IsClean(line); }

}  // namespace souk::ingest
