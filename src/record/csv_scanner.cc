#include "record/csv_scanner.h"

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace souk::record {
namespace {

constexpr size_t kBlock = 64;

// One bit for each of 64 bytes that is one of five characters.
uint64_t MatchBlock(const char* bytes, char a, char b, char c, char d, char e) {
  uint64_t mask = 0;
#if defined(__SSE2__)
  const __m128i va = _mm_set1_epi8(a), vb = _mm_set1_epi8(b), vc = _mm_set1_epi8(c), vd = _mm_set1_epi8(d),
                ve = _mm_set1_epi8(e);
  for (int i = 0; i < 4; ++i) {
    __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16 * i));
    __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
                               _mm_or_si128(_mm_cmpeq_epi8(v, vc), _mm_cmpeq_epi8(v, vd)));
    hit = _mm_or_si128(hit, _mm_cmpeq_epi8(v, ve));
    mask |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(hit))) << (16 * i);
  }
#else
  for (size_t i = 0; i < kBlock; ++i) {
    char x = bytes[i];
    mask |= static_cast<uint64_t>(x == a || x == b || x == c || x == d || x == e) << i;
  }
#endif
  return mask;
}

std::string_view WithoutLineEnd(std::string_view bytes) {
  if (!bytes.empty() && bytes.back() == '\n') bytes.remove_suffix(1);
  while (!bytes.empty() && bytes.back() == '\r') bytes.remove_suffix(1);
  return bytes;
}

}  // namespace

const char* CsvProblemText(CsvProblem problem) {
  switch (problem) {
    case CsvProblem::kNone: return "";
    case CsvProblem::kUnterminatedQuote: return "a quoted field is not closed";
    case CsvProblem::kTextAfterQuote: return "text follows the closing quote of a field";
  }
  return "";
}

uint64_t CsvScanner::MaskAt(size_t block) const {
  char quote = dialect_.quote ? dialect_.quote : dialect_.delimiter;
  char escape = dialect_.escape == '\\' ? '\\' : dialect_.delimiter;
  size_t left = data_.size() - block;
  if (left >= kBlock) return MatchBlock(data_.data() + block, dialect_.delimiter, quote, '\n', '\r', escape);
  char tail[kBlock] = {};
  std::memcpy(tail, data_.data() + block, left);
  uint64_t mask = MatchBlock(tail, dialect_.delimiter, quote, '\n', '\r', escape);
  return mask & ((uint64_t{1} << left) - 1);
}

size_t CsvScanner::Peek() {
  while (mask_ == 0) {
    if (data_.size() - block_ <= kBlock) return kNone;
    block_ += kBlock;
    mask_ = MaskAt(block_);
  }
  return block_ + static_cast<size_t>(std::countr_zero(mask_));
}

void CsvScanner::MoveTo(size_t position) {
  if (position >= data_.size()) {
    block_ = data_.size();
    mask_ = 0;
    return;
  }
  size_t block = position / kBlock * kBlock;
  if (block == block_ && mask_ != 0 && position >= block_ + static_cast<size_t>(std::countr_zero(mask_))) {
    mask_ &= ~uint64_t{0} << (position - block);  // only forwards: what was dropped stays dropped
    return;
  }
  block_ = block;
  mask_ = MaskAt(block) & (~uint64_t{0} << (position - block));
}

void CsvScanner::Feed(std::string_view data, bool last) {
  data_ = data;
  last_ = last;
  consumed_ = 0;
  block_ = data.size();
  mask_ = 0;
  MoveTo(0);
}

// Where a line ends that a carriage return at `at` seems to end: kField = it does not, it is part of the
// text.
CsvScanner::FieldEnd CsvScanner::CarriageReturn(size_t at, size_t& end) const {
  size_t behind = at;
  while (behind < data_.size() && data_[behind] == '\r') ++behind;
  if (behind == data_.size() && !last_) return FieldEnd::kMore;
  if (behind == data_.size() || data_[behind] == '\n') {
    end = behind == data_.size() ? behind : behind + 1;
    return FieldEnd::kRecord;
  }
  if (dialect_.line_end != "\r") return FieldEnd::kField;
  end = at + 1;
  return FieldEnd::kRecord;
}

// `next` becomes the beginning of what follows: the next field, or the next record.
CsvScanner::FieldEnd CsvScanner::BareField(size_t begin, CsvRecord& record, size_t& next) {
  auto push = [&](size_t end) { record.fields.push_back({data_.substr(begin, end - begin), false, false}); };
  for (;;) {
    size_t at = Peek();
    if (at == kNone) {
      if (!last_) return FieldEnd::kMore;
      push(next = data_.size());
      return FieldEnd::kRecord;
    }
    char c = data_[at];
    if (c == dialect_.delimiter || c == '\n') {
      Drop();
      push(at);
      next = at + 1;
      return c == '\n' ? FieldEnd::kRecord : FieldEnd::kField;
    }
    if (c == '\r') {
      FieldEnd end = CarriageReturn(at, next);
      if (end == FieldEnd::kMore) return end;
      if (end == FieldEnd::kRecord) {
        push(at);
        MoveTo(next);
        return end;
      }
      record.irregular = true;
    } else if (c == dialect_.quote) {
      bool only_blanks = data_.substr(begin, at - begin).find_first_not_of(" \t") == std::string_view::npos;
      if (only_blanks) {
        Drop();
        return QuotedField(begin, at, record, next);
      }
      record.irregular = true;
    }
    Drop();
  }
}

