// The variable-length numbers within records: zigzag, seven bits a byte, least significant first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace souk::log {

// Moves `p` behind the number; false when it does not end before `end` or is longer than 64 bits.
inline bool ReadVarint(const char*& p, const char* end, int64_t& value) {
  uint64_t raw = 0;
  for (int shift = 0; shift < 64 && p < end; shift += 7) {
    uint8_t byte = static_cast<uint8_t>(*p++);
    raw |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      value = static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
      return true;
    }
  }
  return false;
}

// A length and that many bytes; -1 is null.
inline bool ReadBytes(const char*& p, const char* end, std::optional<std::string_view>& bytes) {
  int64_t length;
  if (!ReadVarint(p, end, length) || length < -1 || length > end - p) return false;
  bytes.reset();
  if (length < 0) return true;
  bytes.emplace(p, static_cast<size_t>(length));
  p += length;
  return true;
}

inline void AppendVarint(std::string& to, int64_t value) {
  uint64_t raw = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; raw >= 0x80; raw >>= 7) to.push_back(static_cast<char>(raw | 0x80));
  to.push_back(static_cast<char>(raw));
}

inline void AppendBytes(std::string& to, const std::optional<std::string_view>& bytes) {
  AppendVarint(to, bytes ? static_cast<int64_t>(bytes->size()) : -1);
  if (bytes) to += *bytes;
}

}  // namespace souk::log
