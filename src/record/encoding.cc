#include "record/encoding.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace souk::record {
namespace {

// Windows-1252 from 0x80 to 0x9F; 0 = no character. Above that the byte is the code point.
constexpr std::array<unsigned, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

void AppendCodePoint(unsigned code, std::string& out) {
  auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace

const char* EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8: return "UTF-8";
    case Encoding::kUtf16Le: return "UTF-16LE";
    case Encoding::kUtf16Be: return "UTF-16BE";
    case Encoding::kWindows1252: return "Windows-1252";
  }
  return "";
}

Result<Encoding> ParseEncoding(std::string_view name) {
  std::string plain;
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c != '-' && c != '_' && c != ' ') plain += c;
  }
  if (plain == "utf8") return Encoding::kUtf8;
  if (plain == "utf16" || plain == "utf16le") return Encoding::kUtf16Le;
  if (plain == "utf16be") return Encoding::kUtf16Be;
  if (plain == "windows1252" || plain == "cp1252" || plain == "latin1" || plain == "iso88591") {
    return Encoding::kWindows1252;
  }
  return Fail(Code::kInvalid,
              "the encoding '{}' is unknown; known are UTF-8, UTF-16LE, UTF-16BE and Windows-1252 (latin1)",
              name);
}

Encoding EncodingOfMark(std::string_view bytes, size_t& size) {
  size = 0;
  if (bytes.substr(0, 3) == "\xEF\xBB\xBF") {
    size = 3;
  } else if (bytes.substr(0, 2) == "\xFF\xFE") {
    size = 2;
    return Encoding::kUtf16Le;
  } else if (bytes.substr(0, 2) == "\xFE\xFF") {
    size = 2;
    return Encoding::kUtf16Be;
  }
  return Encoding::kUtf8;
}

bool IsUtf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

void CountUtf8(std::string_view bytes, size_t& good, size_t& bad) {
  good = bad = 0;
  while (!bytes.empty()) {
    std::string_view line = bytes.substr(0, bytes.find('\n'));
    bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
    if (std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
      continue;
    ++(IsUtf8(line) ? good : bad);
  }
}

bool AppendWindows1252(std::string_view bytes, std::string& out) {
  for (char c : bytes) {
    unsigned code = static_cast<unsigned char>(c);
    if (code >= 0x80 && code < 0xA0) code = kWindows1252[code - 0x80];
    if (code == 0 && c != '\0') return false;
    AppendCodePoint(code, out);
  }
  return true;
}

void Utf16Reader::Append(std::string_view bytes, std::string& out) {
  for (char c : bytes) {
    int byte = static_cast<unsigned char>(c);
    if (pending_byte_ < 0) {
      pending_byte_ = byte;
      continue;
    }
    int unit = big_endian_ ? pending_byte_ << 8 | byte : byte << 8 | pending_byte_;
    pending_byte_ = -1;
    Take(static_cast<unsigned>(unit), out);
  }
}

void Utf16Reader::Take(unsigned unit, std::string& out) {
  bool low = unit >= 0xDC00 && unit < 0xE000;
  if (high_ && low) {
    AppendCodePoint(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00), out);
    high_ = 0;
    return;
  }
  if (high_ || low) out += '\xFF';
  high_ = 0;
  if (unit >= 0xD800 && unit < 0xDC00) {
    high_ = unit;
  } else if (!low) {
    AppendCodePoint(unit, out);
  }
}

void Utf16Reader::Finish(std::string& out) {
  if (high_ || pending_byte_ >= 0) out += '\xFF';
  high_ = 0;
  pending_byte_ = -1;
}

}  // namespace souk::record