CsvScanner::FieldEnd CsvScanner::QuotedField(size_t begin, size_t quote, CsvRecord& record, size_t& next) {
  if (begin != quote) record.irregular = true;
  CsvField field{{}, true, false};
  for (;;) {
    size_t at = Peek();
    if (at == kNone) {
      record.problem = CsvProblem::kUnterminatedQuote;
      return last_ ? FieldEnd::kBad : FieldEnd::kMore;
    }
    Drop();
    char c = data_[at];
    if (c == '\n' || (c == '\r' && dialect_.line_end == "\r")) {
      ++lines_in_record_;
    } else if (c == '\\' && dialect_.escape == '\\') {
      field.escaped = true;
      if (at + 1 < data_.size() && data_[at + 1] == '\n') ++lines_in_record_;
      MoveTo(at + 2);
    } else if (c == dialect_.quote) {
      bool behind = at + 1 < data_.size();
      if (!behind && !last_) return FieldEnd::kMore;
      if (behind && data_[at + 1] == dialect_.quote && dialect_.escape == dialect_.quote) {
        field.escaped = true;
        MoveTo(at + 2);
        continue;
      }
      field.text = data_.substr(quote + 1, at - quote - 1);
      return AfterQuote(at, field, record, next);
    }
  }
}

CsvScanner::FieldEnd CsvScanner::AfterQuote(size_t close, const CsvField& field, CsvRecord& record,
                                            size_t& next) {
  size_t at = close + 1;
  auto blank = [&](char c) { return c == ' ' || (c == '\t' && dialect_.delimiter != '\t'); };
  while (at < data_.size() && blank(data_[at])) ++at;
  if (at != close + 1) record.irregular = true;
  FieldEnd end = FieldEnd::kRecord;
  if (at == data_.size()) {
    if (!last_) return FieldEnd::kMore;
    next = at;
  } else if (data_[at] == '\r') {
    end = CarriageReturn(at, next);
    if (end == FieldEnd::kField) return FieldEnd::kBad;
    if (end == FieldEnd::kMore) return end;
  } else if (data_[at] == '\n' || data_[at] == dialect_.delimiter) {
    next = at + 1;
    if (data_[at] != '\n') end = FieldEnd::kField;
  } else {
    return FieldEnd::kBad;
  }
  MoveTo(next);
  record.fields.push_back(field);
  return end;
}

CsvScanner::Step CsvScanner::Next(CsvRecord& record) {
  record.fields.clear();
  record.problem = CsvProblem::kNone;
  record.irregular = record.lines_joined = false;
  record.line = line_;
  lines_in_record_ = 0;
  size_t begin = consumed_, next = begin;
  if (begin == data_.size()) return last_ ? Step::kEnd : Step::kMore;
  for (;;) {
    size_t field = next;
    switch (BareField(field, record, next)) {
      case FieldEnd::kField: continue;
      case FieldEnd::kRecord: return Finish(record, next);
      case FieldEnd::kMore: MoveTo(begin); return Step::kMore;
      case FieldEnd::kBad: return Problem(record);
    }
  }
}

CsvScanner::Step CsvScanner::Finish(CsvRecord& record, size_t end) {
  record.bytes = data_.substr(consumed_, end - consumed_);
  record.content = WithoutLineEnd(record.bytes);
  record.lines_joined = lines_in_record_ > 0;
  line_ += lines_in_record_ + 1;
  consumed_ = end;
  return Step::kRecord;
}

CsvScanner::Step CsvScanner::Problem(CsvRecord& record) {
  size_t line_end = data_.find(dialect_.line_end == "\r" ? '\r' : '\n', consumed_);
  if (line_end == std::string_view::npos && !last_) {
    MoveTo(consumed_);
    return Step::kMore;
  }
  size_t end = line_end == std::string_view::npos ? data_.size() : line_end + 1;
  lines_in_record_ = 0;
  record.fields.clear();
  if (record.problem == CsvProblem::kNone) record.problem = CsvProblem::kTextAfterQuote;
  Finish(record, end);
  MoveTo(end);
  return Step::kRecord;
}

void CsvScanner::Split(const CsvRecord& record) {
  size_t begin = static_cast<size_t>(record.bytes.data() - data_.data());
  size_t line_end = data_.find(dialect_.line_end == "\r" ? '\r' : '\n', begin);
  consumed_ = line_end == std::string_view::npos ? data_.size() : line_end + 1;
  line_ = record.line + 1;
  MoveTo(consumed_);
}

std::string_view CsvScanner::Text(const CsvField& field, std::string& scratch) const {
  if (!field.escaped) return field.text;
  scratch.clear();
  for (size_t i = 0; i < field.text.size(); ++i) {
    char c = field.text[i];
    bool pair = c == dialect_.escape && i + 1 < field.text.size() &&
                (field.text[i + 1] == dialect_.quote || field.text[i + 1] == dialect_.escape);
    scratch += pair ? field.text[++i] : c;
  }
  return scratch;
}

void CsvScanner::Rewrite(const CsvRecord& record, std::string_view line_end, std::string& out) const {
  std::string scratch;
  bool first = true;
  for (const CsvField& field : record.fields) {
    if (!first) out += dialect_.delimiter;
    first = false;
    std::string_view text = Text(field, scratch);
    const char special[] = {dialect_.delimiter, dialect_.quote, '\n', '\r'};
    bool quote =
        dialect_.quote && (field.quoted || text.find_first_of({special, sizeof(special)}) != text.npos);
    if (quote) out += dialect_.quote;
    for (char c : text) {
      if (quote && (c == dialect_.quote || c == dialect_.escape)) out += dialect_.escape;
      out += c;
    }
    if (quote) out += dialect_.quote;
  }
  out += line_end;
}

}  // namespace souk::record
