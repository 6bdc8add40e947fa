#include "lake/uri.h"

#include <algorithm>

namespace souk::lake {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string PercentEncodePath(std::string_view path) {
  std::string encoded;
  encoded.reserve(path.size());
  for (char c : path) {
    if (IsLetter(c) || IsDigit(c) || std::string_view("-._~/=").find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHexDigits[byte >> 4];
    encoded += kHexDigits[byte & 15];
  }
  return encoded;
}

Result<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return Fail(Code::kInvalid, "'{}' has a % without two hexadecimal digits", text);
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string SchemeOf(std::string_view text) {
  size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0 || !IsLetter(text[0])) return "";
  std::string scheme(text.substr(0, end));
  for (char& c : scheme) {
    if (!IsLetter(c) && !IsDigit(c) && c != '+' && c != '-' && c != '.') return "";
    c = Lower(c);
  }
  return scheme;
}

}  // namespace souk::lake
