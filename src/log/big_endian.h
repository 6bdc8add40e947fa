// Numbers as Kafka and this room's files have them: big-endian.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace souk::log {

template <typename T>
T SwapBytes(T value) {
  using U = std::make_unsigned_t<T>;
  U u = static_cast<U>(value);
  if constexpr (sizeof(T) == 2) u = __builtin_bswap16(u);
  if constexpr (sizeof(T) == 4) u = __builtin_bswap32(u);
  if constexpr (sizeof(T) == 8) u = __builtin_bswap64(u);
  return static_cast<T>(u);
}

template <typename T>
T LoadBig(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return SwapBytes(value);
}

template <typename T>
void StoreBig(char* to, T value) {
  value = SwapBytes(value);
  std::memcpy(to, &value, sizeof value);
}

template <typename T>
void AppendBig(std::string& to, T value) {
  value = SwapBytes(value);
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// A text as this room's files have it: its length in four bytes, then its bytes.
inline void AppendText(std::string& to, std::string_view text) {
  AppendBig(to, static_cast<uint32_t>(text.size()));
  to += text;
}

// Takes the text away that `from` begins with; false: there is no whole one.
inline bool TakeText(std::string_view& from, std::string& text) {
  if (from.size() < 4) return false;
  uint32_t length = LoadBig<uint32_t>(from.data());
  if (length > from.size() - 4) return false;
  text = from.substr(4, length);
  from.remove_prefix(4 + size_t{length});
  return true;
}

}  // namespace souk::log
