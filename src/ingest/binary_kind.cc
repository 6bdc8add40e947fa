#include "ingest/binary_kind.h"

#include <fmt/core.h>

namespace souk::ingest {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view clause;  // {} = the path
};

using namespace std::string_view_literals;

constexpr Magic kMagics[] = {
    {"\x1F\x8B"sv, "is compressed with gzip; unpack it first: gunzip -k '{}'"},
    {"\xFD"
     "7zXZ\0"sv,
     "is compressed with xz; unpack it first: unxz -k '{}'"},
    {"\x28\xB5\x2F\xFD"sv, "is compressed with zstd; unpack it first: unzstd '{}'"},
    {"BZh"sv, "is compressed with bzip2; unpack it first: bunzip2 -k '{}'"},
    {"7z\xBC\xAF\x27\x1C"sv, "is a 7z archive; unpack it first: 7z x '{}'"},
    {"PK\x03\x04"sv, "is a zip archive; unpack it first: unzip '{}'"},
    {"\xD0\xCF\x11\xE0"sv, "is an old Office document; save the sheet as CSV and take that"},
    {"SQLite format 3"sv, "is an SQLite database; export its tables as CSV and take those"},
    {"Obj\x01"sv, "is an Avro file; convert it to Parquet or JSON lines and take that"},
    {"ORC"sv, "is an ORC file; convert it to Parquet and take that"},
    {"%PDF"sv, "is a PDF document; there are no records in it to take"},
    {"\x89PNG"sv, "is an image; there are no records in it to take"},
    {"\xFF\xD8\xFF"sv, "is an image; there are no records in it to take"},
    {"\x7F"
     "ELF"sv,
     "is a program; there are no records in it to take"},
};

bool EndsWith(std::string_view text, std::string_view ending) {
  return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

// Text has no control characters but the few of lines and tabs. One or two may have crept in: then lines are
// bad.
bool LooksBinary(std::string_view head) {
  size_t strange = 0;
  for (char c : head)
    strange += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  return strange * 50 > head.size();
}

}  // namespace

std::string BinaryKind(std::string_view head, const std::string& path) {
  if (head.substr(0, 4) == "PAR1") return "";
  if (EndsWith(path, ".xlsx") && head.substr(0, 2) == "PK") {
    return "is an Excel workbook; save the sheet as CSV and take that";
  }
  for (const Magic& magic : kMagics) {
    if (head.substr(0, magic.bytes.size()) == magic.bytes)
      return fmt::format(fmt::runtime(magic.clause), path);
  }
  bool utf16 = head.substr(0, 2) == "\xFF\xFE" || head.substr(0, 2) == "\xFE\xFF";
  if (!utf16 && LooksBinary(head.substr(0, 65536))) {
    return "is binary, not text; take CSV, JSON lines or Parquet (UTF-16 without a byte order mark needs "
           "--encoding utf-16le)";
  }
  return "";
}

}  // namespace souk::ingest
