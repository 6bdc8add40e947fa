// Numbers as Kafka and this room's files have them: big-endian.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
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

}  // namespace souk::log
