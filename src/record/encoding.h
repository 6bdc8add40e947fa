// Text encodings on the way in. Inside Souk everything is UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace souk::record {

enum class Encoding { kUtf8, kUtf16Le, kUtf16Be, kWindows1252 };

// "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252".
const char* EncodingName(Encoding encoding);
// The same names and the usual other ones (latin1, iso-8859-1, cp1252, utf8, utf-16) in any case.
Result<Encoding> ParseEncoding(std::string_view name);

// What a byte order mark at the beginning says; `size` is its length, 0 when there is none (then kUtf8).
Encoding EncodingOfMark(std::string_view bytes, size_t& size);

bool IsUtf8(std::string_view bytes);
// How many lines with bytes beyond ASCII are well-formed UTF-8, and how many are not. Lines are counted
// because one line of rubbish may have more such bytes than all others together.
void CountUtf8(std::string_view bytes, size_t& good, size_t& bad);

// Appends `bytes` as UTF-8. False when a byte has no meaning in Windows-1252 (0x81, 0x8D, 0x8F, 0x90, 0x9D).
bool AppendWindows1252(std::string_view bytes, std::string& out);

// Turns a stream of UTF-16 into UTF-8, in pieces cut anywhere. What is no character becomes the byte 0xFF,
// which no UTF-8 contains, so that the line it stands in is found to be bad.
class Utf16Reader {
 public:
  explicit Utf16Reader(bool big_endian) : big_endian_(big_endian) {}
  void Append(std::string_view bytes, std::string& out);
  // At the end of the stream: half a character that is left over is bad too.
  void Finish(std::string& out);

 private:
  void Take(unsigned unit, std::string& out);

  bool big_endian_;
  int pending_byte_ = -1;
  unsigned high_ = 0;  // the first half of a pair that waits for its second
};

}  // namespace souk::record
