#include "ingest/line_pass.h"

#include <cstring>

#include "record/json_lines.h"

namespace souk::ingest {
namespace {

bool HasHighBytes(std::string_view bytes) {
  uint64_t any = 0;
  size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    any |= word;
  }
  for (; at < bytes.size(); ++at) any |= static_cast<unsigned char>(bytes[at]);
  return (any & 0x8080808080808080) != 0;
}

}  // namespace

LinePass::LinePass(const TextProfile& profile, record::RecordCheck check, uint64_t max_line_bytes)
    : check_(std::move(check)),
      max_line_bytes_(max_line_bytes),
      encoding_(profile.encoding),
      encoding_known_(profile.encoding_known),
      utf16_(profile.encoding == record::Encoding::kUtf16Le ||
             profile.encoding == record::Encoding::kUtf16Be) {}

void LinePass::LookAt(std::string_view data) {
  data_ = data;
  // A character may be cut at the end; the lines judged now end before.
  size_t end = data.rfind('\n');
  std::string_view whole = end == std::string_view::npos ? data : data.substr(0, end + 1);
  plain_ = record::IsUtf8(whole) && std::memchr(whole.data(), 0, whole.size()) == nullptr;
  if (encoding_known_ || !HasHighBytes(whole)) return;
  if (plain_) {
    encoding_known_ = true;
  } else {
    Decide(whole);
  }
}

// The first characters beyond ASCII in the file: are they UTF-8 with flaws, or another encoding?
void LinePass::Decide(std::string_view data) {
  size_t good = 0, bad = 0;
  record::CountUtf8(data, good, bad);
  if (good + bad == 0) return;
  encoding_known_ = true;
  if (bad > good) encoding_ = record::Encoding::kWindows1252;
}

bool LinePass::IsText(std::string_view line, record::Fault& fault) {
  if (plain_) return true;
  if (std::memchr(line.data(), 0, line.size())) {
    fault = {"", "a zero byte is in it"};
    return false;
  }
  if (encoding_ == record::Encoding::kWindows1252 || record::IsUtf8(line)) return true;
  fault = {"", utf16_ ? "not valid UTF-16" : "not valid UTF-8"};
  return false;
}

bool LinePass::ToUtf8(std::string_view line, std::string& scratch, record::Fault& fault,
                      bool& translated) const {
  translated = encoding_ == record::Encoding::kWindows1252 && HasHighBytes(line);
  if (!translated) return true;
  scratch.clear();
  if (record::AppendWindows1252(line, scratch)) return true;
  fault = {"", "a byte has no meaning in Windows-1252"};
  return false;
}

Status LinePass::RejectLong(uint64_t line, std::string_view content, LineSink& sink) {
  record::Fault fault{"", fmt::format("{}{} bytes; its first 64 KiB are kept", kLongLine, max_line_bytes_)};
  return sink.Reject(line, fault, content.substr(0, kKeptOfLongLine));
}

std::unique_ptr<LinePass> MakePass(const TextProfile& profile, record::RecordCheck check,
                                   uint64_t max_line_bytes) {
  return profile.kind == SourceKind::kJson ? MakeJsonPass(profile, std::move(check), max_line_bytes)
                                           : MakeCsvPass(profile, std::move(check), max_line_bytes);
}

Status RunPass(SourceReader& reader, LinePass& pass, LineSink& sink, uint64_t max_line_bytes) {
  std::string buffer;
  size_t begin = 0;  // of what was not used yet
  for (bool more = true; more;) {
    buffer.erase(0, begin);
    begin = 0;
    TRY(more, reader.Read(buffer));
    size_t size = buffer.size();
    buffer.resize(size + record::kJsonPadding);
    auto used = pass.Consume({buffer.data(), size}, !more, sink);
    while (used && *used == 0 && size - begin > max_line_bytes && more) {
      auto dropped = pass.GiveUp({buffer.data() + begin, size - begin}, sink);
      if (!dropped) return tl::unexpected(dropped.error());
      begin += *dropped;
      if (*dropped == 0) break;
      used = pass.Consume({buffer.data() + begin, size - begin}, false, sink);
    }
    if (!used) return tl::unexpected(used.error());
    begin += *used;
    TRY_STATUS(sink.EndPiece());
    buffer.resize(size);
  }
  return {};
}

}  // namespace souk::ingest
